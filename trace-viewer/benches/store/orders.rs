//! The spans of orders, as the four services export them: 28 spans in two traces, recorded once
//! from `cargo run` and given new ids for each order.

use prost::Message;
use shared_telemetry::otlp::proto::{
    collector::trace::v1::ExportTraceServiceRequest,
    trace::v1::{ResourceSpans, Span},
};

pub(crate) const SPANS: usize = 28;
/// The first: what comes in as a request; the second: what becomes of its message.
pub(crate) const TRACES: [usize; 2] = [15, 13];
/// Of the second trace's time.
const GAP: u64 = 60_000_000;

/// The order that was recorded, one resource a service.
pub(crate) struct Orders {
    recorded: Vec<ResourceSpans>,
    first_trace: Vec<u8>,
}

impl Orders {
    pub(crate) fn recorded() -> Self {
        let recorded: ExportTraceServiceRequest =
            serde_json::from_str(include_str!("order.json")).expect("it is OTLP in JSON");
        let recorded = recorded.resource_spans;
        let first_trace = recorded[0].scope_spans[0].spans[0].trace_id.clone();
        let orders = Self {
            recorded,
            first_trace,
        };
        let counts = [0, 1].map(|which| {
            let spans = orders.recorded.iter().flat_map(spans_of);
            spans
                .filter(|span| orders.which(&span.trace_id) == which)
                .count()
        });
        assert_eq!(counts, TRACES, "spans of the two traces");
        orders
    }

    /// One export of each service, with its spans of those orders.
    pub(crate) fn exports(&self, numbers: std::ops::Range<u64>) -> Vec<Vec<u8>> {
        let export = |service: &ResourceSpans| {
            let mut exported = service.clone();
            let scope = &mut exported.scope_spans[0];
            let recorded = std::mem::take(&mut scope.spans);
            for number in numbers.clone() {
                scope
                    .spans
                    .extend(recorded.iter().map(|span| self.of(span, number)));
            }
            encode(vec![exported])
        };
        self.recorded.iter().map(export).collect()
    }

    /// Those orders as one trace of `count` spans, an export for each order.
    pub(crate) fn as_one_trace(&self, count: usize) -> Vec<Vec<u8>> {
        let exports = (0..).map(|number| {
            let mut services = self.recorded.clone();
            for span in services
                .iter_mut()
                .flat_map(|service| &mut service.scope_spans[0].spans)
            {
                *span = self.of(span, number);
                span.trace_id = trace_id(0, 0);
            }
            services
        });
        let mut left = count;
        let mut sent = Vec::new();
        for mut services in exports {
            for service in &mut services {
                let spans = &mut service.scope_spans[0].spans;
                spans.truncate(left);
                left -= spans.len();
            }
            sent.push(encode(services));
            if left == 0 {
                return sent;
            }
        }
        sent
    }

    fn of(&self, recorded: &Span, number: u64) -> Span {
        let mut span = recorded.clone();
        span.trace_id = trace_id(number, self.which(&span.trace_id));
        span.start_time_unix_nano += number * GAP;
        span.end_time_unix_nano += number * GAP;
        for id in [&mut span.span_id, &mut span.parent_span_id] {
            renumber(id, number);
        }
        for event in &mut span.events {
            event.time_unix_nano += number * GAP;
        }
        for link in &mut span.links {
            link.trace_id = trace_id(number, self.which(&link.trace_id));
            renumber(&mut link.span_id, number);
        }
        span
    }

    fn which(&self, trace_id: &[u8]) -> usize {
        usize::from(trace_id != self.first_trace)
    }
}

/// The id of the first or the second trace of an order, spread as random ids are.
pub(crate) fn trace_id(number: u64, which: usize) -> Vec<u8> {
    let number = u128::from(number * 2 + which as u64 + 1);
    number
        .wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
        .to_be_bytes()
        .to_vec()
}

fn renumber(id: &mut [u8], number: u64) {
    for (byte, other) in id
        .iter_mut()
        .zip(number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes())
    {
        *byte ^= other;
    }
}

fn spans_of(service: &ResourceSpans) -> impl Iterator<Item = &Span> {
    service.scope_spans.iter().flat_map(|scope| &scope.spans)
}

fn encode(resource_spans: Vec<ResourceSpans>) -> Vec<u8> {
    ExportTraceServiceRequest { resource_spans }.encode_to_vec()
}
