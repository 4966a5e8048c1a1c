//! Processor time of a checkout, and checkouts a second, for each way to set telemetry.

use std::fmt::Write as _;

use crate::leg::{Leg, Medians};
use crate::pair::{Bench, CUSTOMERS, Compared};
use crate::setting::{Setting, Tracing};
use crate::shop::SERVICES;

/// How often it is each one's turn.
const TURNS: usize = 12;
/// What 5 % sampling may cost, over telemetry that is off.
const BUDGET: f64 = 1.05;

pub(crate) fn measure(bench: &Bench) -> Result<String, String> {
    let mut text = head();
    print!("{text}");
    let mut say = |line: String| {
        print!("{line}");
        text.push_str(&line);
    };
    let mut verdicts = String::new();
    for logs in [false, true] {
        let base = Setting::new(Tracing::Disabled, logs);
        let mut of_base: Vec<Leg> = Vec::new();
        let mut rows = Vec::new();
        for tracing in [Tracing::AlwaysOff, Tracing::Share, Tracing::AlwaysOn] {
            let compared = bench.compare(&base, &Setting::new(tracing, logs), TURNS)?;
            say(line(&compared));
            of_base.extend(&compared.base);
            rows.push(compared);
        }
        say(base_line(&base, &Medians::of(&of_base)));
        verdicts += &verdict(&rows);
    }
    let (silent, speaking) = (
        Setting::new(Tracing::Disabled, false),
        Setting::new(Tracing::Disabled, true),
    );
    let lines = bench.compare(&silent, &speaking, TURNS)?;
    say(format!(
        "\nlog lines alone, over none, telemetry disabled: {}\n",
        lines.cpu
    ));
    say(verdicts);
    Ok(text)
}

fn head() -> String {
    let mut head = format!(
        "{:<18}{:>8}{:>20}",
        format!("{CUSTOMERS} customers, logs"),
        "µs CPU",
        "of disabled"
    );
    for service in SERVICES {
        let _ = write!(head, "{service:>13}");
    }
    let more = ["checkouts/s", "of disabled", "spans", "traces", "arrived"];
    let [rate, of, spans, traces, arrived] = more;
    let _ = writeln!(head, "{rate:>13}{of:>20}{spans:>7}{traces:>9}{arrived:>9}");
    head
}

fn line(row: &Compared) -> String {
    let (spans, medians) = (&row.spans, &row.medians);
    let shares = if spans.ended > 0.0 {
        let (traces, arrived) = (spans.checkouts, spans.arrived);
        format!("{:>7.1}{traces:>7.1} %{arrived:>7.1} %", spans.ended)
    } else {
        format!("{:>7}", "none")
    };
    let cpu = format!("{:>8.0}{:>20}", medians.all, row.cpu);
    let rate = format!("{:>13.0}{:>20}", medians.per_second, row.rate);
    let name = name(&row.setting);
    format!("{name:<18}{cpu}{}{rate}{shares}\n", of_services(medians))
}

fn base_line(setting: &Setting, medians: &Medians) -> String {
    let name = name(setting);
    let services = of_services(medians);
    let (all, rate) = (medians.all, medians.per_second);
    format!(
        "{name:<18}{all:>8.0}{:>20}{services}{rate:>13.0}{:>20}{:>7}\n",
        "1", "1", "none"
    )
}

fn name(setting: &Setting) -> String {
    format!("{}, {}", setting.name(), setting.logs())
}

fn of_services(medians: &Medians) -> String {
    let of_service = medians
        .micros
        .iter()
        .map(|micros| format!("{micros:>13.0}"));
    of_service.collect()
}

/// The budget beside the rows `always_off` and 5 %.
fn verdict(rows: &[Compared]) -> String {
    let of = |tracing: Tracing| rows.iter().find(|row| row.setting.tracing() == tracing);
    let (Some(off), Some(share)) = (of(Tracing::AlwaysOff), of(Tracing::Share)) else {
        return String::new();
    };
    let (of_off, of_disabled) = (share.cpu.median / off.cpu.median, share.cpu.median);
    let word = |ratio: f64| if ratio <= BUDGET { "met" } else { "MISSED" };
    format!(
        "budget at 5 % sampled, logs {}: at most {BUDGET:.2}; over disabled {of_disabled:.2}, {}; over always_off {of_off:.2}, {}\n",
        share.setting.logs(),
        word(of_disabled),
        word(of_off),
    )
}
