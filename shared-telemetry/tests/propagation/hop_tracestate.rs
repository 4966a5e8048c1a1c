//! `tracestate` through a real hop: the cases of the W3C suite, and level 2's keys.

use crate::hop::callback_for;

const TRACEPARENT: &str = "00-12345678901234567890123456789012-1234567890123456-00";

/// The tracestate that leaves after these headers came in with a good traceparent.
async fn after(headers: &[(&str, &str)]) -> Option<String> {
    let headers = [&[("traceparent", TRACEPARENT)], headers].concat();
    let out = callback_for(&headers).await;
    let trace_id = &TRACEPARENT[3..35];
    assert_eq!(
        out.trace_id(),
        trace_id,
        "a tracestate never costs the trace"
    );
    out.tracestate().map(str::to_owned)
}

async fn after_one(value: &str) -> Option<String> {
    after(&[("tracestate", value)]).await
}

#[tokio::test]
async fn a_tracestate_without_traceparent_is_dropped() {
    for state in ["foo=1", "foo=1,bar=2"] {
        assert_eq!(
            callback_for(&[("tracestate", state)]).await.tracestate(),
            None
        );
    }
}

#[tokio::test]
async fn a_tracestate_is_inherited() {
    assert_eq!(after_one("foo=1,bar=2").await.unwrap(), "foo=1,bar=2");
}

#[tokio::test]
async fn other_header_names_mean_nothing_and_its_own_is_read_in_any_case() {
    for name in ["trace-state", "trace.state"] {
        assert_eq!(after(&[(name, "foo=1")]).await, None);
    }
    for name in ["TraceState", "TrAcEsTaTe", "TRACESTATE"] {
        assert_eq!(after(&[(name, "foo=1")]).await.unwrap(), "foo=1");
    }
}

#[tokio::test]
async fn an_empty_one_is_allowed_and_ignored() {
    assert_eq!(after_one("").await, None);
    for headers in [["foo=1", ""], ["", "foo=1"]] {
        let headers = headers.map(|value| ("tracestate", value));
        assert_eq!(after(&headers).await.unwrap(), "foo=1");
    }
    assert_eq!(after_one("foo=1,,bar=2, ,").await.unwrap(), "foo=1,bar=2");
}

#[tokio::test]
async fn several_headers_are_one_list_in_order() {
    let headers = ["foo=1,bar=2", "rojo=1,congo=2", "baz=3"].map(|value| ("tracestate", value));
    assert_eq!(
        after(&headers).await.unwrap(),
        "foo=1,bar=2,rojo=1,congo=2,baz=3"
    );
}

#[tokio::test]
async fn keys_that_come_twice_are_handed_on_as_they_came() {
    assert_eq!(after_one("foo=1,foo=1").await.unwrap(), "foo=1,foo=1");
    let headers = [("tracestate", "foo=1"), ("tracestate", "foo=2")];
    assert_eq!(after(&headers).await.unwrap(), "foo=1,foo=2");
}

#[tokio::test]
async fn all_allowed_characters_pass() {
    let key: String = ('a'..='z').chain('0'..='9').chain("_-*/".chars()).collect();
    let value: String = (' '..='~').filter(|c| !",=".contains(*c)).collect();
    for key in [
        key.clone(),
        format!("{key}@a-z0-9_-*/"),
        "0".to_owned() + &key,
    ] {
        let member = format!("{key}={value}");
        assert_eq!(after_one(&member).await.unwrap(), member);
    }
}

#[tokio::test]
async fn blanks_around_members_are_no_part_of_them() {
    for list in [
        "foo=1 \t , \t bar=2, \t baz=3",
        "foo=1\t \t,\t \tbar=2,\t \tbaz=3",
    ] {
        assert_eq!(after_one(list).await.unwrap(), "foo=1,bar=2,baz=3");
    }
    for list in [" foo=1", "\tfoo=1", "foo=1 ", "foo=1\t", "\t foo=1 \t"] {
        assert_eq!(after_one(list).await.unwrap(), "foo=1");
    }
}

#[tokio::test]
async fn one_illegal_member_discards_the_list() {
    for bad in [
        "foo =1",
        "FOO=1",
        "foo.bar=1",
        "foo@=1,=2",
        "@foo=1,bar=2",
        "foo=",
        "foo",
        "=",
        "foo=1=2",
        "foo=1,bar=ä",
        "foo=\u{1}",
    ] {
        // A control character never gets past the HTTP parser.
        if !bad.contains('\u{1}') {
            assert_eq!(after_one(bad).await, None, "{bad:?} was accepted");
        }
    }
}

#[tokio::test]
async fn level_2_lets_an_at_sign_stand_anywhere_but_first() {
    for list in ["foo@=1,bar=2", "foo@@bar=1,bar=2", "foo@bar@baz=1,bar=2"] {
        assert_eq!(after_one(list).await.unwrap(), list);
    }
}

#[tokio::test]
async fn thirty_two_members_pass_and_thirty_three_are_discarded() {
    let list = |n: usize| -> Vec<String> { (1..=n).map(|i| format!("bar{i:02}={i:02}")).collect() };
    let (all, more) = (list(32), list(33));
    let headers: Vec<_> = all.chunks(10).map(|part| part.join(",")).collect();
    let headers: Vec<_> = headers
        .iter()
        .map(|value| ("tracestate", value.as_str()))
        .collect();
    assert_eq!(after(&headers).await.unwrap(), all.join(","));
    assert_eq!(after_one(&more.join(",")).await, None);
}

#[tokio::test]
async fn a_key_has_256_characters_at_most_and_a_value_too() {
    let member = |key: usize, value: usize| format!("{}={}", "z".repeat(key), "v".repeat(value));
    for (key, value) in [(256, 1), (1, 256), (256, 256)] {
        let member = member(key, value);
        assert_eq!(
            after(&[("tracestate", "foo=1"), ("tracestate", &member)])
                .await
                .unwrap(),
            format!("foo=1,{member}")
        );
    }
    for (key, value) in [(257, 1), (1, 257)] {
        let member = member(key, value);
        assert_eq!(
            after(&[("tracestate", "foo=1"), ("tracestate", &member)]).await,
            None
        );
    }
    let tenant = format!("{}@{}=1", "t".repeat(241), "v".repeat(14));
    assert_eq!(after_one(&tenant).await.unwrap(), tenant);
}
