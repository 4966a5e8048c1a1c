//! `tracectl decode`: what a `traceparent` means, field by field, or what is wrong with it.

#[cfg(test)]
mod tests;

use serde_json::{Value, json};
use shared_telemetry::propagation::traceparent::{self, Field, Malformed, Part, Traceparent};

use crate::Answer;
use crate::config::Decode;
use crate::terminal_text::clip;

/// More of a header than this says nothing, and would only fill the terminal.
const SHOWN_BYTES: usize = 100;

pub(crate) fn run(settings: &Decode) -> Answer {
    let header = settings.traceparent.as_encoded_bytes();
    let fields = traceparent::inspect(header);
    let parsed = traceparent::parse(header).ok();
    let good = parsed.is_some();
    let text = if settings.json {
        format!("{:#}\n", as_json(header, &fields, parsed.as_ref()))
    } else {
        match &parsed {
            Some(traceparent) => meaning(header, &fields, traceparent),
            None => complaint(header, &fields),
        }
    };
    Answer {
        text,
        complaint: None,
        good,
    }
}

fn piece(header: &[u8], field: &Field) -> String {
    clip(&header[field.at.clone()].escape_ascii().to_string(), 40)
}

/// The six lines of a good header.
fn meaning(header: &[u8], fields: &[Field], traceparent: &Traceparent) -> String {
    let mut text = String::new();
    for field in fields.iter().filter(|field| field.part != Part::Delimiter) {
        if field.part != Part::Rest {
            text += &line(
                field.part,
                &piece(header, field),
                &explanation(field.part, traceparent),
            );
        } else if !field.at.is_empty() {
            text += &line(
                field.part,
                &piece(header, field),
                "of a higher version; not read",
            );
        }
    }
    let sampled = if traceparent.sampled() {
        ("yes", "the caller may have recorded its span")
    } else {
        ("no", "the caller did not record its span")
    };
    let random = if traceparent.random() {
        ("yes", "the last 7 bytes of the trace id are random")
    } else {
        ("no", "nothing is said about how the trace id was made")
    };
    text += &line("sampled", sampled.0, sampled.1);
    text + &line("random", random.0, random.1)
}

fn line(name: impl std::fmt::Display, value: &str, explanation: &str) -> String {
    format!("{:<10} {value:<32}  {explanation}\n", name.to_string())
}

fn explanation(part: Part, traceparent: &Traceparent) -> String {
    match part {
        Part::Version if traceparent.version == 0 => "the current format".to_owned(),
        Part::Version => "higher than 00: its first four fields are read as in 00".to_owned(),
        Part::TraceId => "the same in every span of the trace".to_owned(),
        Part::ParentId => "the caller's span".to_owned(),
        _ if traceparent.flags & !(traceparent::SAMPLED | traceparent::RANDOM) != 0 => {
            format!(
                "bits {:08b}; the unknown ones are not sent on",
                traceparent.flags
            )
        }
        _ => format!("bits {:08b}", traceparent.flags),
    }
}

/// The header with a caret under every offending byte, then the fields, the bad ones with why.
fn complaint(header: &[u8], fields: &[Field]) -> String {
    let faults: Vec<&Malformed> = fields
        .iter()
        .filter_map(|field| field.fault.as_ref())
        .collect();
    let offending = |at: usize| {
        faults
            .iter()
            .any(|fault| fault.at.contains(&at) || (fault.at.is_empty() && fault.at.start == at))
    };
    let (mut shown, mut carets) = (String::new(), String::new());
    for (at, byte) in header.iter().enumerate().take(SHOWN_BYTES) {
        let escaped = byte.escape_ascii().to_string();
        carets += &if offending(at) { "^" } else { " " }.repeat(escaped.len());
        shown += &escaped;
    }
    if header.len() > SHOWN_BYTES {
        shown += &format!("… ({} bytes)", header.len());
    }
    // Something that is missing is pointed at behind the last byte.
    if faults
        .iter()
        .any(|fault| fault.at.is_empty() && fault.at.start == header.len())
    {
        carets.push('^');
    }
    let mut text = format!("{shown}\n{}\n", carets.trim_end());
    for field in fields {
        let value = piece(header, field);
        match &field.fault {
            Some(fault) => {
                let (start, end) = (fault.at.start, fault.at.end);
                text += &format!(
                    "✗ {:<10} bytes {start}..{end}: expected {}, found {}\n",
                    field.part.to_string(),
                    fault.expected,
                    fault.found
                );
            }
            None if field.part != Part::Delimiter && !field.at.is_empty() => {
                text += &format!("✓ {:<10} {value}\n", field.part.to_string());
            }
            None => {}
        }
    }
    text + "invalid: whoever gets this header ignores it and starts a new trace\n"
}

fn as_json(header: &[u8], fields: &[Field], parsed: Option<&Traceparent>) -> Value {
    let field = |part: Part| {
        fields
            .iter()
            .find(|field| field.part == part)
            .map(|field| piece(header, field))
    };
    let fault = |fault: &Malformed| {
        json!({
            "field": fault.part.to_string(),
            "start": fault.at.start,
            "end": fault.at.end,
            "expected": fault.expected,
            "found": fault.found.to_string(),
        })
    };
    json!({
        "valid": parsed.is_some(),
        "version": field(Part::Version),
        "trace_id": field(Part::TraceId),
        "parent_id": field(Part::ParentId),
        "flags": field(Part::Flags),
        "sampled": parsed.map(Traceparent::sampled),
        "random": parsed.map(Traceparent::random),
        "faults": fields.iter().filter_map(|field| field.fault.as_ref()).map(fault).collect::<Vec<_>>(),
    })
}
