//! The table: a row for each service and decision.

use benches::ours::OURS;
use benches::service::Decision;

/// Ours beside bare, in the median of the turns.
pub(crate) struct Row {
    pub(crate) system: &'static str,
    pub(crate) decision: Decision,
    /// Processor time for each answer, over that of the bare service.
    pub(crate) ratio: f64,
    /// Microseconds for each answer.
    pub(crate) cpu: f64,
    /// Those of the bare service, in the turn before.
    pub(crate) bare: f64,
    /// Of the spans that were to be recorded, so many arrived, in percent.
    pub(crate) arrived: f64,
    /// KiB more than the bare service has, after the load.
    pub(crate) resident: i64,
}

pub(crate) fn head() -> String {
    format!(
        "{:<38}{:>13}{:>9}{:>9}{:>9}{:>9}{:>10}{:>10}\n",
        "hello handler over the network",
        "decision",
        "of bare",
        "goal",
        "µs CPU",
        "bare µs",
        "arrived",
        "KiB more"
    )
}

pub(crate) fn line(row: &Row) -> String {
    let goal = match row.decision {
        _ if row.system != OURS.name => "",
        Decision::Off => "1.02",
        Decision::Share => "1.04",
        Decision::On => "1.10",
    };
    let arrived = match row.decision {
        Decision::Off => String::new(),
        Decision::Share | Decision::On => format!("{:.0} %", row.arrived),
    };
    format!(
        "{:<38}{:>13}{:>9.2}{:>9}{:>9.1}{:>9.1}{:>10}{:>10}\n",
        row.system,
        row.decision.name(),
        row.ratio,
        goal,
        row.cpu,
        row.bare,
        arrived,
        row.resident
    )
}

/// What ours adds, as a share of what the best peer adds.
pub(crate) fn best(rows: &[Row], decision: Decision) -> Option<String> {
    let of = |ours: bool| {
        let rows = rows
            .iter()
            .filter(move |row| row.decision == decision && (row.system == OURS.name) == ours);
        rows.min_by(|a, b| a.ratio.total_cmp(&b.ratio))
    };
    let (ours, peer) = (of(true)?, of(false)?);
    Some(format!(
        "{}: ours {:.2}, the best peer {:.2} ({})\n",
        decision.name(),
        ours.ratio,
        peer.ratio,
        peer.system
    ))
}
