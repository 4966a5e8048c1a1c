//! Every answer names its trace.

use reqwest::Response;
use shared_telemetry::TraceId;
use shared_telemetry::testing::{SpanKind, recorder};

use crate::server::{serve, untraced};
use crate::shop;

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    let value = answer.headers().get(name).expect(name);
    value.to_str().expect("ASCII")
}

/// The trace that an answer names.
pub(crate) fn trace_of(answer: &Response) -> TraceId {
    let id = header(answer, "traceresponse").split('-').nth(1);
    TraceId::from_hex(id.expect("four fields")).expect("a trace id")
}

#[tokio::test]
async fn every_answer_names_its_trace_and_span_failures_too() {
    let shop = serve(shop()).await;
    for (path, name) in [
        ("/items/7", "GET /items/{id}"),
        ("/gone", "GET /gone"),
        ("/broken", "GET /broken"),
        ("/nowhere", "GET"),
    ] {
        let answer = untraced().get(format!("http://{shop}{path}")).send().await;
        let answer = answer.unwrap();
        let trace = recorder().trace(trace_of(&answer));
        let span = trace.one(name, SpanKind::Server);
        let expected = header(&answer, "traceresponse");
        let (ids, flags) = expected.split_at(53);
        assert_eq!(ids, format!("00-{}-{}-", span.trace_id(), span.id()));
        assert_eq!(u8::from_str_radix(flags, 16).unwrap() & 1, 1, "sampled");
        assert_eq!(
            header(&answer, "server-timing"),
            format!("trace;desc=\"{expected}\", traceparent;desc=\"{expected}\"")
        );
    }
}
