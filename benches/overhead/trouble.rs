//! What checkouts notice when the way out of spans is blocked, beside a shop whose collector is well, and what
//! became of the spans.

use std::time::Duration;

use crate::figures::Figures;
use crate::latency::RATE;
use crate::leg::Leg;
use crate::load::Loop;
use crate::pair::Bench;
use crate::receiver::{Mood, Receiver};
use crate::setting::{Setting, Tracing};
use crate::shop::Shop;

const SECONDS: f64 = 2.5;
/// How often it is each one's turn.
const TURNS: usize = 4;

pub(crate) fn measure(bench: &Bench) -> Result<String, String> {
    let mut text = format!(
        "{:<28}{:>6}{:>14}{:>8}{:>9}{:>8}{:>9}{:>8}{:>9}{:>9}{:>9}{:>8}{:>9}\n",
        format!("{RATE} checkouts/s, always_on"),
        "sent",
        "acknowledged",
        "p50, ms",
        "all well",
        "p99, ms",
        "all well",
        "µs CPU",
        "all well",
        "arrived",
        "dropped",
        "failed",
        "waiting"
    );
    print!("{text}");
    for (name, mood, queue) in [
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

/// A shop that is open, and its turns.
struct Side {
    shop: Shop,
    receiver: Receiver,
    legs: Vec<Leg>,
}

impl Side {
    fn open(bench: &Bench, mood: Mood, queue: usize) -> Result<Self, String> {
        let setting = Setting::new(Tracing::AlwaysOn, true)
            .with("OTEL_BSP_MAX_QUEUE_SIZE", &queue.to_string())
            .with("OTEL_METRIC_EXPORT_INTERVAL", "500");
        let (shop, receiver) = bench.open(&setting, mood)?;
        Ok(Self {
            shop,
            receiver,
            legs: Vec::new(),
        })
    }

    fn turn(&mut self, bench: &Bench, seed: usize) -> Result<(), String> {
        let how = Loop::Open(RATE);
        let leg = Leg::of(&bench.programs, &self.shop, how, SECONDS, seed)?;
        self.legs.push(leg);
        Ok(())
    }

    fn sum(&self, figure: impl Fn(&Leg) -> f64) -> f64 {
        self.legs.iter().map(figure).sum()
    }

    /// The median of the turns but for the first, in which all is made that is made once.
    fn median(&self, figure: impl Fn(&Leg) -> f64) -> f64 {
        Figures::of(self.legs[1..].iter().map(figure)).median
    }
}

fn row(bench: &Bench, name: &str, mood: Mood, queue: usize) -> Result<String, String> {
    let mut well = Side::open(bench, Mood::Well, 2_048)?;
    let mut here = Side::open(bench, mood, queue)?;
    for seed in 0..=TURNS {
        well.turn(bench, seed)?;
        here.turn(bench, seed)?;
    }
    let p50 = [&here, &well].map(|side| side.median(|leg| leg.load.p50));
    let p99 = [&here, &well].map(|side| side.median(|leg| leg.load.p99));
    let cpu = [&here, &well].map(|side| side.median(Leg::all));
    let sent = here.sum(|leg| leg.load.sent);
    let acknowledged = here.sum(|leg| leg.load.acknowledged);
    well.shop.stop()?;
    here.shop.stop()?;
    let (arrived, told) = (here.receiver.arrived(), here.receiver.told());
    Ok(format!(
        "{name:<28}{sent:>6}{acknowledged:>14}{:>8.1}{:>9.1}{:>8.1}{:>9.1}{:>8.0}{:>9.0}{:>9}{:>9}{:>8}{:>9}\n",
        p50[0],
        p50[1],
        p99[0],
        p99[1],
        cpu[0],
        cpu[1],
        arrived.spans,
        told.dropped,
        told.failed,
        told.waiting,
    ))
}
