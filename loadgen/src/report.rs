//! The result of a run: what is told as a table, as JSON and as a page.

mod chart;
mod curves;
mod page;
mod shape;
mod table;

use std::time::Duration;

use clap::ValueEnum as _;

use crate::config::Settings;
use crate::config::parse::url_of_trace;
use crate::mix::Scenario;
use crate::run::Run;
use crate::shop_client::Failure;
use crate::tally::{Finished, LATE_AFTER, Scores, Slice, Tally};
use crate::target::Target;
use crate::verification::Verification;
use shape::{
    Load, Moment, Orders, Percentiles, Rates, Requests, ScenarioScores, Slow, Verified,
    milliseconds, rounded,
};

/// What is measured, whatever form it is told in.
#[derive(Debug, Clone)]
pub struct Report {
    target: String,
    seed: u64,
    load: Load,
    interrupted: bool,
    /// The counted load, without the wait for the last answers.
    load_time: Duration,
    tally: Tally,
    trace_url: String,
    acknowledged: u64,
    pub(crate) verification: Option<Verification>,
    /// Why spans were lost, if they were.
    pub(crate) telemetry_problem: Option<String>,
}

impl Report {
    pub(crate) fn new(settings: &Settings, target: &Target, run: &Run) -> Self {
        let tally = run.tally().clone();
        let counted = run.counted_for().unwrap_or_default();
        let load = load_of(settings);
        let interrupted = run.stop.is_requested();
        let load_time = match settings.closed {
            Some(_) => tally.last_end,
            None if interrupted => settings.schedule().duration().min(counted),
            None => settings.schedule().duration(),
        };
        Self {
            target: target.base().to_owned(),
            seed: run.customers.seed,
            load,
            interrupted,
            load_time,
            tally,
            trace_url: settings.trace_url.clone(),
            acknowledged: run.shopper.orders.len() as u64,
            verification: None,
            telemetry_problem: None,
        }
    }

    /// False when nothing was answered, or when the verification found a promise broken.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.complaints().is_empty()
    }

    /// What makes this run a failure, a sentence each.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let total = self.tally.total();
        let mut complaints = Vec::new();
        if total.sent > 0 && total.answered == 0 {
            complaints.push(format!(
                "{} answered none of {} requests",
                self.target, total.sent
            ));
        }
        let Some(verification) = &self.verification else {
            return complaints;
        };
        if verification.broken > 0 {
            complaints.push(format!(
                "{} of {} acknowledged orders are not what was promised, for example {}",
                verification.broken,
                self.acknowledged,
                verification.examples.join(", ")
            ));
        }
        if let Some(count) = total.failures.get(&Failure::OtherOrder) {
            complaints.push(format!(
                "{count} retries with the same Idempotency-Key became another order"
            ));
        }
        complaints
    }

    fn rates(&self, total: &Scores) -> Rates {
        let load_time = self.load_time.as_secs_f64();
        let until_last = self.load_time.max(self.tally.last_end).as_secs_f64();
        let per_second = |count: u64, seconds: f64| {
            let rate = if seconds > 0.0 {
                count as f64 / seconds
            } else {
                0.0
            };
            rounded(rate)
        };
        let from_to = self.load.rate_from_per_s.zip(self.load.rate_to_per_s);
        Rates {
            intended_per_s: from_to.map(|(from, to)| rounded(f64::midpoint(from, to))),
            sent_per_s: per_second(total.sent, load_time),
            answered_per_s: per_second(total.answered, until_last),
        }
    }

    fn requests(&self, total: &Scores) -> Requests {
        let tally = &self.tally;
        Requests {
            sent: total.sent,
            answered: total.answered,
            late: tally.late,
            late_after_ms: milliseconds(LATE_AFTER),
            dropped: tally.line_full + tally.stopped,
            dropped_waiting_line_full: tally.line_full,
            dropped_at_the_end: tally.stopped,
            warm_up_not_counted: tally.warm_up,
            send_lag_ms: Percentiles::of(&tally.lag),
        }
    }

    /// Those that were asked for at all.
    fn scenarios(&self) -> Vec<ScenarioScores<'_>> {
        let all = Scenario::ALL.into_iter().zip(&self.tally.scores);
        all.filter(|(_, scores)| scores.sent > 0)
            .map(|(scenario, scores)| ScenarioScores::of(scenario.name(), scores))
            .collect()
    }

    fn slow(&self) -> Vec<Slow> {
        let slow = |finished: &Finished| {
            let trace_id = finished.seen.trace_id.map(|id| id.to_string());
            let url = |id: &String| url_of_trace(&self.trace_url, id);
            Slow {
                scenario: finished.seen.scenario.name(),
                status: finished.seen.status,
                error: finished.seen.failure.map(Failure::name),
                due_at_s: rounded(finished.due.as_secs_f64()),
                latency_from_intended_start_ms: milliseconds(finished.latency),
                service_time_ms: milliseconds(finished.service),
                trace_url: trace_id.as_ref().map(url),
                trace_id,
            }
        };
        self.tally.slowest.iter().map(slow).collect()
    }

    fn moments(&self) -> Vec<Moment> {
        let width = self.tally.over_time.width.as_secs_f64();
        let moment = |(index, slice): (usize, &Slice)| Moment {
            from_s: rounded(index as f64 * width),
            sent: slice.sent,
            failed: slice.failed,
            dropped: slice.dropped,
            latency_from_intended_start_ms: Percentiles::of(&slice.latency),
        };
        let slices = self.tally.over_time.slices.iter().enumerate();
        slices.map(moment).collect()
    }

    fn orders(&self) -> Orders<'_> {
        Orders {
            acknowledged: self.acknowledged,
            verification: self.verification.as_ref().map(Verified::of),
        }
    }
}

fn load_of(settings: &Settings) -> Load {
    let schedule = settings.schedule();
    let open = settings.closed.is_none();
    let value = schedule.spacing.to_possible_value();
    let spacing = value.map(|value| value.get_name().to_owned());
    Load {
        kind: if open { "open" } else { "closed" },
        arrivals: spacing.filter(|_| open),
        rate_from_per_s: open.then_some(schedule.rate.from),
        rate_to_per_s: open.then_some(schedule.rate.to),
        workers: settings.closed,
        max_in_flight: open.then_some(settings.max_in_flight),
        max_waiting: open.then_some(settings.max_waiting),
    }
}

#[cfg(test)]
mod tests;
