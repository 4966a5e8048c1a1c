//! The result for eyes, 80 columns wide.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};

use super::Report;
use super::shape::{Load, Percentiles, ScenarioScores};

impl Report {
    /// Lines of text.
    #[must_use]
    pub fn table(&self) -> String {
        let total = self.tally.total();
        let mut rows = self.scenarios();
        rows.push(ScenarioScores::of("total", &total));
        [
            self.head(),
            counts(&rows),
            latencies(&rows),
            self.details(&rows),
            self.tail(),
        ]
        .join("\n")
    }

    fn head(&self) -> String {
        let total = self.tally.total();
        let (rate, requests) = (self.rates(&total), self.requests(&total));
        let intended = match rate.intended_per_s {
            Some(rate) => format!("{rate}/s intended, "),
            None => String::new(),
        };
        let lag = requests.send_lag_ms;
        let interrupted = if self.interrupted {
            ", interrupted"
        } else {
            ""
        };
        format!(
            "{}, {:.1} s on {}, seed {}{interrupted}\n\
             rate      {intended}{}/s sent, {}/s answered\n\
             requests  {} sent, {} late (over {} ms), {} dropped, {} before in the warm-up\n\
             sent      {} ms after they were due at p99, {} ms at most\n",
            self.load.told(),
            self.load_time.as_secs_f64(),
            self.target,
            self.seed,
            rate.sent_per_s,
            rate.answered_per_s,
            requests.sent,
            requests.late,
            requests.late_after_ms,
            requests.dropped,
            requests.warm_up_not_counted,
            or_dash(lag.p99),
            or_dash(lag.max),
        )
    }

    /// Statuses and errors by name, only where something is to be told.
    fn details(&self, rows: &[ScenarioScores<'_>]) -> String {
        let mut text = String::new();
        let Some(total) = rows.last() else {
            return text;
        };
        let _ = writeln!(text, "statuses  {}", listed(total.statuses));
        if !total.errors.is_empty() {
            let _ = writeln!(text, "errors    {}", listed(&total.errors));
        }
        if self.tally.line_full + self.tally.stopped > 0 {
            let _ = writeln!(
                text,
                "dropped   {} because too many waited, {} because the run ended; no percentile \
                 knows of them",
                self.tally.line_full, self.tally.stopped
            );
        }
        text
    }

    fn tail(&self) -> String {
        let mut text = String::from("slowest\n");
        for slow in self.slow() {
            let status = slow
                .status
                .map_or("-".to_owned(), |status| status.to_string());
            let _ = writeln!(
                text,
                "{:>10.1} ms  {:<8} {status}  {}",
                slow.latency_from_intended_start_ms,
                slow.scenario,
                slow.trace_url.as_deref().unwrap_or("not traced")
            );
        }
        let orders = self.orders();
        let _ = write!(text, "\norders    {} acknowledged", orders.acknowledged);
        if self.tally.warm_up > 0 {
            text.push_str(" with those of the warm-up");
        }
        if let Some(verified) = orders.verification {
            let _ = write!(
                text,
                "; {:.1} s later: {}; {} not as promised",
                verified.took_s,
                listed(verified.states),
                verified.not_as_promised
            );
        }
        text.push('\n');
        text
    }
}

impl Load {
    /// In words.
    pub(super) fn told(&self) -> String {
        let rate = match (self.rate_from_per_s, self.rate_to_per_s) {
            (Some(from), Some(to)) if from.total_cmp(&to).is_ne() => {
                format!("{from}/s to {to}/s")
            }
            (Some(rate), _) => format!("{rate}/s"),
            (None, _) => format!("{} workers", self.workers.unwrap_or(0)),
        };
        match &self.arrivals {
            Some(arrivals) => format!("{} loop, {arrivals}, {rate}", self.kind),
            None => format!("{} loop, {rate}", self.kind),
        }
    }
}

fn counts(rows: &[ScenarioScores<'_>]) -> String {
    let mut text = format!(
        "{:<10}{:>10}{:>10}{:>10}{:>10}{:>10}{:>10}\n",
        "requests", "sent", "2xx", "3xx", "4xx", "5xx", "errors"
    );
    for row in rows {
        let errors: u64 = row.errors.values().sum();
        let _ = write!(text, "{:<10}{:>10}", row.scenario, row.sent);
        for class in ["2xx", "3xx", "4xx", "5xx"] {
            let _ = write!(text, "{:>10}", row.class(class));
        }
        let _ = writeln!(text, "{errors:>10}");
    }
    text
}

fn latencies(rows: &[ScenarioScores<'_>]) -> String {
    let mut text = format!(
        "{:<30}{:>10}{:>10}{:>10}{:>10}{:>10}\n",
        "milliseconds", "p50", "p90", "p99", "p99.9", "max"
    );
    let mut line = |name: &str, what: &str, values: Percentiles| {
        let _ = write!(text, "{name:<10}{what:<20}");
        for value in values.all() {
            let _ = write!(text, "{:>10}", or_dash(value));
        }
        text.push('\n');
    };
    for row in rows {
        line(
            row.scenario,
            "from intended start",
            row.latency_from_intended_start_ms,
        );
        line("", "service time", row.service_time_ms);
    }
    text
}

pub(super) fn or_dash(value: Option<f64>) -> String {
    value.map_or("-".to_owned(), |value| format!("{value:.1}"))
}

pub(super) fn listed<K: Display>(counts: &BTreeMap<K, u64>) -> String {
    let parts: Vec<_> = counts
        .iter()
        .map(|(name, count)| format!("{name} × {count}"))
        .collect();
    if parts.is_empty() {
        return "none".to_owned();
    }
    parts.join(", ")
}
