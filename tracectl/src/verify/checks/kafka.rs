//! The hop across the queue: the consumer did not wait for it, so it is held by links.

mod failures;

use crate::config::Relation;
use crate::trace::{Kind, Span};
use crate::verify::check::{Failure, Trouble, Verdict};
use crate::verify::evidence::{Evidence, Located};
use crate::verify::names::{FULFILLMENT, GATEWAY, PROCESS, PROCESS_BATCH, SEND};
use failures::{NOT_CARRIED, no_process, not_listed, unlinked, wanted};

pub(crate) fn hop(evidence: &Evidence) -> Verdict {
    let producer = producer(evidence)?;
    let process = evidence
        .process()
        .ok_or_else(|| no_process(evidence, producer))?;
    match evidence.relation {
        Relation::Link => in_its_own_trace(producer, process)?,
        Relation::Parent => child_of(producer, process)?,
    }
    if !process
        .span
        .links_to(&producer.trace.trace_id, &producer.span.span_id)
    {
        return Err(unlinked(PROCESS, producer, process).into());
    }
    let relation = match evidence.relation {
        Relation::Link => "links to",
        Relation::Parent => "is a child of, and links to,",
    };
    Ok(format!(
        "{} {relation} the producer's {}",
        process.span.span_id, producer.span.span_id
    ))
}

/// The batch span links to every message, ours among them.
pub(crate) fn batch(evidence: &Evidence) -> Verdict {
    let producer = producer(evidence)?;
    let (trace_id, span_id) = (&producer.trace.trace_id, &producer.span.span_id);
    let links = &producer.trace.linked_from;
    if let Some(back) = links
        .iter()
        .find(|back| back.name == PROCESS_BATCH && back.to_span_id == *span_id)
    {
        return Ok(format!(
            "{} of trace {} links to the producer's {span_id}",
            back.span_id, back.trace_id
        ));
    }
    // Not among the back-links: the spans themselves say whether the link or the index is at fault.
    let is_batch = |span: &&Span| span.is(FULFILLMENT, Kind::Consumer, PROCESS_BATCH);
    let traces = evidence.own_traces().chain(&evidence.strays);
    let batches: Vec<_> = traces
        .flat_map(|trace| {
            trace
                .spans
                .iter()
                .filter(is_batch)
                .map(move |span| Located { trace, span })
        })
        .collect();
    if let Some(linked) = batches
        .iter()
        .find(|batch| batch.span.links_to(trace_id, span_id))
    {
        return Err(not_listed(producer, *linked).into());
    }
    match batches.first() {
        Some(batch) => Err(unlinked(PROCESS_BATCH, producer, *batch).into()),
        None => Err(Failure {
            what: format!(
                "fulfillment has no CONSUMER span `{PROCESS_BATCH}` that links to the producer"
            ),
            expected: format!("a link to span {span_id} of trace {trace_id}"),
            seen: "no such span".to_owned(),
            likely_cause:
                "fulfillment does not process its batches in the Kafka boundary's batch span"
                    .to_owned(),
        }
        .into()),
    }
}

/// The way back: from the producer's trace to the process span.
pub(crate) fn back_link(evidence: &Evidence) -> Verdict {
    let producer = producer(evidence)?;
    let process = evidence
        .process()
        .ok_or_else(|| no_process(evidence, producer))?;
    if !process
        .span
        .links_to(&producer.trace.trace_id, &producer.span.span_id)
    {
        return Err(Trouble::NotChecked(
            "the process span has no link to the producer".to_owned(),
        ));
    }
    let listed = producer.trace.linked_from.iter().any(|back| {
        back.trace_id == process.trace.trace_id
            && back.span_id == process.span.span_id
            && back.to_span_id == producer.span.span_id
    });
    if listed {
        return Ok(format!(
            "trace {} lists {}",
            producer.trace.trace_id, process.span.span_id
        ));
    }
    Err(not_listed(producer, process).into())
}

fn producer(evidence: &Evidence) -> Result<Located<'_>, Trouble> {
    let trace = evidence.checkout_trace()?;
    if let Some(producer) = evidence.producer() {
        return Ok(producer);
    }
    let lost = evidence
        .lost(|span| span.is(GATEWAY, Kind::Producer, SEND))
        .next();
    let seen = lost.map_or_else(
        || "no such span".to_owned(),
        |lost| {
            format!(
                "{} in trace {} without a parent there",
                lost.span.span_id, lost.trace.trace_id
            )
        },
    );
    let likely_cause = match lost {
        Some(_) => "the message is sent on a task that was spawned without the context",
        None => "gateway sends past the Kafka boundary of shared-telemetry",
    };
    Err(Failure {
        what: format!(
            "gateway has no PRODUCER span `{SEND}` in trace {}",
            trace.trace_id
        ),
        expected: format!("a PRODUCER span `{SEND}` in trace {}", trace.trace_id),
        seen,
        likely_cause: likely_cause.to_owned(),
    }
    .into())
}

fn in_its_own_trace(producer: Located<'_>, process: Located<'_>) -> Result<(), Trouble> {
    if process.trace.trace_id != producer.trace.trace_id {
        return Ok(());
    }
    let parent = process.span.parent_span_id.as_deref().unwrap_or("none");
    Err(Failure {
        what: format!(
            "fulfillment's CONSUMER span `{PROCESS}` {} is in the producer's trace {}",
            process.span.span_id, producer.trace.trace_id
        ),
        expected: format!("another trace and {}", wanted(producer)),
        seen: format!("parent {parent} in the same trace"),
        likely_cause:
            "fulfillment runs with the relation `parent`; if that is meant, say --relation parent"
                .to_owned(),
    }
    .into())
}

fn child_of(producer: Located<'_>, process: Located<'_>) -> Result<(), Trouble> {
    let same_trace = process.trace.trace_id == producer.trace.trace_id;
    let parent = process.span.parent_span_id.as_deref();
    if same_trace && parent == Some(&producer.span.span_id) {
        return Ok(());
    }
    let seen = parent.map_or_else(
        || "no parent".to_owned(),
        |parent| format!("parent {parent}"),
    );
    let linked = process
        .span
        .links_to(&producer.trace.trace_id, &producer.span.span_id);
    Err(Failure {
        what: format!(
            "fulfillment's CONSUMER span `{PROCESS}` {} is not the producer's child",
            process.span.span_id
        ),
        expected: format!(
            "parent {} ({}) in trace {}",
            producer.span.span_id,
            producer.span.title(),
            producer.trace.trace_id
        ),
        seen: format!("{seen} in trace {}", process.trace.trace_id),
        likely_cause: if linked {
            "fulfillment runs with the relation `link`; if that is meant, leave --relation out"
                .to_owned()
        } else {
            NOT_CARRIED.to_owned()
        },
    }
    .into())
}
