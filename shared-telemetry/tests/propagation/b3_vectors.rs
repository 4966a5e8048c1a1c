//! The vectors of B3, taken from the tests of Go, Java, Python and Brave and from the
//! specification.
//!
//! Twelve extract vectors are contested: the SDKs disagree, and some of the vectors contradict
//! each other. [`REFUSED`], [`READ`] and their comments say what this crate does with each and
//! why; docs/adr/0009 is the long form.

use opentelemetry::trace::{SpanContext, TraceContextExt, TraceState};
use opentelemetry::{SpanId, TraceFlags, TraceId};
use serde::Deserialize;
use shared_telemetry::propagation::Format;

use crate::carrier::{Headers, written};

/// Contested, and refused. `-true` in the single header (Java reads it): its grammar has `0`, `1`
/// and `d`. A fourth field `0` (Java's tests call it a debug flag): it is a parent span id, so 16
/// digits. `X-B3-Sampled: d` (Python reads it as sampled): debug is `X-B3-Flags: 1`, and a value
/// that nobody defined is no decision.
const REFUSED: [&str; 9] = [
    "b3-030", "b3-050", "b3-066", "b3-067", "b3-068", "b3-071", "b3-072", "b3-073", "b3-104",
];

/// Contested, and read. Upper-case digits in the multiple headers, and `True`: Finagle and Python
/// read them, and to refuse would cut a trace in two over a matter of case. In the single header
/// the vectors agree on refusing.
const READ: [&str; 3] = ["b3-031", "b3-032", "b3-103"];

#[derive(Deserialize)]
struct Vectors {
    vectors: Vec<Extract>,
}

#[derive(Deserialize)]
struct Extract {
    id: String,
    name: String,
    headers: Vec<(String, String)>,
    expect: Expect,
    level: Level,
    /// Of a composite: in the order of the list.
    propagators: Option<serde_json::Value>,
}

#[derive(Deserialize, PartialEq, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Level {
    Consensus,
    Contested,
    Policy,
}

#[derive(Deserialize, Debug, PartialEq, Default)]
#[serde(default)]
struct Expect {
    valid: bool,
    trace_id: Option<String>,
    span_id: Option<String>,
    /// `None` is deferred.
    sampled: Option<bool>,
    debug: bool,
}

fn vectors() -> Vec<Extract> {
    let vectors: Vectors =
        serde_json::from_str(include_str!("../data/b3_extract_vectors.json")).expect("vectors");
    assert_eq!(vectors.vectors.len(), 131);
    vectors.vectors
}

/// What is understood of headers: the ids by the context, the state by what is handed on, which
/// is the only way in which debug and deferred show.
fn understood(vector: &Extract) -> Expect {
    let formats: &[Format] = match vector.propagators {
        Some(_) => &[Format::TraceContext, Format::B3],
        None => &[Format::B3],
    };
    let context = Headers::new(vector.headers.iter().map(|(n, v)| (n, v))).read(formats);
    let span = context.span().span_context().clone();
    if !span.is_valid() {
        return Expect::default();
    }
    assert!(span.is_remote());
    let sent = written(&context, &[Format::B3]);
    let mut parts = sent.all("b3")[0].split('-').skip(2);
    let state = parts.next();
    Expect {
        valid: true,
        trace_id: Some(span.trace_id().to_string()),
        span_id: Some(span.span_id().to_string()),
        sampled: state.map(|state| state != "0"),
        debug: state == Some("d"),
    }
}

fn failures(vectors: &[&Extract]) -> Vec<String> {
    let failed = vectors.iter().filter_map(|vector| {
        let seen = understood(vector);
        (seen != vector.expect).then(|| format!("{} {}: {seen:?}", vector.id, vector.name))
    });
    failed.collect()
}

