//! What is found, and what must survive.

use proptest::prelude::*;

use super::scan::Sign;
use super::*;

#[track_caller]
fn assert_becomes(cases: &[(&str, &str)]) {
    for (given, expected) in cases {
        assert_eq!(text(given), *expected, "of {given:?}");
    }
}

#[test]
fn secrets_are_found_by_their_form() {
    assert_becomes(&[
        (
            "no mailbox ada@example.com.",
            "no mailbox [redacted:email].",
        ),
        ("'ada.l+x@mail.example.co.uk'", "'[redacted:email]'"),
        ("jörg@bücher.example", "[redacted:email]"),
        ("/a/ada%40example.com/b", "/a/[redacted:email]/b"),
        ("/a/ada%2540example.com/b", "/a/[redacted:email]/b"),
        (
            "paid with 4242 4242 4242 4242!",
            "paid with [redacted:card]!",
        ),
        ("5555-5555-5555-4444", "[redacted:card]"),
        ("378282246310005", "[redacted:card]"),
        ("3782 822463 10005", "[redacted:card]"),
        ("{\"n\":4242424242424242}", "{\"n\":[redacted:card]}"),
        ("4242%204242%204242%204242", "[redacted:card]"),
        (
            "order 1234 4242 4242 4242 4242",
            "order 1234 [redacted:card]",
        ),
        ("to DE89 3704 0044 0532 0130 00", "to [redacted:iban]"),
        ("GB82WEST12345698765432", "[redacted:iban]"),
        (
            "sent Bearer abcDEF123456, ok",
            "sent Bearer [redacted:credentials], ok",
        ),
        ("Basic%20YWRhOnB3", "Basic%20[redacted:credentials]"),
        (
            "a eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl b",
            "a [redacted:jwt] b",
        ),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIi", "[redacted:jwt]"),
        (
            "postgres://me:p%40ss@db:5432/shop",
            "postgres://[redacted:userinfo]@db:5432/shop",
        ),
        ("tok_4242424242424242", "[redacted:token]"),
        ("x ghp_16C7e42F292c6912E7", "x [redacted:token]"),
        (
            "k: -----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY----- z",
            "k: [redacted:token] z",
        ),
    ]);
}

#[test]
fn secrets_are_found_by_their_names_in_every_notation() {
    assert_becomes(&[
        (
            "GET /a?token=s3cret&page=2",
            "GET /a?token=[redacted:secret]&page=2",
        ),
        (
            "?x=1&api_key=abc,def#top",
            "?x=1&api_key=[redacted:secret]#top",
        ),
        (
            "?next=%2Fa%3Ftoken%3Dabc%26b%3D1&c=2",
            "?next=%2Fa%3Ftoken%3D[redacted:secret]%26b%3D1&c=2",
        ),
        ("?token=a%26b&c=2", "?token=[redacted:secret]&c=2"),
        (
            "{\"password\":\"hun\\\"ter\",\"a\":1}",
            "{\"password\":\"[redacted:secret]\",\"a\":1}",
        ),
        (
            "\"{\\\"password\\\": \\\"x y\\\", \\\"a\\\": 1}\"",
            "\"{\\\"password\\\": \\\"[redacted:secret]\\\", \\\"a\\\": 1}\"",
        ),
        (
            "{'pin': 1234, 'a': 1}",
            "{'pin': [redacted:secret], 'a': 1}",
        ),
        (
            "Login { password: Some(\"x\"), a: 1 }",
            "Login { password: Some(\"[redacted:secret]\"), a: 1 }",
        ),
        ("secret: [\"a\", \"b\"], c", "secret: [redacted:secret], c"),
        ("password=hunter2; a=1", "password=[redacted:secret]; a=1"),
        ("DB_PASSWORD = hunter2", "DB_PASSWORD = [redacted:secret]"),
        (
            "Key (token)=(abc) exists",
            "Key (token)=[redacted:secret] exists",
        ),
        (
            "Authorization: Custom a b c",
            "Authorization: [redacted:credentials]",
        ),
        (
            "{\"authorization\": \"Bearer abc\", \"a\": \"b\"}",
            "{\"authorization\": \"[redacted:credentials]\", \"a\": \"b\"}",
        ),
        (
            "cookie: a=b; c=d\nhost: x",
            "cookie: [redacted:cookie]\nhost: x",
        ),
    ]);
}

#[test]
fn what_only_looks_like_a_secret_survives() {
    for clean in [
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "00-42424242424242424242424242424242-4242424242424242-01",
        "0190a5c8-4242-4242-8424-242424242424",
        "42424242-4242-4242-4242-424242424242",
        "TEAPOT-1, MUG-2, ONE-LEFT-9",
        "at 1760000000000000000 ns, 1760000000000 ms, 1760000000000000 us",
        "2026-11-21T09:47:02.123456Z",
        "127.0.0.1:8080, 192.168.100.200, [2001:db8::4242:4242:4242:4242]:80",
        "49.99 EUR, 4242424242424241, 0.4242424242424242, v1.4242424242424242",
        "+49 1512 3456789",
        "order number 9876543210987654",
        "a @ b, deploy@web-1, left-pad@1.2.3, @example.com",
        "basic authentication is off, the bearer of this letter",
        "serde_json::token::parse at src/token.rs:12:5",
        "tokens=12 max_tokens: 5, unexpected token",
        "password: null, token=None",
        "http://shop/quote?token=REDACTED&coupon=%5BREDACTED%5D",
        "email: expected an address",
        "http://127.0.0.1:8081/quote/TEAPOT-1?quantity=REDACTED",
        "ssh://git@host/path",
        "DE89 is an exit, GB82WEST12345698765433",
        "100% sure, 50%ab",
        "SELECT 1 WHERE token = $1 AND a = $2",
        "",
    ] {
        assert!(
            matches!(text(clean), Cow::Borrowed(same) if same == clean),
            "{}",
            text(clean)
        );
    }
}

