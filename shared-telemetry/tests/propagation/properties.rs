//! Whatever the headers are: no panic, a valid context or none, and what is sent is read the same.

use std::time::{Duration, Instant};

use opentelemetry::Context;
use opentelemetry::baggage::BaggageExt;
use opentelemetry::trace::TraceContextExt;
use proptest::collection::vec;
use proptest::prelude::*;
use shared_telemetry::propagation::Format;

use crate::carrier::{Headers, written};

const ALL: [Format; 4] = [
    Format::TraceContext,
    Format::Baggage,
    Format::B3,
    Format::B3Multi,
];
const NAMES: [&str; 8] = [
    "traceparent",
    "tracestate",
    "baggage",
    "b3",
    "x-b3-traceid",
    "x-b3-spanid",
    "x-b3-sampled",
    "x-b3-flags",
];

/// Bytes as the carriers hand them over, soup that looks like headers, and headers that are good.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        vec(any::<u8>(), 0..300).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        "[0-9a-fd,;=% \t@*/_-]{0,200}",
        "[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-x)?",
        "([0-9a-f]{16}){1,2}-[0-9a-f]{16}(-[01d](-[0-9a-f]{16})?)?",
        "([a-z]{1,9}=[!-~]{0,20}(;[a-z]{1,5}=[!-~]{0,9})?,){0,70}",
        "([0-9a-f]{16}){1,2}",
    ]
}

fn headers() -> impl Strategy<Value = Headers> {
    let header = (prop::sample::select(&NAMES[..]), value());
    vec(header, 0..6).prop_map(Headers::new)
}

/// A context is valid in all its parts, and reading what is sent of it gives the same again.
fn holds(context: &Context) {
    let span = context.span().span_context().clone();
    assert!(!context.has_active_span() || (span.is_valid() && span.is_remote()));
    assert!(context.baggage().len() <= 64);
    let sent = written(context, &ALL);
    for (name, value) in &sent.0 {
        assert!(value.len() <= 8192, "{name}: {} bytes", value.len());
        let visible = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
        assert!(
            !value.is_empty() && value.bytes().all(visible),
            "{name}: {value:?}"
        );
    }
    // Each by itself: a deferred decision of B3 is a "no" in W3C, which has no word for it.
    for formats in [&ALL[..2], &ALL[2..3], &ALL[3..]] {
        let sent = written(context, formats);
        assert_eq!(written(&sent.read(&ALL), formats), sent);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_headers_give_a_valid_context_or_none(headers in headers()) {
        holds(&headers.read(&ALL));
    }

    #[test]
    fn a_trace_context_is_read_as_it_was_written(
        trace in "[1-9a-f][0-9a-f]{31}", span in "[1-9a-f][0-9a-f]{15}", flags in 0_u8..4,
    ) {
        let header = format!("00-{trace}-{span}-{flags:02x}");
        let context = Headers::new([("traceparent", &header)]).read(&ALL);
        let sent = written(&context, &ALL);
        prop_assert_eq!(sent.all("traceparent"), [&header]);
    }

    #[test]
    fn a_b3_context_is_read_as_it_was_written_in_either_encoding(
        trace in "[1-9a-f][0-9a-f]{31}", span in "[1-9a-f][0-9a-f]{15}",
        state in prop::sample::select(&["", "-0", "-1", "-d"][..]),
    ) {
        let header = format!("{trace}-{span}{state}");
        let context = Headers::new([("b3", &header)]).read(&[Format::B3]);
        let multiple = written(&context, &[Format::B3Multi]).read(&[Format::B3]);
        let sent = written(&multiple, &[Format::B3]);
        prop_assert_eq!(sent.all("b3"), [&header]);
    }

    #[test]
    fn any_value_of_baggage_arrives_as_it_was_set_and_brings_no_other(
        value in any::<String>(), property in any::<String>(),
    ) {
        let metadata = format!("p={property}");
        // A member whose property looks like personal data stays behind, whole.
        prop_assume!(shared_telemetry::redact::kinds("k", &metadata).is_empty());
        let member = opentelemetry::baggage::KeyValueMetadata::new("k", value.clone(), metadata);
        let context = Context::new().with_baggage([member]);
        let sent = written(&context, &[Format::Baggage]).read(&[Format::Baggage]);
        prop_assert_eq!(sent.baggage().len(), 1);
        let arrived = sent.baggage().get("k").map(ToString::to_string);
        // What looks like personal data does not leave: an `@` between letters is enough.
        let leaves = shared_telemetry::redact::value("k", &value);
        prop_assert_eq!(arrived.as_deref(), Some(&*leaves));
    }
}

#[test]
fn headers_of_64_kib_and_thousands_of_members_cost_little() {
    let fill = |pattern: &str| pattern.repeat(65_536 / pattern.len());
    let begun = Instant::now();
    for pattern in [
        "a=1,",
        ",",
        ";",
        "=",
        "-",
        "0",
        "%",
        "%FF",
        "a=%FF,",
        "a=1;b=2;",
        "a;",
        "k=v;p=,",
        "é",
        "\0",
        " ",
        "a@b=1,",
        "z=\u{7f},",
        "d",
        "-d",
    ] {
        for name in NAMES {
            let value = fill(pattern);
            holds(&Headers::new([(name, &value)]).read(&ALL));
            holds(&Headers::new(vec![(name, pattern.trim_end_matches(',')); 2000]).read(&ALL));
        }
    }
    // 304 requests in an unoptimised build; a cost that grows with the square would be minutes.
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
}
