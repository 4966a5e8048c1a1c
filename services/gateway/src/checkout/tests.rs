//! The rules of a checkout, one sentence each.

use super::*;

fn line(sku: &str) -> Line {
    Line::new(sku, "1", Currency::Eur).unwrap()
}

fn cart(lines: Vec<Line>) -> Result<Cart, CartError> {
    Cart::new(lines, Currency::Eur, Customer::guest(), None)
}

#[test]
fn an_empty_cart_is_refused() {
    assert_eq!(cart(vec![]), Err(CartError::Empty));
}

#[test]
fn fifty_lines_are_a_cart_and_fifty_one_are_not() {
    let lines = |count: usize| (0..count).map(|n| line(&format!("SKU-{n}"))).collect();
    assert_eq!(cart(lines(50)).unwrap().lines().len(), 50);
    assert_eq!(cart(lines(51)), Err(CartError::TooManyLines(51)));
}

#[test]
fn an_article_that_is_there_twice_is_refused_by_name() {
    let error = cart(vec![line("MUG-2"), line("TEAPOT-1"), line("MUG-2")]).unwrap_err();
    assert_eq!(error, CartError::RepeatedSku("MUG-2".to_owned()));
}

#[test]
fn a_quantity_is_a_whole_number_from_1_to_1000() {
    for good in ["1", "1000"] {
        assert!(Line::new("MUG-2", good, Currency::Eur).is_ok(), "{good}");
    }
    for bad in [
        "",
        "0",
        "-1",
        "1001",
        "99999999999999999999",
        "1.5",
        "two",
        " 1",
    ] {
        let error = Line::new("MUG-2", bad, Currency::Eur).unwrap_err();
        assert!(
            matches!(error, CartError::InvalidQuantity { .. }),
            "{bad}: {error}"
        );
        assert!(error.to_string().contains("from 1 to 1000"), "{error}");
    }
}

#[test]
fn what_cannot_be_an_sku_is_an_unknown_article_and_is_quoted_back_in_part() {
    for bad in ["", "a b", "../items", "ü", &"x".repeat(65)] {
        let error = Line::new(bad, "1", Currency::Eur).unwrap_err();
        assert!(matches!(&error, CartError::UnknownArticle(shown, _) if shown.len() <= 64));
    }
}

#[test]
fn an_empty_coupon_is_none_and_a_long_one_is_refused() {
    let with = |coupon: String| {
        Cart::new(
            vec![line("MUG-2")],
            Currency::Eur,
            Customer::guest(),
            Some(coupon),
        )
    };
    assert_eq!(with(String::new()).unwrap().coupon(), None);
    assert_eq!(with("GOLD20".to_owned()).unwrap().coupon(), Some("GOLD20"));
    assert_eq!(with("x".repeat(65)), Err(CartError::InvalidCoupon));
}

#[test]
fn currencies_and_tiers_are_known_by_their_exact_names() {
    assert_eq!("USD".parse(), Ok(Currency::Usd));
    for bad in ["", "eur", "GBP"] {
        assert_eq!(
            bad.parse::<Currency>(),
            Err(CartError::UnsupportedCurrency(bad.to_owned()))
        );
    }
    for tier in [Tier::Standard, Tier::Silver, Tier::Gold] {
        assert_eq!(tier.name().parse(), Ok(tier));
    }
    assert_eq!(
        "Gold".parse::<Tier>(),
        Err(CartError::UnknownTier("Gold".to_owned()))
    );
}

#[test]
fn an_email_has_a_mailbox_and_a_domain_and_a_refusal_does_not_repeat_it() {
    assert_eq!(check_email("ada@example.org"), Ok(()));
    for bad in [
        "",
        "ada",
        "@example.org",
        "ada@",
        "a@b@c",
        "a da@example.org",
        "ada@exa\nmple",
    ] {
        assert_eq!(check_email(bad), Err(CartError::InvalidEmail), "{bad}");
    }
    assert!(check_email(&format!("{}@example.org", "a".repeat(250))).is_err());
}

#[test]
fn a_payment_token_is_visible_ascii_and_a_refusal_does_not_repeat_it() {
    assert_eq!(check_payment_token("tok_4242"), Ok(()));
    for bad in ["", "tok 4242", "tok\u{7f}", "ключ", &"t".repeat(257)] {
        assert_eq!(
            check_payment_token(bad),
            Err(CartError::InvalidPaymentToken),
            "{bad}"
        );
    }
}

#[test]
fn a_customer_has_an_id() {
    assert_eq!(Customer::new("c-17", Tier::Gold).unwrap().id(), "c-17");
    for bad in ["", "a b", "ada@example.org", &"c".repeat(65)] {
        assert_eq!(
            Customer::new(bad, Tier::Gold),
            Err(CartError::InvalidCustomerId)
        );
    }
}

#[test]
fn lines_add_up_and_an_overflow_is_told() {
    let quote = Quote {
        subtotal_cents: 1000,
        discount_cents: 100,
        total_cents: 900,
    };
    let sum = Quote {
        subtotal_cents: 2000,
        discount_cents: 200,
        total_cents: 1800,
    };
    assert_eq!(Quote::sum(&[quote, quote]), Ok(sum));
    let huge = Quote {
        subtotal_cents: u64::MAX,
        ..quote
    };
    assert_eq!(Quote::sum(&[huge, quote]), Err(CartError::Uncountable));
}