#[test]
fn a_key_says_what_its_value_is() {
    for (key, given, expected) in [
        ("app.api_key", "abc", "[redacted:secret]"),
        (
            "http.request.header.authorization",
            "abc",
            "[redacted:header]",
        ),
        (
            "http.request.header.x-acme-session",
            "abc",
            "[redacted:header]",
        ),
        (
            "http.request.header.content-type",
            "text/plain",
            "text/plain",
        ),
        (
            "http.request.header.user-agent",
            "me (ada@example.com)",
            "me ([redacted:email])",
        ),
        ("http.request.header.cookie", "REDACTED", "REDACTED"),
        ("enduser.email", "ada at home", "[redacted:email]"),
        (
            "db.query.text",
            "UPDATE a SET token = $1 WHERE password = excluded.password",
            "UPDATE a SET token = $1 WHERE password = excluded.password",
        ),
        (
            "db.query.text",
            "SELECT 1 WHERE password = 'x' OR pin = 1234",
            "SELECT 1 WHERE password = '[redacted:secret]' OR pin = [redacted:secret]",
        ),
        ("parent_span_id", "4242424242424242", "4242424242424242"),
        ("app.span", "4242424242424242", "[redacted:card]"),
    ] {
        assert_eq!(value(key, given), expected, "{key}={given}");
    }
}

#[test]
fn a_segment_of_a_path_is_a_token_by_what_stands_before_it_or_by_its_looks() {
    for (key, given, expected) in [
        (
            "url.path",
            "/reset/aB3xY9kLmN0pQrSt",
            "/reset/[redacted:token]",
        ),
        (
            "url.path",
            "/reset/aB3xY9kLmN0pQrSt%3D=",
            "/reset/[redacted:token]",
        ),
        (
            "url.path",
            "/reset/aB3xY9kLmN0pQrSt%00/x",
            "/reset/[redacted:token]/x",
        ),
        ("url.path", "/token/s3cret/x", "/token/[redacted:token]/x"),
        ("url.path", "/token/refresh", "/token/refresh"),
        (
            "url.path",
            "/letters/0190a5c8-0000-7000-8000-000000000000",
            "/letters/0190a5c8-0000-7000-8000-000000000000",
        ),
        ("url.path", "/stock/TEAPOT-1", "/stock/TEAPOT-1"),
    ] {
        assert_eq!(value(key, given), expected, "{key}={given}");
    }
}

#[test]
fn a_report_names_what_was_found_and_not_the_value() {
    assert_eq!(
        kinds("", "ada@example.com paid 4242424242424242"),
        [Kind::Email, Kind::Card]
    );
    assert_eq!(kinds("a.token", "x"), [Kind::Secret]);
    assert_eq!(kinds("a.token", Kind::Secret.marker()), []);
}

/// Parts of secrets and of what is like them, so that many a text lacks just one byte to be one.
fn nearly_secret() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-z0-9A-F@:=/_+. -]{0,6}",
        1 => "(%(40|3D|2D|20|41|25)){0,3}",
        1 => "[3-6][0-9]{10,15}",
        2 => prop::sample::select(vec![
            "eyJ", "eyJhbGci.", "eyJhbGciOi.eyJz", "Bearer ", "BASIC+", "negotiate ", "aB3xY9",
            "password=", "pin=1", "voucher:", "://u:p@", "@b.de", "a@", "ghp_", "glpat-", "tok_a1",
            "16C7e42F", "-----BEGIN ", "RSA PRIVATE KEY", "DE89 3704 0044 0532 0130 00", "NO93",
            "86011117947", "0190a5c8-4242-4242-8424-", "abcdefab-abcd-abcd-abcd-", "DE12ABCDEFAB",
            "4242 4242 ", "4242-4242", "/token/", "/reset/aB3xY9kLmN0pQrSt", "voucher/", "ü",
        ]).prop_map(str::to_owned),
    ];
    proptest::collection::vec(piece, 0..7).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn a_first_look_spares_the_search_only_where_it_would_find_nothing(
        given in nearly_secret(),
        key in prop::sample::select(vec!["", "url.path", "db.query.text", "parent_span_id"]),
    ) {
        let own_names = ["voucher"];
        let place = Rule::of(key, &own_names).place(&own_names);
        let view = View::new(&given);
        // Every sign is looked at, as if there was no first look.
        let all: Vec<_> = Scan::new(&view, place, Sign::all(place)).collect();
        prop_assert_eq!(scrub(&given, place).is_some(), !all.is_empty(), "{:?}", given);
        let worth = Glance::at(&view.bytes).signs(place);
        let spared: Vec<_> = Scan::new(&view, place, worth).collect();
        prop_assert_eq!(spared, all, "{:?}", given);
    }
}