#[test]
fn every_extract_vector_that_the_sdks_agree_on_passes() {
    let vectors = vectors();
    let of_level = |level| vectors.iter().filter(move |vector| vector.level == level);
    let agreed: Vec<_> = of_level(Level::Consensus).collect();
    assert_eq!(agreed.len(), 117);
    let failures = failures(&agreed);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn contested_vectors_are_decided_and_the_decision_is_written_down() {
    let vectors = vectors();
    let contested = vectors
        .iter()
        .filter(|vector| vector.level == Level::Contested);
    let mut count = 0;
    for vector in contested {
        let read = understood(vector).valid;
        let decided = [(&REFUSED[..], false), (&READ[..], true)]
            .into_iter()
            .find_map(|(ids, read)| ids.contains(&vector.id.as_str()).then_some(read));
        assert_eq!(Some(read), decided, "{} {}", vector.id, vector.name);
        count += 1;
    }
    assert_eq!(count, 12);
}

#[test]
fn upper_case_digits_of_the_multiple_headers_are_the_same_trace() {
    let upper = [
        ("X-B3-TraceId", "AB0000000000000000000000000000CD"),
        ("X-B3-SpanId", "CD0000000000000E"),
    ];
    let context = Headers::new(upper).read(&[Format::B3Multi]);
    let sent = written(&context, &[Format::B3]);
    assert_eq!(
        sent.all("b3"),
        ["ab0000000000000000000000000000cd-cd0000000000000e"]
    );
}

#[test]
fn of_the_policy_vectors_w3c_wins_in_either_order() {
    let vectors = vectors();
    for vector in vectors
        .iter()
        .filter(|vector| vector.level == Level::Policy)
    {
        let trace_id = understood(vector).trace_id;
        assert_eq!(
            trace_id.as_deref(),
            Some("0af7651916cd43dd8448eb211c80319c")
        );
    }
}

#[derive(Deserialize)]
struct Inject {
    id: String,
    name: String,
    encoding: String,
    span: InjectedSpan,
    want: Vec<(String, String)>,
    do_not_want: Vec<String>,
}

#[derive(Deserialize)]
struct InjectedSpan {
    trace_id: Option<String>,
    span_id: Option<String>,
    sampled: bool,
    debug: bool,
    deferred: bool,
}

/// The headers that leave with a span in the state that the vector describes.
fn injected(vector: &Inject) -> Headers {
    let span = &vector.span;
    let formats: &[Format] = match vector.encoding.as_str() {
        "default" | "B3SingleHeader" => &[Format::B3],
        "B3MultipleHeader" => &[Format::B3Multi],
        "B3SingleHeader | B3MultipleHeader" => &[Format::B3, Format::B3Multi],
        other => panic!("{}: encoding {other}", vector.id),
    };
    let state = match (span.debug, span.deferred, span.sampled) {
        (true, ..) => "d",
        (_, true, _) => "",
        (_, _, sampled) => ["0", "1"][usize::from(sampled)],
    };
    let (Some(trace_id), Some(span_id)) = (&span.trace_id, &span.span_id) else {
        let context = Headers::new([("b3", state)]).read(&[Format::B3]);
        return written(&context, formats);
    };
    let header = [trace_id.as_str(), span_id, state].join("-");
    let context = Headers::new([("b3", header.trim_end_matches('-'))]).read(&[Format::B3]);
    // The flag as the vector has it: debug without sampled is one of them.
    let flags = TraceFlags::default().with_sampled(span.sampled);
    let context = context.with_remote_span_context(SpanContext::new(
        TraceId::from_hex(trace_id).expect("hex"),
        SpanId::from_hex(span_id).expect("hex"),
        flags,
        true,
        TraceState::NONE,
    ));
    written(&context, formats)
}

#[test]
fn every_inject_vector_passes() {
    let vectors: Vec<Inject> =
        serde_json::from_str(include_str!("../data/b3_inject_vectors.json")).expect("vectors");
    assert_eq!(vectors.len(), 24);
    for vector in vectors {
        let sent = injected(&vector);
        let place = format!("{} {}: {sent:?}", vector.id, vector.name);
        assert_eq!(sent.0.len(), vector.want.len(), "{place}");
        for (name, value) in &vector.want {
            assert_eq!(sent.all(name), [value], "{place}");
        }
        for name in &vector.do_not_want {
            assert!(sent.all(name).is_empty(), "{place}");
        }
    }
}

#[test]
fn nothing_is_injected_without_a_span_and_without_a_caller_s_word() {
    let context = opentelemetry::Context::new();
    let all = [
        Format::B3,
        Format::B3Multi,
        Format::TraceContext,
        Format::Baggage,
    ];
    assert_eq!(written(&context, &all), Headers::default());
}
