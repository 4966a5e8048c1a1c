//! What checkouts notice when the way out of spans is blocked, and what became of the spans.

use std::time::Duration;

use crate::latency::RATE;
use crate::leg::Leg;
use crate::load::{Load, Loop};
use crate::pair::Bench;
use crate::receiver::{Mood, Receiver};
use crate::setting::{Setting, Tracing};
use crate::shop::Shop;

const SECONDS: f64 = 5.0;

pub(crate) fn measure(bench: &Bench) -> Result<String, String> {
    let mut text = format!(
        "{:<30}{:>6}{:>14}{:>9}{:>9}{:>8}{:>9}{:>9}{:>9}{:>9}\n",
        format!("{RATE} checkouts/s, always_on"),
        "sent",
        "acknowledged",
        "p50, ms",
        "p99, ms",
        "µs CPU",
        "arrived",
        "dropped",
        "failed",
        "waiting"
    );
    print!("{text}");
    for (name, mood, queue) in [
        ("all well", Mood::Well, 2_048),
        ("a queue of 16", Mood::Well, 16),
        (
            "slow: an answer after 3 s",
            Mood::Slow(Duration::from_secs(3)),
            256,
        ),
        ("refusing: 503", Mood::Refusing, 256),
        ("gone: nobody listens", Mood::Gone, 256),
    ] {
        let line = row(bench, name, mood, queue)?;
        print!("{line}");
        text += &line;
    }
    Ok(text)
}

fn row(bench: &Bench, name: &str, mood: Mood, queue: usize) -> Result<String, String> {
    let setting = Setting::new(Tracing::AlwaysOn, true)
        .with("OTEL_BSP_MAX_QUEUE_SIZE", &queue.to_string())
        .with("OTEL_METRIC_EXPORT_INTERVAL", "500");
    let receiver = Receiver::start(&bench.runtime, mood)?;
    let shop = Shop::start(&bench.programs, &setting, &receiver)?;
    // Not counted below; its spans are.
    Load::run(&bench.programs, &shop.gateway, Loop::Open(RATE), 1.0, 0)?;
    let before = shop.cpu()?;
    let load = Load::run(&bench.programs, &shop.gateway, Loop::Open(RATE), SECONDS, 1)?;
    shop.rest()?;
    let mut micros = shop.cpu()?;
    for (micros, before) in micros.iter_mut().zip(before) {
        *micros = (*micros - before) / load.sent * 1e6;
    }
    let leg = Leg { load, micros };
    shop.stop()?;
    std::thread::sleep(Duration::from_millis(100));
    let (arrived, told) = (receiver.arrived(), receiver.told());
    Ok(format!(
        "{name:<30}{:>6}{:>14}{:>9.1}{:>9.1}{:>8.0}{:>9}{:>9}{:>9}{:>9}\n",
        load.sent,
        load.acknowledged,
        load.p50,
        load.p99,
        leg.all(),
        arrived.spans,
        told.dropped,
        told.failed,
        told.waiting,
    ))
}
