//! What a strategy makes of a load: spans, bytes, memory, processors, money.

use serde::Serialize;

use super::strategy::{Kept, Strategy};
use crate::config::Cost;

const SECONDS_A_DAY: f64 = 86_400.0;
/// A month is thirty days.
const DAYS_A_MONTH: f64 = 30.0;
/// Decimal: what prices are for.
pub(super) const GB: f64 = 1e9;
const MICROSECONDS: f64 = 1e6;

/// What one strategy costs.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Volume {
    pub(super) strategy: Strategy,
    pub(super) kept: Kept,
    /// Begun, recorded or not.
    pub(super) spans_per_second: f64,
    pub(super) exported_spans_per_second: f64,
    pub(super) stored_spans_per_second: f64,
    pub(super) bytes_per_second_to_collector: f64,
    pub(super) bytes_per_second_to_backend: f64,
    pub(super) waiting_traces: f64,
    /// Of all samplers together, for the spans that wait.
    pub(super) sampler_bytes: f64,
    /// Processors that are busy all the time, of all collectors together.
    pub(super) collector_vcpu: f64,
    pub(super) stored_bytes_per_day: f64,
    pub(super) stored_bytes_in_retention: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) price_per_month: Option<Price>,
}

/// In the currency that the prices were given in.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Price {
    pub(super) storage: f64,
    pub(super) transfer: f64,
    pub(super) vcpu: f64,
    pub(super) total: f64,
}

impl Volume {
    pub(super) fn of(strategy: Strategy, given: &Cost) -> Self {
        let kept = strategy.kept(given);
        let spans = given.requests * given.spans;
        let (exported, stored) = (spans * kept.exported, spans * kept.stored);
        let log_lines = given.requests * given.log_lines;
        let log_bytes = log_lines * given.bytes_per_log_line;
        let wait = given.decision_wait.as_secs_f64();
        let waiting = if strategy.has_a_tail() { wait } else { 0.0 };
        let span_stored = given.stored_bytes_per_span.unwrap_or(given.bytes_per_span);
        let stored_bytes_per_day = (stored * span_stored + log_bytes) * SECONDS_A_DAY;
        let volume = Self {
            strategy,
            kept,
            spans_per_second: spans,
            exported_spans_per_second: exported,
            stored_spans_per_second: stored,
            bytes_per_second_to_collector: exported * given.bytes_per_span + log_bytes,
            bytes_per_second_to_backend: stored * given.bytes_per_span + log_bytes,
            waiting_traces: given.requests * kept.exported * waiting,
            sampler_bytes: exported * waiting * given.sampler_bytes_per_span,
            collector_vcpu: vcpu(strategy, given, exported, stored, log_lines),
            stored_bytes_per_day,
            stored_bytes_in_retention: stored_bytes_per_day * f64::from(given.retention),
            price_per_month: None,
        };
        Self {
            price_per_month: volume.price(given),
            ..volume
        }
    }

    /// `None` unless every price was given.
    fn price(&self, given: &Cost) -> Option<Price> {
        let transferred = self.bytes_per_second_to_collector + self.bytes_per_second_to_backend;
        let transferred = transferred * SECONDS_A_DAY * DAYS_A_MONTH;
        let storage = self.stored_bytes_in_retention / GB * given.price_gb_stored_month?;
        let transfer = transferred / GB * given.price_gb_transferred?;
        let vcpu = self.collector_vcpu * given.price_vcpu_month?;
        Some(Price {
            storage,
            transfer,
            vcpu,
            total: storage + transfer + vcpu,
        })
    }
}

fn vcpu(strategy: Strategy, given: &Cost, exported: f64, stored: f64, log_lines: f64) -> f64 {
    let sending = if strategy.has_a_tail() {
        exported * given.sampler_us_per_span + stored * given.tail_export_us_per_span
    } else {
        stored * given.export_us_per_span
    };
    let taking = exported * given.collector_us_per_span;
    (taking + sending + log_lines * given.collector_us_per_log_line) / MICROSECONDS
}
