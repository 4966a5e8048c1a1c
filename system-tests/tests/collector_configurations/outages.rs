//! Three tiers under load, of which a sampler is killed, stopped, added and taken away.

use crate::load::{Load, Outcome, SERVICES, fails, in_share, randomness};
use crate::program::{long, otelcol};
use crate::telemetry::{spans, trace_id};
use crate::tiers::{Tiers, WAITS, list};
use crate::{PATIENCE, kinds, until};

const PER_SECOND: u64 = 400;
/// A trace is in a sampler's memory until its root has been there for that wait, and a tick. Its
/// spans take a second to come; the rest is for a machine that has more to do.
const IN_MEMORY: u64 = (WAITS[0] + 5) * PER_SECOND;

/// The load's seconds, three times as many in a long one.
fn second(number: u64) -> u64 {
    let times = if long() { 3 } else { 1 };
    times * number * PER_SECOND
}

const SHARE: f64 = 50.0;

fn of_the_share(number: u64) -> bool {
    in_share(randomness(&trace_id(number)), SHARE)
}

/// What is to be kept: a share, and every error.
fn kept(number: u64) -> bool {
    fails(number) || of_the_share(number)
}

#[tokio::test]
async fn a_killed_sampler_costs_what_it_had_in_memory_and_a_stopped_one_nothing_of_a_share() {
    let Some(program) = otelcol() else { return };
    let share = SHARE.to_string();
    let mut tiers = Tiers::new(&program, [2, 2], &[("TAIL_BASELINE_PERCENT", &share)]);
    tiers.start().await;
    let load = Load::new(PER_SECOND, second(15));
    let Tiers {
        agents, samplers, ..
    } = &mut tiers;
    let sampler = &mut samplers[0];
    let faults = async {
        load.has_begun(second(4)).await;
        let killed = load.begun();
        sampler.kill();
        load.has_begun(second(6)).await;
        sampler.start().await;
        load.has_begun(second(10)).await;
        let stopped = load.begun();
        sampler.stop().await;
        load.has_begun(second(12)).await;
        sampler.start().await;
        [killed, stopped]
    };
    let ((), [killed, stopped]) = tokio::join!(load.send(agents), faults);
    tiers.quiet().await;
    let outcome = Outcome::of(&tiers.backends, load.count, kept);
    let later = |number: &u64| *number > killed + PER_SECOND / 10;
    let (by_stop, by_kill): (Vec<_>, Vec<_>) = outcome.hurt().partition(later);
    println!(
        "{} traces, {PER_SECOND} a second; one of two samplers killed at {killed}, stopped at {stopped}: {}; hurt by the kill: {}, from {:?} to {:?}; by the stop: {by_stop:?}",
        load.count,
        outcome.told(),
        by_kill.len(),
        by_kill.iter().min(),
        by_kill.iter().max(),
    );
    assert!(!by_kill.is_empty(), "the check itself is blind");
    let least = killed.saturating_sub(IN_MEMORY);
    assert!(by_kill.iter().all(|number| *number >= least));
    // Half of the traces are its own, half of them are to be kept.
    assert!((by_kill.len() as u64) < IN_MEMORY / 4 + PER_SECOND);
    // Errors whose trace was half there: what came before was judged, and dropped, without them.
    assert!(by_stop.iter().all(|number| !of_the_share(*number)));
    // What waited for the killed one comes in any order, so some of its errors may be late as well.
    let about = killed..=stopped + PER_SECOND;
    assert!(by_stop.iter().all(|number| about.contains(number)));
    // What was on its way to a backend when it was killed may come twice; not more than that.
    assert!((outcome.repeated as u64) < 4 * IN_MEMORY);
}

#[tokio::test]
async fn samplers_come_and_go_and_a_share_stays_whole() {
    let Some(program) = otelcol() else { return };
    let share = SHARE.to_string();
    let mut tiers = Tiers::new(&program, [2, 3], &[("TAIL_BASELINE_PERCENT", &share)]);
    let all = list(&tiers.samplers);
    let two = list(&tiers.samplers[..2]);
    for loadbalancer in tiers.loadbalancers.iter_mut() {
        loadbalancer.set("SAMPLERS", two.clone());
    }
    tiers.start().await;
    let load = Load::new(PER_SECOND, second(12));
    let Tiers {
        agents,
        loadbalancers,
        ..
    } = &mut tiers;
    let changes = async {
        for (at, samplers) in [(second(4), all), (second(8), two)] {
            load.has_begun(at).await;
            for loadbalancer in loadbalancers.iter_mut() {
                loadbalancer.stop().await;
                loadbalancer.set("SAMPLERS", samplers.clone());
                loadbalancer.start().await;
            }
        }
    };
    tokio::join!(load.send(agents), changes);
    tiers.quiet().await;
    let outcome = Outcome::of(&tiers.backends, load.count, kept);
    let new = "otelcol_processor_tail_sampling_new_trace_id_received";
    let parts = tiers.of_samplers(new, "").await - load.count as f64;
    println!(
        "{} traces, {PER_SECOND} a second; from two samplers to three and back: {parts} split, {}; hurt and in the share: {}",
        load.count,
        outcome.told(),
        outcome
            .hurt()
            .filter(|number| of_the_share(*number))
            .count()
    );
    assert!(parts > 0.0, "the check itself is blind");
    // Only errors: their other spans are elsewhere, or the error came after the decision, because
    // an agent waits for its load balancer.
    assert!(outcome.hurt().all(|number| !of_the_share(number)));
    assert_eq!((outcome.unasked.len(), outcome.repeated), (0, 0));
}

