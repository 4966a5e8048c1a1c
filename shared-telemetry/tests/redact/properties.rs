//! Whatever the text is: no panic, no leak by surroundings, linear time, nothing done twice.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use shared_telemetry::redact::{kinds, text, value};

const KEYS: [&str; 6] = [
    "",
    "app.note",
    "url.path",
    "url.full",
    "db.query.text",
    "http.request.header.accept",
];

/// Anything; soup of what the rules look at; and secrets in soup.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-zA-Z0-9@.:=/%&?\"'\\\\ +;,{}()\\[\\]_-]{0,20}",
        "(%[0-9a-fA-F]{2}){0,6}",
        "[3-6][0-9]{12,18}",
        Just("eyJ".to_owned()),
        Just("Bearer ".to_owned()),
        Just("password=".to_owned()),
        Just("\"token\":\"".to_owned()),
        Just("cookie: ".to_owned()),
        Just("://u:p@".to_owned()),
        Just("[redacted:email]".to_owned()),
        "\\PC{0,8}",
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn what_was_redacted_is_left_alone(
        given in any_text(), key in prop::sample::select(&KEYS[..])
    ) {
        let once = value(key, &given).into_owned();
        prop_assert_eq!(value(key, &once), once.as_str(), "of {:?}", given);
        prop_assert_eq!(kinds(key, &once), [], "of {:?}", given);
    }

    #[test]
    fn what_is_clean_is_borrowed(given in "[a-z ,.!?()]{0,200}") {
        prop_assert!(matches!(text(&given), Cow::Borrowed(same) if same == given));
    }

    #[test]
    fn a_secret_is_found_wherever_it_stands(
        before in "\\PC{0,40}", after in "\\PC{0,40}",
        secret in prop::sample::select(&[
            "canary@example.com", "4242 4242 4242 4242",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.canary",
            "Bearer c4naryC4nary", "?api_key=canary", "postgres://canary:pw@db/x",
        ][..])
    ) {
        let given = format!("{before} {secret} {after}");
        let redacted = text(&given).into_owned();
        prop_assert!(!redacted.contains(secret), "{}", redacted);
    }
}

/// Each thing that a rule looks at, or looks back from.
const HOSTILE: &[&str] = &[
    "a@",
    "@",
    "a@b",
    "a.@b.",
    "=",
    "a=",
    ":",
    "token:",
    "token=",
    "token=a&",
    "\"token\":\"",
    "\"token\":\"\\",
    "token={",
    "token=[",
    "token='",
    "eyJ",
    "eyJa.",
    "eyJaaaaaaaa.a.",
    "4",
    "4242 ",
    "4242-",
    "4242.4242",
    "1-2-",
    "%",
    "%25",
    "%2525",
    "%40",
    "ü@",
    "://",
    "://a:b@",
    "://a:",
    "Bearer ",
    "bearer a",
    "/",
    "/a",
    "/token/",
    "ghp_",
    "-----BEGIN ",
    "-----BEGIN PRIVATE KEY",
    "DE89",
    "DE89 3704 ",
    "cookie: ",
    "password: \"",
    "\\",
    "(",
    "[redacted:",
];

fn time(given: &str) -> Duration {
    let begin = Instant::now();
    std::hint::black_box(text(given));
    std::hint::black_box(value("url.full", given));
    begin.elapsed()
}

#[test]
fn a_hostile_text_takes_no_longer_than_an_innocent_one() {
    let long = |piece: &str| piece.repeat((1 << 16) / piece.len());
    time(&long("warm up "));
    let innocent = time(&long("a"));
    for hostile in HOSTILE {
        let took = time(&long(hostile));
        // Quadratic, it would be some thousand times as long.
        let limit = innocent * 200 + Duration::from_millis(500);
        assert!(
            took < limit,
            "{hostile:?} took {took:?}, \"a\" {innocent:?}"
        );
    }
}

#[test]
fn a_megabyte_of_everything_takes_as_long_as_its_bytes() {
    let mix = HOSTILE.concat();
    let long = |bytes: usize| mix.repeat(bytes / mix.len());
    let (some, all) = (time(&long(1 << 16)), time(&long(1 << 20)));
    assert!(
        all < some * 160 + Duration::from_secs(1),
        "a sixteenth took {some:?}, all of it {all:?}"
    );
}
