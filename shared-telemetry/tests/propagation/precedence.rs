//! A request that carries several formats.

use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;
use shared_telemetry::propagation::Format;

use crate::carrier::{Headers, written};

const W3C: &str = "0af7651916cd43dd8448eb211c80319c";
const B3: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";
const ALL: [Format; 4] = [
    Format::TraceContext,
    Format::Baggage,
    Format::B3Multi,
    Format::B3,
];

fn both(flags: &str, b3: &str) -> Context {
    let traceparent = format!("00-{W3C}-{SPAN}-{flags}");
    Headers::new([("b3", b3), ("traceparent", &traceparent)]).read(&ALL)
}

fn trace_of(context: &Context) -> String {
    context.span().span_context().trace_id().to_string()
}

#[test]
fn w3c_wins_over_b3_in_every_order_of_the_list() {
    let traceparent = format!("00-{W3C}-{SPAN}-01");
    let headers = [
        ("traceparent", traceparent),
        ("b3", format!("{B3}-{SPAN}-1")),
    ];
    let headers = Headers::new(headers);
    for formats in [
        [Format::TraceContext, Format::B3],
        [Format::B3, Format::TraceContext],
        [Format::TraceContext, Format::B3Multi],
    ] {
        assert_eq!(trace_of(&headers.read(&formats)), W3C, "{formats:?}");
    }
}

#[test]
fn a_broken_traceparent_leaves_the_word_to_b3() {
    let headers = [
        ("traceparent", "00-1-1-1".to_owned()),
        ("b3", format!("{B3}-{SPAN}-1")),
    ];
    assert_eq!(trace_of(&Headers::new(headers).read(&ALL)), B3);
}

#[test]
fn what_b3_says_about_sampling_does_not_stand_against_w3c() {
    for b3 in ["0", &format!("{B3}-{SPAN}-0"), &format!("{B3}-{SPAN}-d")] {
        let sent = written(&both("01", b3), &[Format::B3]);
        assert_eq!(sent.all("b3"), [format!("{W3C}-{SPAN}-1")], "{b3}");
    }
    // Both name the same trace, and W3C has decided against it.
    for state in ["", "-d", "-1"] {
        let sent = written(&both("00", &format!("{W3C}-{SPAN}{state}")), &[Format::B3]);
        assert_eq!(sent.all("b3"), [format!("{W3C}-{SPAN}-0")], "{state}");
    }
}

#[test]
fn a_debug_wish_for_the_same_sampled_trace_survives_beside_w3c() {
    let sent = written(
        &both("01", &format!("{W3C}-{SPAN}-d")),
        &[Format::B3, Format::TraceContext],
    );
    assert_eq!(sent.all("b3"), [format!("{W3C}-{SPAN}-d")]);
    assert_eq!(sent.all("traceparent"), [format!("00-{W3C}-{SPAN}-01")]);
}

#[test]
fn each_encoding_writes_only_its_own_headers() {
    let context = both("01", "");
    let names = |formats: &[Format]| -> Vec<String> {
        let sent = written(&context, formats);
        sent.0
            .into_iter()
            .map(|(name, _)| name.to_lowercase())
            .collect()
    };
    assert_eq!(names(&[Format::B3]), ["b3"]);
    assert_eq!(
        names(&[Format::B3Multi]),
        ["x-b3-traceid", "x-b3-spanid", "x-b3-sampled"]
    );
    assert_eq!(names(&[Format::TraceContext]), ["traceparent"]);
}
