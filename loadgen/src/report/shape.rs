//! The JSON of a result. Its fields are an interface: units stand in their names, and a field
//! that changes its meaning changes `format`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::Report;
use super::curves::curve;
use crate::shop_client::Failure;
use crate::tally::{Latencies, Scores};
use crate::verification::Verification;

/// The version of this shape.
const FORMAT: u32 = 1;

#[derive(Serialize)]
struct Document<'r> {
    format: u32,
    target: &'r str,
    seed: u64,
    load: &'r Load,
    interrupted: bool,
    load_time_s: f64,
    rate: Rates,
    requests: Requests,
    total: ScenarioScores<'r>,
    scenarios: Vec<ScenarioScores<'r>>,
    percentile_curve: Vec<CurvePoint>,
    over_time_slice_s: f64,
    over_time: Vec<Moment>,
    slowest: Vec<Slow>,
    orders: Orders<'r>,
    telemetry_problem: Option<&'r str>,
}

/// What was asked for.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Load {
    #[serde(rename = "loop")]
    pub(super) kind: &'static str,
    pub(super) arrivals: Option<String>,
    pub(super) rate_from_per_s: Option<f64>,
    pub(super) rate_to_per_s: Option<f64>,
    pub(super) workers: Option<u16>,
    pub(super) max_in_flight: Option<usize>,
    pub(super) max_waiting: Option<usize>,
}

#[derive(Serialize)]
pub(super) struct Rates {
    pub(super) intended_per_s: Option<f64>,
    pub(super) sent_per_s: f64,
    pub(super) answered_per_s: f64,
}

#[derive(Serialize)]
pub(super) struct Requests {
    pub(super) sent: u64,
    pub(super) answered: u64,
    pub(super) late: u64,
    pub(super) late_after_ms: f64,
    pub(super) dropped: u64,
    pub(super) dropped_waiting_line_full: u64,
    pub(super) dropped_at_the_end: u64,
    pub(super) warm_up_not_counted: u64,
    pub(super) send_lag_ms: Percentiles,
}

#[derive(Serialize)]
pub(super) struct ScenarioScores<'r> {
    pub(super) scenario: &'r str,
    pub(super) sent: u64,
    pub(super) answered: u64,
    pub(super) status_classes: BTreeMap<String, u64>,
    pub(super) statuses: &'r BTreeMap<u16, u64>,
    pub(super) errors: BTreeMap<&'static str, u64>,
    pub(super) latency_from_intended_start_ms: Percentiles,
    pub(super) service_time_ms: Percentiles,
}

/// Null without a value.
#[derive(Clone, Copy, Serialize)]
pub(super) struct Percentiles {
    pub(super) p50: Option<f64>,
    pub(super) p90: Option<f64>,
    pub(super) p99: Option<f64>,
    pub(super) p99_9: Option<f64>,
    pub(super) max: Option<f64>,
}

#[derive(Serialize)]
pub(super) struct CurvePoint {
    /// How many nines: 2 is 99 %. Where the page draws it.
    #[serde(skip)]
    pub(super) nines: f64,
    pub(super) percentile: f64,
    pub(super) latency_from_intended_start_ms: f64,
    pub(super) service_time_ms: f64,
}

#[derive(Serialize)]
pub(super) struct Moment {
    pub(super) from_s: f64,
    pub(super) sent: u64,
    pub(super) failed: u64,
    pub(super) dropped: u64,
    pub(super) latency_from_intended_start_ms: Percentiles,
}

#[derive(Serialize)]
pub(super) struct Slow {
    pub(super) scenario: &'static str,
    pub(super) status: Option<u16>,
    pub(super) error: Option<&'static str>,
    pub(super) due_at_s: f64,
    pub(super) latency_from_intended_start_ms: f64,
    pub(super) service_time_ms: f64,
    pub(super) trace_id: Option<String>,
    pub(super) trace_url: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Orders<'r> {
    pub(super) acknowledged: u64,
    pub(super) verification: Option<Verified<'r>>,
}

#[derive(Serialize)]
pub(super) struct Verified<'r> {
    pub(super) states: &'r BTreeMap<String, u64>,
    pub(super) not_as_promised: u64,
    pub(super) examples: &'r [String],
    pub(super) took_s: f64,
}

impl Report {
    /// One JSON object, on several lines.
    #[must_use]
    pub fn json(&self) -> String {
        let total = self.tally.total();
        let document = Document {
            format: FORMAT,
            target: &self.target,
            seed: self.seed,
            load: &self.load,
            interrupted: self.interrupted,
            load_time_s: rounded(self.load_time.as_secs_f64()),
            rate: self.rates(&total),
            requests: self.requests(&total),
            total: ScenarioScores::of("total", &total),
            scenarios: self.scenarios(),
            percentile_curve: curve(&total),
            over_time_slice_s: self.tally.over_time.width.as_secs_f64(),
            over_time: self.moments(),
            slowest: self.slow(),
            orders: self.orders(),
            telemetry_problem: self.telemetry_problem.as_deref(),
        };
        let json = serde_json::to_string_pretty(&document);
        json.expect("maps have text or numbers as keys, and writing to memory works") + "\n"
    }
}

impl<'r> ScenarioScores<'r> {
    pub(super) fn of(scenario: &'r str, scores: &'r Scores) -> Self {
        let mut status_classes: BTreeMap<String, u64> = BTreeMap::new();
        for (status, count) in &scores.statuses {
            *status_classes
                .entry(format!("{}xx", status / 100))
                .or_default() += count;
        }
        let errors = scores.failures.iter();
        Self {
            scenario,
            sent: scores.sent,
            answered: scores.answered,
            status_classes,
            statuses: &scores.statuses,
            errors: errors
                .map(|(failure, count)| (Failure::name(*failure), *count))
                .collect(),
            latency_from_intended_start_ms: Percentiles::of(&scores.latency),
            service_time_ms: Percentiles::of(&scores.service),
        }
    }

    pub(super) fn class(&self, class: &str) -> u64 {
        self.status_classes.get(class).copied().unwrap_or(0)
    }
}

impl Percentiles {
    pub(super) fn of(latencies: &Latencies) -> Self {
        Self {
            p50: latencies.at(0.5),
            p90: latencies.at(0.9),
            p99: latencies.at(0.99),
            p99_9: latencies.at(0.999),
            max: latencies.at(1.0),
        }
    }

    pub(super) fn all(self) -> [Option<f64>; 5] {
        [self.p50, self.p90, self.p99, self.p99_9, self.max]
    }
}

impl<'r> Verified<'r> {
    pub(super) fn of(verification: &'r Verification) -> Self {
        Self {
            states: &verification.states,
            not_as_promised: verification.broken,
            examples: &verification.examples,
            took_s: rounded(verification.took.as_secs_f64()),
        }
    }
}

/// To the microsecond.
pub(super) fn milliseconds(time: Duration) -> f64 {
    time.as_micros() as f64 / 1e3
}

/// Three digits behind the point.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}
