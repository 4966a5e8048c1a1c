//! The answer for eyes: what was asked, a column for each strategy, and what each can't show.

use super::strategy::Strategy;
use super::volume::{GB, Price, Volume};
use crate::config::Cost;

const NAME_WIDTH: usize = 32;
const COLUMN_WIDTH: usize = 14;
const MB: f64 = 1e6;

pub(super) fn text(given: &Cost, volumes: &[Volume]) -> String {
    let mut text = asked(given);
    text += &row("", volumes, |volume| volume.strategy.name().to_owned());
    text += &amounts(given, volumes);
    text += "\n";
    let share = |name, of: fn(&Volume) -> f64| row(name, volumes, |volume| percent(of(volume)));
    text += &share("failed traces, whole", |volume| volume.kept.failed_whole);
    text += &share("slow traces, whole", |volume| volume.kept.slow_whole);
    text += &share("other traces, whole", |volume| volume.kept.ordinary_whole);
    text += &share("traces in pieces", |volume| volume.kept.in_pieces);
    if volumes
        .iter()
        .all(|volume| volume.price_per_month.is_some())
    {
        text += "\n";
        text += &money(volumes);
    }
    text += "\nwhat can't be seen\n";
    for volume in volumes {
        let name = volume.strategy.name();
        text += &format!("  {name:<12}  {}\n", unseen(given, volume));
    }
    text
}

fn asked(given: &Cost) -> String {
    let mut text = format!(
        "{} requests/s over {} services, {} spans of {} bytes each\n",
        figure(given.requests),
        given.services,
        figure(given.spans),
        figure(given.bytes_per_span),
    );
    text += &format!(
        "{} of the traces fail, {} are slow; the head keeps {}, the tail these and {} of the others\n",
        percent(given.errors),
        percent(given.slow),
        percent(given.head),
        percent(given.baseline),
    );
    if given.log_lines > 0.0 {
        text += &format!(
            "{} log lines of {} bytes a request, all of them kept\n",
            figure(given.log_lines),
            figure(given.bytes_per_log_line)
        );
    }
    text + "\n"
}

fn amounts(given: &Cost, volumes: &[Volume]) -> String {
    let amount = |name: &str, of: fn(&Volume) -> f64| row(name, volumes, |each| figure(of(each)));
    let retention = format!("stored in {} days, GB", given.retention);
    [
        amount("spans begun /s", |each| each.spans_per_second),
        amount("spans exported /s", |each| each.exported_spans_per_second),
        amount("spans stored /s", |each| each.stored_spans_per_second),
        amount("services to collector, MB/s", |each| {
            each.bytes_per_second_to_collector / MB
        }),
        amount("collector to backend, MB/s", |each| {
            each.bytes_per_second_to_backend / MB
        }),
        amount("traces that wait", |each| each.waiting_traces),
        amount("memory for them, GB", |each| each.sampler_bytes / GB),
        amount("collector vCPU, busy", |each| each.collector_vcpu),
        amount("stored a day, GB", |each| each.stored_bytes_per_day / GB),
        amount(&retention, |each| each.stored_bytes_in_retention / GB),
    ]
    .concat()
}

fn money(volumes: &[Volume]) -> String {
    let price = |name, of: fn(Price) -> f64| {
        row(name, volumes, |volume| {
            volume.price_per_month.map(of).map_or(String::new(), figure)
        })
    };
    [
        price("price a month, storage", |price| price.storage),
        price("  transfer", |price| price.transfer),
        price("  vCPU", |price| price.vcpu),
        price("  together", |price| price.total),
    ]
    .concat()
}

/// What a user of the traces will miss.
fn unseen(given: &Cost, volume: &Volume) -> String {
    let lost = percent(1.0 - given.head);
    match volume.strategy {
        Strategy::None => "nothing".to_owned(),
        Strategy::HeadRatio => format!(
            "{} of the failed and slow traces as a whole; {} of all are there in pieces, unless all services draw by one number of the trace",
            percent(1.0 - volume.kept.failed_whole),
            percent(volume.kept.in_pieces),
        ),
        Strategy::ParentBased => {
            format!("{lost} of the failed and slow traces; rates are estimates")
        }
        Strategy::Tail => format!(
            "{} of the others; errors after the decision; what a sampler holds when it is killed: in all {} traces wait",
            percent(1.0 - volume.kept.ordinary_whole),
            figure(volume.waiting_traces),
        ),
        Strategy::HeadAndTail => format!(
            "{lost} of the failed and slow traces, which no tail brings back, and what the tail can't show; rates are estimates"
        ),
    }
}

fn row(name: &str, volumes: &[Volume], cell: impl Fn(&Volume) -> String) -> String {
    let mut line = format!("{name:<NAME_WIDTH$}");
    for volume in volumes {
        line += &format!("{:>COLUMN_WIDTH$}", cell(volume));
    }
    line.truncate(line.trim_end().len());
    line + "\n"
}

fn percent(share: f64) -> String {
    let percent = share * 100.0;
    // Nearly none is not none, and nearly all not all.
    match percent {
        _ if percent > 0.0 && percent < 0.01 => "< 0.01 %".to_owned(),
        _ if percent < 100.0 && percent > 99.99 => "> 99.99 %".to_owned(),
        _ if percent < 100.0 && percent > 99.9 => format!("{percent:.2} %"),
        _ => format!("{} %", figure(percent)),
    }
}

/// Two or three digits that count, or all of a whole number, its thousands apart.
fn figure(number: f64) -> String {
    let digits = match number {
        _ if number >= 99.95 => 0,
        _ if number >= 9.995 => 1,
        _ if number >= 0.0995 => 2,
        _ if number >= 0.00995 => 3,
        _ => 6,
    };
    let text = format!("{number:.digits$}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let fraction = fraction.trim_end_matches('0');
    let mut apart = String::new();
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position) % 3 == 0 {
            apart.push(',');
        }
        apart.push(digit);
    }
    if fraction.is_empty() {
        apart
    } else {
        format!("{apart}.{fraction}")
    }
}
