//! One turn of the load generator.

use std::process::Command;

use serde_json::Value;

use crate::programs::Programs;

/// How requests follow each other.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Loop {
    /// So many customers, each waits for the answer.
    Closed(u32),
    /// So many a second, whatever the answers.
    Open(u32),
}

/// What became of the checkouts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub(crate) sent: f64,
    /// With 202.
    pub(crate) acknowledged: f64,
    pub(crate) per_second: f64,
    /// Milliseconds, in an open loop from the moment at which a checkout was due.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

impl Load {
    /// Sends checkouts only, for so many seconds. They carry no trace context: the shop decides what
    /// is recorded.
    pub(crate) fn run(
        programs: &Programs,
        gateway: &str,
        how: Loop,
        seconds: f64,
        seed: usize,
    ) -> Result<Self, String> {
        let (option, number) = match how {
            Loop::Closed(workers) => ("--closed", workers),
            Loop::Open(rate) => ("--rate", rate),
        };
        let output = Command::new(&programs.loadgen)
            .args(["--target", gateway, "--json", "--mix", "checkout=1"])
            .args([option, &number.to_string()])
            .args(["--duration", &format!("{}ms", seconds * 1000.0)])
            .args(["--seed", &seed.to_string()])
            .env("OTEL_SDK_DISABLED", "true")
            .output()
            .map_err(|error| format!("{} can't be run: {error}", programs.loadgen.display()))?;
        let report = serde_json::from_slice(&output.stdout).map_err(|error| {
            let told = String::from_utf8_lossy(&output.stderr);
            format!("the load generator has no result ({error}): {told}")
        })?;
        Ok(Self::read(&report))
    }

    fn read(report: &Value) -> Self {
        let number = |path: &str| {
            let value = report.pointer(path).and_then(Value::as_f64);
            value.unwrap_or_default()
        };
        let latency = |percentile: &str| {
            let due = format!("/total/latency_from_intended_start_ms/{percentile}");
            let service = format!("/total/service_time_ms/{percentile}");
            let found = report.pointer(&due).and_then(Value::as_f64);
            found.unwrap_or_else(|| number(&service))
        };
        Self {
            sent: number("/total/sent"),
            acknowledged: number("/total/statuses/202"),
            per_second: number("/rate/answered_per_s"),
            p50: latency("p50"),
            p99: latency("p99"),
        }
    }

    /// An error where a checkout was not acknowledged: such a turn says nothing.
    pub(crate) fn all_acknowledged(&self) -> Result<(), String> {
        #[allow(clippy::float_cmp)] // Both are whole.
        if self.sent > 0.0 && self.sent == self.acknowledged {
            return Ok(());
        }
        Err(format!(
            "of {} checkouts {} were acknowledged: such a turn says nothing",
            self.sent, self.acknowledged
        ))
    }
}
