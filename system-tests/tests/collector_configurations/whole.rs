//! Three tiers: every kept trace is whole and in one sampler, every number is true.

use std::collections::HashSet;

use crate::PATIENCE;
use crate::kinds;
use crate::load::{Load, Outcome, SERVICES, fails, in_share, randomness};
use crate::program::{long, otelcol};
use crate::telemetry::{spans, trace_id};
use crate::tiers::Tiers;
use system_tests::until;

const SHARE: f64 = 5.0;

fn kept(number: u64) -> bool {
    fails(number) || in_share(randomness(&trace_id(number)), SHARE)
}

#[tokio::test]
async fn through_three_tiers_every_kept_trace_is_whole_and_every_number_true() {
    let Some(program) = otelcol() else { return };
    let share = SHARE.to_string();
    let settings = [
        ("TAIL_BASELINE_PERCENT", share.as_str()),
        ("TAIL_CHECKOUT_PERCENT", &share),
        // On a busy machine the error in a trace may come long after its root.
        ("TAIL_WAIT_AFTER_ROOT", "8s"),
        ("TAIL_WAIT", "10s"),
    ];
    let mut tiers = Tiers::new(&program, [2, 2], &settings);
    tiers.start().await;
    let load = Load::new(400, if long() { 12_000 } else { 2_000 });
    load.send(&tiers.agents).await;

    let expected = (0..load.count).filter(|number| kept(*number)).count();
    let decided = "otelcol_processor_tail_sampling_global_count_traces_sampled";
    until("decisions", PATIENCE, async || {
        let all = tiers.of_samplers(decided, "").await >= load.count as f64;
        let came = spans(&tiers.backends.requests("tempo")).len() >= 4 * expected;
        (all && came).then_some(())
    })
    .await;
    // A trace that is split between two samplers is new to both.
    let new = "otelcol_processor_tail_sampling_new_trace_id_received";
    let mut of_each = Vec::new();
    for sampler in &tiers.samplers {
        of_each.push(sampler.own_metric(new, "").await);
    }
    assert_eq!(of_each.iter().sum::<f64>(), load.count as f64);
    let outcome = Outcome::of(&tiers.backends, load.count, kept);
    println!(
        "{} traces, of them {of_each:?} in each sampler, {expected} to be kept: {}",
        load.count,
        outcome.told()
    );
    assert_eq!(outcome.whole.len(), expected, "{}", outcome.told());
    assert_eq!((outcome.unasked.len(), outcome.repeated), (0, 0));

    let calls = until("metric of every span", PATIENCE, async || {
        let calls = kinds::calls(&tiers.backends);
        let counted = SERVICES.map(|service| calls.get(service).copied().unwrap_or_default());
        (counted.iter().sum::<usize>() as u64 >= 4 * load.count).then_some(counted)
    })
    .await;
    assert_eq!(calls, [load.count as usize; 4]);
    let kept: HashSet<_> = outcome
        .whole
        .iter()
        .map(|number| trace_id(*number))
        .collect();
    let exemplars = until("exemplar", PATIENCE, async || {
        let found = kinds::exemplars(&tiers.backends.requests("prometheus"));
        (!found.is_empty()).then_some(found)
    })
    .await;
    println!("spans counted: {calls:?}; {} exemplars", exemplars.len());
    assert!(exemplars.is_subset(&kept));
}