#[tokio::test]
async fn a_sampler_that_stays_away_costs_its_share_and_nothing_else() {
    let Some(program) = otelcol() else { return };
    let mut tiers = Tiers::new(&program, [1, 2], &[("TAIL_BASELINE_PERCENT", "100")]);
    tiers.loadbalancers[0].set("SAMPLER_QUEUE_BYTES", "20000".to_owned());
    tiers.start().await;
    tiers.samplers[0].kill();
    let load = Load::new(PER_SECOND, second(5));
    load.send(&tiers.agents).await;
    // Counted once each, though half of each batch can't be delivered.
    let each = load.count as usize;
    until("metric of every span", PATIENCE, async || {
        let calls = kinds::calls(&tiers.backends);
        let counted = SERVICES.map(|service| calls.get(service).copied().unwrap_or_default());
        (counted == [each; 4]).then_some(())
    })
    .await;
    let alive = &tiers.samplers[1];
    let came = until("share of the other sampler", PATIENCE, async || {
        let taken = alive
            .own_metric("otelcol_receiver_accepted_spans", "")
            .await;
        let new = alive
            .own_metric("otelcol_processor_tail_sampling_new_trace_id_received", "")
            .await;
        let came = spans(&tiers.backends.requests("tempo")).len() as f64;
        (taken == 4.0 * new && came == taken && new > 0.0).then_some(new)
    })
    .await;
    let outcome = Outcome::of(&tiers.backends, load.count, |_| true);
    let failed = "otelcol_exporter_send_failed_spans";
    let failed = tiers.loadbalancers[0]
        .own_metric(failed, "load_balancing")
        .await;
    println!(
        "{each} traces, one of two samplers dead: {}; the load balancer counted {failed} spans of {} as failed",
        outcome.told(),
        4 * each
    );
    assert_eq!(outcome.whole.len() as f64, came);
    assert!(outcome.whole.len() > each / 3 && outcome.whole.len() < each * 2 / 3);
    assert_eq!((outcome.in_part.len(), outcome.repeated), (0, 0));
    assert!(failed >= 4.0 * outcome.missing.len() as f64 / 2.0);
}

#[tokio::test]
async fn a_load_balancer_that_ends_costs_counts_and_hardly_a_span() {
    let Some(program) = otelcol() else { return };
    let mut tiers = Tiers::new(&program, [1, 2], &[("TAIL_BASELINE_PERCENT", "100")]);
    tiers.start().await;
    let load = Load::new(PER_SECOND, second(6));
    let Tiers {
        agents,
        loadbalancers,
        ..
    } = &mut tiers;
    let loadbalancer = &mut loadbalancers[0];
    let faults = async {
        load.has_begun(second(2)).await;
        let killed = load.begun();
        loadbalancer.kill();
        loadbalancer.start().await;
        load.has_begun(second(4)).await;
        let stopped = load.begun();
        loadbalancer.stop().await;
        loadbalancer.start().await;
        [killed, stopped]
    };
    let ((), [killed, stopped]) = tokio::join!(load.send(agents), faults);
    tiers.quiet().await;
    let outcome = Outcome::of(&tiers.backends, load.count, |_| true);
    let calls: usize = kinds::calls(&tiers.backends).values().sum();
    let [first, last] = [outcome.hurt().min(), outcome.hurt().max()];
    println!(
        "{} traces, the load balancer killed at {killed}, stopped at {stopped}: {}; those hurt: {first:?} to {last:?}; {calls} of {} spans counted",
        load.count,
        outcome.told(),
        4 * load.count
    );
    let window = killed.saturating_sub(2 * PER_SECOND)..=killed + PER_SECOND / 5;
    assert!(outcome.hurt().all(|number| window.contains(&number)));
    // Never more than there were. Fewer: what was counted since the last flush ends with it.
    assert!(calls as u64 <= 4 * load.count);
    assert!(calls > 0 && outcome.repeated as u64 <= 4 * PER_SECOND);
}
