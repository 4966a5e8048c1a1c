//! How a broken hop across the queue is told.

use crate::verify::check::{Failure, Trouble};
use crate::verify::evidence::{Evidence, Located};
use crate::verify::names::PROCESS;

pub(super) const NOT_CARRIED: &str = "gateway writes no trace context into the record's headers, or in a format that \
     fulfillment does not extract (compare OTEL_PROPAGATORS of both)";

pub(super) fn no_process(evidence: &Evidence, producer: Located<'_>) -> Trouble {
    let place = match &evidence.order.fulfillment_trace_id {
        Some(id) => format!("in trace {id}"),
        None => "in any trace".to_owned(),
    };
    Failure {
        what: format!("fulfillment has no CONSUMER span `{PROCESS}` {place}"),
        expected: wanted(producer),
        seen: "no such span".to_owned(),
        likely_cause:
            "fulfillment did not get the message, or processes it past the Kafka boundary of \
            shared-telemetry"
                .to_owned(),
    }
    .into()
}

pub(super) fn wanted(producer: Located<'_>) -> String {
    format!(
        "a link to span {} ({}) of trace {}",
        producer.span.span_id,
        producer.span.title(),
        producer.trace.trace_id
    )
}

pub(super) fn unlinked(name: &str, producer: Located<'_>, consumer: Located<'_>) -> Failure {
    let links: Vec<_> = consumer
        .span
        .links
        .iter()
        .map(|link| format!("a link to span {} of trace {}", link.span_id, link.trace_id))
        .collect();
    let (seen, likely_cause) = if links.is_empty() {
        ("no link".to_owned(), NOT_CARRIED.to_owned())
    } else {
        let cause = "gateway injects before the PRODUCER span is started, or fulfillment takes another \
            message's headers";
        (links.join(", "), cause.to_owned())
    };
    Failure {
        what: format!(
            "fulfillment's CONSUMER span `{name}` {} of trace {} does not link to the producer",
            consumer.span.span_id, consumer.trace.trace_id
        ),
        expected: wanted(producer),
        seen,
        likely_cause,
    }
}

pub(super) fn not_listed(producer: Located<'_>, consumer: Located<'_>) -> Failure {
    Failure {
        what: format!(
            "the backend does not list the link of {} ({}) with trace {}",
            consumer.span.span_id,
            consumer.span.title(),
            producer.trace.trace_id
        ),
        expected: format!(
            "{} of trace {} in linked_from, to {}",
            consumer.span.span_id, consumer.trace.trace_id, producer.span.span_id
        ),
        seen: format!("{} other back-links", producer.trace.linked_from.len()),
        likely_cause: "the backend's index of links is behind or broken".to_owned(),
    }
}
