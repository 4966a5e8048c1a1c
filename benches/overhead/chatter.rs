//! What spans cost by their number: none, the shop's own, and those of libraries beside them.

use crate::figures::Figures;
use crate::leg::Leg;
use crate::pair::{Bench, Compared};
use crate::setting::{Setting, Tracing};

/// How often it is each one's turn.
const TURNS: usize = 6;
const FILTER: &str = "TELEMETRY_SPAN_FILTER";

pub(crate) fn measure(bench: &Bench) -> Result<String, String> {
    let set = |tracing| Setting::new(tracing, false);
    let base = set(Tracing::AlwaysOn);
    let mut text = format!(
        "{:<34}{:>9}{:>10}{:>10}{:>8}{:>20}{:>12}\n",
        "always_on, logs off",
        "spans",
        "arrived",
        "OTLP, KiB",
        "µs CPU",
        "of as it is",
        "µs per span"
    );
    print!("{text}");
    let mut of_base = Vec::new();
    for (name, setting) in [
        ("disabled: no spans", set(Tracing::Disabled)),
        ("h2 at debug", base.clone().with(FILTER, "info,h2=debug")),
        ("h2 at trace", base.clone().with(FILTER, "info,h2=trace")),
        (
            "h2 at trace, 5 % sampled",
            set(Tracing::Share).with(FILTER, "info,h2=trace"),
        ),
    ] {
        let row = bench.compare(&base, &setting, TURNS)?;
        let line = line(name, &row);
        print!("{line}");
        text += &line;
        of_base.extend(row.base);
    }
    let as_it_is = Figures::of(of_base.iter().map(Leg::all));
    let line = format!(
        "as it is: {:.0} µs CPU, the median of {} turns\n",
        as_it_is.median,
        of_base.len()
    );
    print!("{line}");
    Ok(text + &line)
}

fn line(name: &str, row: &Compared) -> String {
    let spans = &row.spans;
    let arrived = if spans.ended > 0.0 {
        format!("{:.1} %", spans.arrived)
    } else {
        String::new()
    };
    let base = Figures::of(row.base.iter().map(Leg::all)).median;
    let more = spans.ended - spans.of_base;
    // Where hardly any are added, the quotient says nothing.
    let each = if more.abs() < 1.0 {
        String::new()
    } else {
        format!("{:.1}", (row.cpu.median - 1.0) * base / more)
    };
    let kib = spans.bytes / 1024.0;
    format!(
        "{name:<34}{:>9.1}{arrived:>10}{kib:>10.1}{:>8.0}{:>20}{each:>12}\n",
        spans.ended, row.medians.all, row.cpu
    )
}
