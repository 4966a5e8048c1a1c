//! Keys, fingerprints, and what follows from a key that was seen before.

use std::time::Duration;

use super::*;
use crate::checkout::{Currency, Customer, Line, Tier};

fn key(text: &str) -> Result<Key, InvalidKey> {
    Key::parse(text.as_bytes())
}

fn cart(sku: &str, quantity: &str, tier: Tier, coupon: Option<&str>) -> Fingerprint {
    let line = Line::new(sku, quantity, Currency::Eur).unwrap();
    let customer = Customer::new("c-17", tier).unwrap();
    let coupon = coupon.map(str::to_owned);
    Fingerprint::of(&Cart::new(vec![line], Currency::Eur, customer, coupon).unwrap())
}

#[test]
fn a_key_is_the_same_with_and_without_quotes() {
    assert_eq!(key("\"8e03-978e\""), key("8e03-978e"));
    assert_eq!(key(" a ").unwrap(), key("a").unwrap());
    assert_eq!(key(r#""a\"b\\c""#).unwrap(), Key(r#"a"b\c"#.to_owned()));
    assert!(key(&"k".repeat(255)).is_ok());
}

#[test]
fn what_is_no_key_is_refused_without_being_repeated() {
    let long = "k".repeat(256);
    for bad in [
        "",
        "\"\"",
        "\"",
        "a b",
        "\"a b\"",
        "\"a",
        "a\"",
        "a\"b",
        r#""a\b""#,
        r#""a\""#,
        "ключ",
        "\"a\";x=1",
        "tab\t",
        &long,
    ] {
        let expected = if bad == "tab\t" {
            key("tab")
        } else {
            Err(InvalidKey)
        };
        assert_eq!(key(bad), expected, "{bad:?}");
    }
    assert_eq!(Key::parse(b"\xff\xfe"), Err(InvalidKey));
    assert_eq!(format!("{:?}", key("secret").unwrap()), "…");
}

#[test]
fn two_carts_are_one_only_when_everything_in_them_is() {
    let key = key("k").unwrap();
    let seal = |fingerprint: &Fingerprint| key.seal(fingerprint);
    let first = cart("MUG-2", "1", Tier::Gold, Some("GOLD20"));
    assert_eq!(seal(&first), seal(&first.clone()));
    for other in [
        cart("MUG-3", "1", Tier::Gold, Some("GOLD20")),
        cart("MUG-2", "2", Tier::Gold, Some("GOLD20")),
        cart("MUG-2", "1", Tier::Silver, Some("GOLD20")),
        cart("MUG-2", "1", Tier::Gold, None),
        first.clone().with("ada@example.org"),
        first.clone().with(""),
    ] {
        assert_ne!(seal(&first), seal(&other));
    }
    let (one, other) = (
        first.clone().with("ab").with("c"),
        first.with("a").with("bc"),
    );
    assert_ne!(seal(&one), seal(&other));
}

#[test]
fn neither_key_nor_cart_can_be_read_from_what_is_kept() {
    let (one, other) = (key("one").unwrap(), key("other").unwrap());
    let same = cart("MUG-2", "1", Tier::Gold, None);
    assert_eq!(one.hash().len(), 64);
    assert_ne!(one.hash(), other.hash());
    // The same cart under two keys looks like two carts.
    assert_ne!(one.seal(&same), other.seal(&same));
}

#[test]
fn what_follows_depends_on_age_then_cart_then_stage() {
    let seen = Seen {
        stage: Stage::Working,
        same_cart: true,
        age: Duration::ZERO,
        held: false,
    };
    let at = |stage| Seen { stage, ..seen };
    assert_eq!(at(Stage::Working).step(), Step::TakeOver);
    assert_eq!(at(Stage::Written).step(), Step::Resume);
    for stage in [Stage::Working, Stage::Written] {
        let held = Seen {
            held: true,
            ..at(stage)
        };
        assert_eq!(held.step(), Step::Wait);
    }
    for stage in [Stage::Accepted, Stage::Refused] {
        assert_eq!(at(stage).step(), Step::Replay);
        let other = Seen {
            same_cart: false,
            ..at(stage)
        };
        assert_eq!(other.step(), Step::AnotherCart);
        let old = Seen {
            age: HONOURED,
            ..other
        };
        assert_eq!(old.step(), Step::Forget);
    }
}

#[test]
fn a_stage_survives_the_database() {
    for stage in [
        Stage::Working,
        Stage::Written,
        Stage::Accepted,
        Stage::Refused,
    ] {
        assert_eq!(Stage::by_name(stage.name()), Some(stage));
    }
    assert_eq!(Stage::by_name("paid"), None);
}
