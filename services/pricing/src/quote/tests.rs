//! What the rules promise, in numbers.

use super::*;

fn item(unit_cents: u64) -> Item {
    Item {
        sku: "TEAPOT-1".to_owned(),
        currency: Currency::Eur,
        name: "Stoneware teapot".to_owned(),
        unit_cents,
    }
}

fn at(seconds: i64) -> SystemTime {
    unix_time(seconds).unwrap()
}

fn promotion(percent: u8) -> Promotion {
    Promotion {
        percent,
        valid_from: at(100),
        valid_until: at(200),
    }
}

#[test]
fn without_a_coupon_the_total_is_the_subtotal() {
    let quote = Quote::of(&item(2490), Quantity(3), None).unwrap();
    assert_eq!(
        (
            quote.subtotal_cents,
            quote.discount_cents,
            quote.total_cents
        ),
        (7470, 0, 7470)
    );
    assert_eq!(quote.discount_percent, 0);
}

#[test]
fn a_coupon_takes_its_percentage_off_the_whole_line() {
    let quote = Quote::of(&item(2490), Quantity(2), Some(&promotion(10))).unwrap();
    assert_eq!(
        (
            quote.subtotal_cents,
            quote.discount_cents,
            quote.total_cents
        ),
        (4980, 498, 4482)
    );
    assert_eq!(quote.discount_percent, 10);
}

#[test]
fn a_discount_is_rounded_down_to_the_cent() {
    let quote = Quote::of(&item(1299), Quantity(1), Some(&promotion(10))).unwrap();
    assert_eq!((quote.discount_cents, quote.total_cents), (129, 1170));
}

#[test]
fn everything_off_costs_nothing() {
    let quote = Quote::of(&item(1299), Quantity(7), Some(&promotion(100))).unwrap();
    assert_eq!(
        (quote.discount_cents, quote.total_cents),
        (quote.subtotal_cents, 0)
    );
}

#[test]
fn an_amount_beyond_64_bits_is_refused_and_never_wraps() {
    let refused = Err(QuoteError::Uncountable {
        sku: "TEAPOT-1".to_owned(),
        quantity: 1000,
    });
    assert_eq!(
        Quote::of(&item(u64::MAX / 999), Quantity(1000), None),
        refused
    );
    assert_eq!(
        Quote::of(&item(u64::MAX / 1000), Quantity(1000), Some(&promotion(10))),
        refused
    );
}

#[test]
fn a_promotion_counts_from_its_first_second_to_the_one_before_its_last() {
    let outcome = |seconds| promotion(10).valid_at(at(seconds)).map(|_| ());
    assert_eq!(outcome(99), Err(QuoteError::EarlyCoupon));
    assert_eq!(outcome(100), Ok(()));
    assert_eq!(outcome(199), Ok(()));
    assert_eq!(outcome(200), Err(QuoteError::ExpiredCoupon));
}

#[test]
fn a_quantity_is_a_whole_number_from_1_to_1000() {
    for good in ["1", "1000", "007"] {
        assert!(good.parse::<Quantity>().is_ok(), "{good}");
    }
    for bad in [
        "",
        "0",
        "-1",
        "1001",
        "65537",
        "99999999999999999999",
        "1.5",
        "two",
        " 1",
        "1e3",
    ] {
        assert_eq!(
            bad.parse::<Quantity>(),
            Err(QuoteError::InvalidQuantity),
            "{bad}"
        );
    }
}

#[test]
fn a_currency_is_one_of_the_two_codes() {
    assert_eq!("EUR".parse(), Ok(Currency::Eur));
    assert_eq!("USD".parse(), Ok(Currency::Usd));
    for bad in ["", "eur", "GBP", "EURO"] {
        assert_eq!(
            bad.parse::<Currency>(),
            Err(QuoteError::UnsupportedCurrency),
            "{bad}"
        );
    }
}

#[test]
fn an_e_mail_address_is_no_sku() {
    for good in ["TEAPOT-1", "a", "A_b.9"] {
        assert!(is_sku(good), "{good}");
    }
    for bad in [
        "",
        "ada@example.org",
        "TEAPOT 1",
        "théière",
        &"x".repeat(65),
    ] {
        assert!(!is_sku(bad), "{bad}");
    }
}
