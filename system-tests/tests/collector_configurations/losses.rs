//! What a sampler loses, counted, and the series that tells it.

use std::collections::HashMap;
use std::path::Path;

use crate::load::{request_text, span_text};
use crate::program::otelcol;
use crate::stack::{Stack, files};
use crate::telemetry::{spans, trace_id};

const TOO_EARLY: &str = "otelcol_processor_tail_sampling_sampling_trace_dropped_too_early";
const TOO_LARGE: &str = "otelcol_processor_tail_sampling_traces_dropped_too_large";
const DECIDED: &str = "otelcol_processor_tail_sampling_global_count_traces_sampled";
const LATE: &str = "otelcol_processor_tail_sampling_early_releases_from_cache_decision";
const NEW: &str = "otelcol_processor_tail_sampling_new_trace_id_received";

/// A sampler that keeps errors and nothing else.
async fn sampler(program: &Path, more: &[(&'static str, &str)]) -> Stack {
    let none = [
        ("TAIL_BASELINE_PERCENT", "0"),
        ("TAIL_CHECKOUT_PERCENT", "0"),
    ];
    let mut stack = Stack::new(program, files("sampler"), &[&none, more].concat());
    stack.start_collector().await;
    stack
}

impl Stack {
    async fn take(&self, spans: &[String]) {
        let status = self
            .collector
            .offer("traces", request_text("gateway", spans));
        let status = status.await;
        assert!(status.is_success(), "{status}");
    }

    async fn wait_for(&self, name: &str, label: &str, least: f64) {
        let what = format!("{name} of {least}");
        self.wait(&what, async || {
            (self.own_metric(name, label).await >= least).then_some(())
        })
        .await;
    }

    /// How many spans of each trace have come, when there are so many of all.
    async fn came(&self, least: usize) -> HashMap<String, usize> {
        self.wait("spans", async || {
            let requests = self.requests("tempo");
            let mut came: HashMap<String, usize> = HashMap::new();
            for span in spans(&requests) {
                *came
                    .entry(span["traceId"].as_str()?.to_owned())
                    .or_default() += 1;
            }
            (came.values().sum::<usize>() >= least).then_some(came)
        })
        .await
    }
}

/// Three hundred traces. The first hundred fail and are kept, the others are dropped; the last hundred
/// have lasted longer than the sampler waits, so their root is still to come. After the decision
/// each gets one more span: an ordinary one, and the others one with an error.
async fn late_spans(stack: &Stack) {
    let place = |number: u64, late: bool| 1 + usize::from(late != (number >= 200));
    let early = |n: u64| span_text(&trace_id(n), place(n, false), n < 100, "");
    let late = |n: u64| span_text(&trace_id(n), place(n, true), n >= 100, "");
    stack.take(&(0..300).map(early).collect::<Vec<_>>()).await;
    stack.wait_for(DECIDED, "", 300.0).await;
    stack.take(&(0..300).map(late).collect::<Vec<_>>()).await;
}

#[tokio::test]
async fn a_late_span_follows_the_decision_and_is_counted() {
    let Some(program) = otelcol() else { return };
    let mut stack = sampler(&program, &[]).await;
    stack.start_backends().await;
    late_spans(&stack).await;
    stack.wait_for(LATE, "", 300.0).await;
    let came = stack.came(200).await;
    assert!(came.values().all(|spans| *spans == 2));
    let late = [
        stack.own_metric(LATE, "sampled=\"true\"").await,
        stack.own_metric(LATE, "sampled=\"false\"").await,
    ];
    println!(
        "300 late spans: {} of kept traces came, {} errors of dropped ones did not",
        late[0], late[1]
    );
    assert_eq!((came.len(), late), (100, [100.0, 200.0]));
}

#[tokio::test]
async fn with_a_full_decision_cache_a_late_span_is_judged_by_itself() {
    let Some(program) = otelcol() else { return };
    let mut stack = sampler(&program, &[("TAIL_DECISIONS", "10")]).await;
    stack.start_backends().await;
    late_spans(&stack).await;
    // The late span has a parent: only the longer wait is for it.
    stack.wait_for(DECIDED, "", 580.0).await;
    let came = stack.came(100 + 10 + 190).await;
    let whole = came.values().filter(|spans| **spans == 2).count();
    println!(
        "300 late spans, room for 10 decisions of each kind: {whole} of 100 kept traces whole, {} traces came in part; {} traces were new, of 300",
        came.len() - whole,
        stack.own_metric(NEW, "").await
    );
    assert_eq!((whole, came.len()), (10, 290));
    assert_eq!(stack.own_metric(NEW, "").await, 580.0);
}

#[tokio::test]
async fn a_trace_over_the_limit_is_dropped_alone_and_counted() {
    let Some(program) = otelcol() else { return };
    let mut stack = sampler(&program, &[("TAIL_TRACE_BYTES", "20000")]).await;
    stack.start_backends().await;
    for number in 0..3 {
        let span = |span| span_text(&trace_id(number), span, true, "");
        let spans: Vec<_> = (1..=600).map(span).collect();
        // Over the limit with the second; the third finds it dropped.
        for part in spans.chunks(200) {
            stack.take(part).await;
        }
    }
    let small = |number| span_text(&trace_id(number), 1, true, "");
    stack.take(&(3..53).map(small).collect::<Vec<_>>()).await;
    stack.wait_for(DECIDED, "", 50.0).await;
    let came = stack.came(50).await;
    let dropped = stack.own_metric(TOO_LARGE, "").await;
    println!(
        "3 traces of 600 spans and 50 small ones: {} came, {dropped} dropped as too large",
        came.len()
    );
    assert_eq!((came.len(), dropped), (50, 3.0));
}

const BURST: u64 = 100_000;

/// As fast as they are taken; what is refused is offered again, as every exporter does. How often
/// that was.
async fn burst(stack: &Stack, traces: u64) -> u64 {
    let mut refused = 0;
    for first in (0..traces).step_by(2000) {
        let span = |number: u64| span_text(&trace_id(number), 1, number.is_multiple_of(100), "");
        let spans: Vec<_> = (first..first + 2000).map(span).collect();
        let request = request_text("gateway", &spans);
        stack
            .wait("end of the refusals", async || {
                let status = stack.collector.offer("traces", request.clone()).await;
                refused += u64::from(!status.is_success());
                status.is_success().then_some(())
            })
            .await;
    }
    refused
}

#[tokio::test]
async fn a_burst_of_a_hundred_thousand_traces_is_taken_or_refused_and_none_is_lost() {
    let Some(program) = otelcol() else { return };
    // So little memory, and so long a wait, that a slow machine fills it too.
    let little = [
        ("MEMORY_LIMIT_MIB", "48"),
        ("MEMORY_SPIKE_MIB", "20"),
        ("TAIL_WAIT", "30s"),
        ("TAIL_WAIT_AFTER_ROOT", "30s"),
    ];
    for (traces, memory) in [(BURST, &[][..]), (50_000, &little)] {
        let mut stack = sampler(&program, memory).await;
        stack.start_backends().await;
        let refused = burst(&stack, traces).await;
        stack.wait_for(DECIDED, "", traces as f64).await;
        let errors = usize::try_from(traces / 100).unwrap();
        let came = stack.came(errors).await;
        let undecided = stack.own_metric(TOO_EARLY, "").await;
        println!(
            "{traces} traces at once, {memory:?}: {} of {errors} errors kept, {undecided} undecided, {refused} requests refused at first",
            came.len()
        );
        assert_eq!((came.len(), undecided), (errors, 0.0));
        assert!(
            memory.is_empty() || refused > 0,
            "the check itself is blind"
        );
    }
}

#[tokio::test]
async fn over_the_number_of_traces_the_oldest_are_lost_unjudged_and_counted() {
    let Some(program) = otelcol() else { return };
    // However slowly they come, no trace is judged before there are too many.
    let settings = [
        ("TAIL_TRACES", "10000"),
        ("TAIL_WAIT_AFTER_ROOT", "8s"),
        ("TAIL_WAIT", "8s"),
    ];
    let mut stack = sampler(&program, &settings).await;
    stack.start_backends().await;
    let refused = burst(&stack, BURST).await;
    stack
        .wait("end of every trace", async || {
            let decided = stack.own_metric(DECIDED, "").await;
            let lost = stack.own_metric(TOO_EARLY, "").await;
            (decided + lost >= BURST as f64).then_some(())
        })
        .await;
    let lost = stack.own_metric(TOO_EARLY, "").await;
    let kept = stack.own_metric(DECIDED, "sampled=\"true\"").await;
    let came = stack.came(kept as usize).await;
    println!(
        "{BURST} traces at once, room for 10000: {} of 1000 errors kept, {lost} traces undecided, {refused} requests refused",
        came.len()
    );
    assert!(lost > 0.0 && refused == 0);
    assert_eq!(came.len() as f64, kept);
}

#[tokio::test]
async fn a_backend_that_is_away_for_too_long_costs_what_is_counted_and_no_sender_hears_of_it() {
    let Some(program) = otelcol() else { return };
    let mut stack = sampler(&program, &[("QUEUE_BYTES", "20000")]).await;
    let span = |number| span_text(&trace_id(number), 1, true, "");
    stack.take(&(0..2000).map(span).collect::<Vec<_>>()).await;
    let lost = "otelcol_exporter_enqueue_failed_spans";
    stack.wait_for(DECIDED, "", 2000.0).await;
    stack.wait_for(lost, "jaeger", 1.0).await;
    stack.start_backends().await;
    let lost = stack.own_metric(lost, "tempo").await;
    let came = stack.came(2000 - lost as usize).await;
    println!(
        "2000 traces, the backend away, a queue of 20 kB: {} came when it was back, {lost} counted as lost",
        came.len()
    );
    assert!(lost > 0.0);
    assert_eq!(came.len() as f64 + lost, 2000.0);
}
