//! `tracectl dlq replay`: dead letters are sent once more, in a trace of their own that leads back
//! to where they come from.

use std::time::Duration;

use contracts::topics::{ORDER_CREATED, ORDER_CREATED_DLQ};
use shared_telemetry::config::Settings as TelemetrySettings;
use shared_telemetry::{Service, Telemetry, current, error};
use tracing::Instrument as _;

use super::Unread;
use super::choose::{Chosen, choose};
use super::letterbox::Letterbox;
use super::send::{NotSent, Sender};
use crate::config::{Choice, Replay};
use crate::terminal_text::{clip, printable};
use crate::{Answer, say};

/// How long the last spans may take to leave.
const FLUSH_LIMIT: Duration = Duration::from_secs(5);

/// So many places are told one by one.
const TOLD: usize = 50;

/// How a replay has gone.
struct Replayed {
    sent: usize,
    /// The letter at which it stopped, and why.
    failed: Option<(String, NotSent)>,
    /// Those that were not sent, the failed one among them.
    left: Vec<(i32, i64)>,
}

pub(super) async fn run(settings: &Replay) -> Result<Answer, Unread> {
    let exports = settings.exports();
    // First of all: it says in which formats headers are read.
    let telemetry = start_telemetry(exports)?;
    let answer = replay(settings, exports).await;
    let flushed = telemetry.stop(FLUSH_LIMIT);
    let mut answer = answer?;
    if let Err(unflushed) = flushed {
        answer.complaint = Some(match answer.complaint {
            Some(complaint) => format!("{complaint}; {unflushed}"),
            None => unflushed.to_string(),
        });
    }
    Ok(answer)
}

/// Spans only, and only if there is a place for them: ids are made in any case. Log lines would
/// stand between the lines of the answer.
fn start_telemetry(exports: bool) -> Result<Telemetry, Unread> {
    let environment = TelemetrySettings::from_environment();
    for warning in &environment.warnings {
        eprintln!("tracectl: {warning}");
    }
    let settings = TelemetrySettings {
        export_traces: exports && environment.export_traces,
        export_logs: false,
        export_metrics: None,
        log_filter: "off".to_owned(),
        ..environment
    };
    let service = Service::new("tracectl", env!("CARGO_PKG_VERSION"), "unbroken")
        .with_secret_names(contracts::telemetry::SECRET_NAMES);
    Ok(Telemetry::start_with(service, &settings)?)
}

async fn replay(settings: &Replay, exports: bool) -> Result<Answer, Unread> {
    let chosen = choose(&settings.place, settings.choice()).await?;
    if chosen.places.is_empty() {
        return Ok(nothing(settings.choice()));
    }
    if settings.dry_run {
        return would_send(settings, &chosen).await;
    }
    let span = tracing::info_span!(parent: None, "replay");
    let work = async {
        let trace = current::trace_id();
        let replayed = send_all(settings, &chosen).await?;
        if let Some((_, why)) = &replayed.failed {
            error::record(why);
        }
        Ok::<_, Unread>((trace, replayed))
    };
    let (trace, replayed) = work.instrument(span).await?;
    let trace = match (trace, exports) {
        (Some(id), true) => format!("replay trace {id}\n"),
        (Some(id), false) => {
            format!(
                "replay trace {id}, exported to nobody: OTEL_EXPORTER_OTLP_ENDPOINT is not set\n"
            )
        }
        (None, _) => String::new(),
    };
    Ok(told(&chosen, replayed, trace))
}

fn nothing(choice: Choice<'_>) -> Answer {
    let what = match choice {
        Choice::All => "no dead letters".to_owned(),
        Choice::Order(id) => format!("no dead letter of order {}", printable(&clip(id, 100))),
        Choice::At(at) => format!("no dead letter at {}/{}", at.partition, at.offset),
    };
    let what = format!("{what} on {ORDER_CREATED_DLQ}");
    let all = matches!(choice, Choice::All);
    Answer {
        text: if all {
            format!("{what}\n")
        } else {
            String::new()
        },
        complaint: (!all).then_some(what),
        good: all,
    }
}

async fn would_send(settings: &Replay, chosen: &Chosen) -> Result<Answer, Unread> {
    let mut letterbox = Letterbox::open(&settings.place)?;
    let mut count = 0_usize;
    while let Some(letter) = letterbox.next().await? {
        if !chosen.places.contains(&(letter.partition, letter.offset)) {
            continue;
        }
        let (place, order) = (letter.place(), shown(&letter.order_id()));
        if letter.has_no_value() {
            say(&format!(
                "can't send {place} order {order}: {}\n",
                NotSent::NoValue
            ));
        } else {
            count += 1;
            say(&format!(
                "would send {place} order {order} to {ORDER_CREATED}\n"
            ));
        }
    }
    Ok(Answer {
        text: format!("{count} would be sent{}\n", older(chosen)),
        complaint: None,
        good: true,
    })
}

/// Tells of each letter at once that it was sent: whoever interrupts this knows how far it came.
async fn send_all(settings: &Replay, chosen: &Chosen) -> Result<Replayed, Unread> {
    let sender = Sender::new(&settings.place)?;
    let mut letterbox = Letterbox::open(&settings.place)?;
    let mut left = chosen.places.clone();
    let (mut sent, mut failed) = (0, None);
    while !left.is_empty() {
        let letter = match letterbox.next().await {
            Ok(Some(letter)) => letter,
            // The broker has thrown away what it had a moment ago.
            Ok(None) => break,
            // What was sent is told, whatever else goes wrong.
            Err(unread) if sent > 0 => {
                say(&format!("stopped: {unread}\n"));
                break;
            }
            Err(unread) => return Err(unread),
        };
        let place = (letter.partition, letter.offset);
        if !left.contains(&place) {
            continue;
        }
        match sender.send(&letter).await {
            Ok(delivery) => {
                left.remove(&place);
                sent += 1;
                say(&format!(
                    "sent {} order {}: acknowledged as {ORDER_CREATED} {}/{}\n",
                    letter.place(),
                    shown(&letter.order_id()),
                    delivery.partition,
                    delivery.offset
                ));
            }
            Err(why) => {
                failed = Some((letter.place(), why));
                break;
            }
        }
    }
    Ok(Replayed {
        sent,
        failed,
        left: left.into_iter().collect(),
    })
}

fn told(chosen: &Chosen, replayed: Replayed, trace: String) -> Answer {
    let Replayed { sent, failed, left } = replayed;
    let all = chosen.places.len();
    let text = format!("{sent} of {all} sent{}\n{trace}", older(chosen));
    let mut places: Vec<_> = left
        .iter()
        .take(TOLD)
        .map(|(partition, offset)| format!("{partition}/{offset}"))
        .collect();
    if left.len() > TOLD {
        places.push(format!("{} more", left.len() - TOLD));
    }
    let complaint = match failed {
        Some((place, why)) => Some(format!(
            "{place} failed: {why}; not sent: {}",
            places.join(", ")
        )),
        None if left.is_empty() => None,
        None => Some(format!("not sent: {}", places.join(", "))),
    };
    Answer {
        text,
        good: complaint.is_none(),
        complaint,
    }
}

fn older(chosen: &Chosen) -> String {
    match chosen.older {
        0 => String::new(),
        1 => ", 1 older letter of the same message left alone".to_owned(),
        older => format!(", {older} older letters of the same messages left alone"),
    }
}

fn shown(order_id: &str) -> String {
    printable(&clip(order_id, 100))
}
