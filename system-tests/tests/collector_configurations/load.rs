//! Traces in thousands: of four services, each of which sends its own span separately.

use std::collections::HashMap;
use std::fmt::Write;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::{MissedTickBehavior, interval};

use crate::collector::Collector;
use crate::stack::Backends;
use crate::telemetry::{spans, trace_id};

/// The first one's span is the root.
pub(crate) const SERVICES: [&str; 4] = ["gateway", "pricing", "fulfillment", "inventory"];
const TICK: Duration = Duration::from_millis(100);
/// After how many ticks a service sends: the root is neither the first to come nor the last.
const LAGS: [u64; 4] = [2, 0, 5, 8];

/// Each 20th trace has an error, in the span that is sent last.
pub(crate) fn fails(number: u64) -> bool {
    number.is_multiple_of(20)
}

/// Whether a share of so many percent keeps a trace of that randomness, by the specification.
pub(crate) fn in_share(randomness: u64, percent: f64) -> bool {
    let all = 72_057_594_037_927_936.0;
    randomness as f64 >= (1.0 - percent / 100.0) * all
}

/// The randomness of a trace's id.
pub(crate) fn randomness(trace: &str) -> u64 {
    u64::from_str_radix(&trace[18..], 16).unwrap()
}

/// A span as text: to build thousands of values takes longer than the collectors take. It ends now.
pub(crate) fn span_text(trace: &str, number: usize, fails: bool, more: &str) -> String {
    span_that_ends(SystemTime::now(), trace, number, fails, more)
}

fn span_that_ends(at: SystemTime, trace: &str, number: usize, fails: bool, more: &str) -> String {
    let parent = if number == 1 { "" } else { "0000000000000001" };
    let status = if fails { r#","status":{"code":2}"# } else { "" };
    let end = at.duration_since(UNIX_EPOCH).unwrap().as_nanos();
    let start = end - 10_000_000;
    format!(
        r#"{{"traceId":"{trace}","spanId":"{number:016x}","parentSpanId":"{parent}","name":"work","kind":2,"startTimeUnixNano":"{start}","endTimeUnixNano":"{end}"{status}{more}}}"#
    )
}

/// A request with spans of one service.
pub(crate) fn request_text(service: &str, spans: &[String]) -> String {
    let mut text = String::new();
    write!(
        text,
        r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"{service}"}}}}]}},"scopeSpans":[{{"spans":[{}]}}]}}]}}"#,
        spans.join(",")
    )
    .unwrap();
    text
}

/// So many traces each second, and how many were begun so far.
pub(crate) struct Load {
    pub(crate) per_tick: u64,
    pub(crate) count: u64,
    begun: AtomicU64,
}

impl Load {
    pub(crate) fn new(per_second: u64, count: u64) -> Self {
        Self {
            per_tick: per_second / 10,
            count,
            begun: AtomicU64::new(0),
        }
    }

    pub(crate) fn begun(&self) -> u64 {
        self.begun.load(Ordering::Relaxed)
    }

    /// When so many traces were begun.
    pub(crate) async fn has_begun(&self, count: u64) {
        system_tests::until("load", Duration::from_secs(600), async || {
            (self.begun() >= count).then_some(())
        })
        .await;
    }

    fn of_tick(&self, tick: u64) -> Range<u64> {
        let first = (tick * self.per_tick).min(self.count);
        first..(first + self.per_tick).min(self.count)
    }

    /// Sends all, by turns through each of these, and ends when all was taken.
    pub(crate) async fn send(&self, to: &[Collector]) {
        let ticks = self.count.div_ceil(self.per_tick) + LAGS[3];
        // Late ticks are not made up for: never more than so many a second.
        let mut born_at = HashMap::new();
        let mut clock = interval(TICK);
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        for tick in 0..ticks {
            clock.tick().await;
            born_at.insert(tick, SystemTime::now());
            for (place, service) in SERVICES.iter().enumerate() {
                let Some(born) = tick.checked_sub(LAGS[place]) else {
                    continue;
                };
                let span = |number: u64| {
                    let fails = place == 3 && fails(number);
                    let trace = trace_id(number);
                    span_that_ends(born_at[&born], &trace, place + 1, fails, "")
                };
                let spans: Vec<_> = self.of_tick(born).map(span).collect();
                if spans.is_empty() {
                    continue;
                }
                let to = &to[(tick as usize + place) % to.len()];
                let status = to.offer("traces", request_text(service, &spans)).await;
                assert!(status.is_success(), "{status}");
            }
            self.begun.store(self.of_tick(tick).end, Ordering::Relaxed);
        }
    }
}

/// What came of the traces that should be kept, by their numbers.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) whole: Vec<u64>,
    pub(crate) in_part: Vec<u64>,
    pub(crate) missing: Vec<u64>,
    /// Should not be there.
    pub(crate) unasked: Vec<u64>,
    /// Spans that came more than once.
    pub(crate) repeated: usize,
}

impl Outcome {
    pub(crate) fn of(backends: &Backends, count: u64, kept: impl Fn(u64) -> bool) -> Self {
        let mut came: HashMap<String, HashMap<String, usize>> = HashMap::new();
        for span in spans(&backends.requests("tempo")) {
            let text = |key: &str| span[key].as_str().unwrap().to_owned();
            let of_trace = came.entry(text("traceId")).or_default();
            *of_trace.entry(text("spanId")).or_default() += 1;
        }
        let mut outcome = Self::default();
        for number in 0..count {
            let spans = came.get(&trace_id(number));
            let distinct = spans.map_or(0, HashMap::len);
            let list = match (kept(number), distinct) {
                (false, 0) => continue,
                (false, _) => &mut outcome.unasked,
                (true, 0) => &mut outcome.missing,
                (true, 4) => &mut outcome.whole,
                (true, _) => &mut outcome.in_part,
            };
            list.push(number);
        }
        let repeated = came.values().flat_map(HashMap::values);
        outcome.repeated = repeated.map(|times| times - 1).sum();
        outcome
    }

    /// Those that are not whole.
    pub(crate) fn hurt(&self) -> impl Iterator<Item = u64> {
        self.in_part.iter().chain(&self.missing).copied()
    }

    pub(crate) fn told(&self) -> String {
        format!(
            "{} whole, {} in part, {} missing, {} unasked for, {} spans repeated",
            self.whole.len(),
            self.in_part.len(),
            self.missing.len(),
            self.unasked.len(),
            self.repeated
        )
    }
}
