//! Why a `traceparent` is bad: every field with its place, and what was expected there.

use std::fmt;
use std::ops::Range;

use super::{LEN, hex};

/// A part of the header, in the order in which they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Section 3.2.2.1.
    Version,
    /// Section 3.2.2.3.
    TraceId,
    /// Section 3.2.2.4.
    ParentId,
    /// Section 3.2.2.5.
    Flags,
    /// A `-` between two fields.
    Delimiter,
    /// What follows the flags: nothing in version 00, anything behind a `-` in a higher one.
    Rest,
}

impl Part {
    /// The digits that the part must have; 0 where it is not made of digits.
    const fn digits(self) -> usize {
        match self {
            Self::Version | Self::Flags => 2,
            Self::TraceId => 32,
            Self::ParentId => 16,
            Self::Delimiter | Self::Rest => 0,
        }
    }

    const fn expected_digits(self) -> &'static str {
        match self {
            Self::TraceId => "32 lower-case hex digits",
            Self::ParentId => "16 lower-case hex digits",
            _ => "2 lower-case hex digits",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Version => "version",
            Self::TraceId => "trace id",
            Self::ParentId => "parent id",
            Self::Flags => "flags",
            Self::Delimiter => "delimiter",
            Self::Rest => "end",
        })
    }
}

/// A short piece of a header that nobody should trust: at most 16 bytes of it are kept, and it is
/// shown escaped, so that it can stand in a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    bytes: [u8; 16],
    kept: u8,
    len: usize,
}

impl Found {
    fn new(piece: &[u8]) -> Self {
        let mut bytes = [0; 16];
        let kept = piece.len().min(bytes.len());
        bytes[..kept].copy_from_slice(&piece[..kept]);
        Self {
            bytes,
            kept: kept as u8,
            len: piece.len(),
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.len == 0 {
            return f.write_str("nothing");
        }
        let kept = &self.bytes[..usize::from(self.kept)];
        let more = if self.len > kept.len() { "…" } else { "" };
        let unit = if self.len == 1 { "byte" } else { "bytes" };
        write!(f, "\"{}{more}\" ({} {unit})", kept.escape_ascii(), self.len)
    }
}

/// What is wrong with a header: one field, one sentence, nothing allocated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("traceparent {part}, bytes {}..{}: expected {expected}, found {found}", at.start, at.end)]
pub struct Malformed {
    /// The field that is wrong.
    pub part: Part,
    /// The offending bytes, counted from 0; empty where something is missing.
    pub at: Range<usize>,
    /// What the specification asks for.
    pub expected: &'static str,
    /// What stands there instead.
    pub found: Found,
}

/// One part of a header, good or bad.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Which one.
    pub part: Part,
    /// Its bytes, counted from 0.
    pub at: Range<usize>,
    /// Why it is bad, when it is.
    pub fault: Option<Malformed>,
}

/// Every part of a header with what is wrong with it, for people: [`parse`](super::parse) says
/// only the first fault. It holds that `parse` takes the header exactly when no part has a fault.
#[must_use]
pub fn inspect(header: &[u8]) -> Vec<Field> {
    let field = |(part, at): (Part, Range<usize>)| {
        let fault = fault(header, part, at.clone());
        Field { part, at, fault }
    };
    layout(header).map(field).into()
}

/// The fault of a header that `read` refused.
pub(super) fn first_fault(header: &[u8]) -> Malformed {
    let mut faults = layout(header)
        .into_iter()
        .filter_map(|(part, at)| fault(header, part, at));
    faults.next().unwrap_or_else(|| {
        // `read` and `fault` hold the same rules (a test compares them on every mutation of a
        // header); a request must not die of it should they ever part.
        malformed(header, Part::Rest, 0..header.len(), "a valid traceparent")
    })
}

type Layout = [(Part, Range<usize>); 8];

/// Where the parts are. With all its delimiters a header is cut at them, so that a short trace id
/// is told as such and does not shift the blame to what follows; otherwise at the fixed places.
fn layout(header: &[u8]) -> Layout {
    let mut dashes = header
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'-')
        .map(|(at, _)| at);
    let cut = match (dashes.next(), dashes.next(), dashes.next()) {
        (Some(first), Some(second), Some(third)) => {
            let flags_end = dashes.next().unwrap_or(header.len());
            // A trailing `.extra` belongs to the end of the header, not to the flags.
            let flags_end = if third == 52 && header.len() > LEN {
                LEN
            } else {
                flags_end
            };
            [first, second, third, flags_end]
        }
        _ => [2, 35, 52, LEN],
    }
    .map(|at| at.min(header.len()));
    let [first, second, third, end] = cut;
    let after = |dash: usize| (dash + 1).min(header.len());
    [
        (Part::Version, 0..first),
        (Part::Delimiter, first..after(first)),
        (Part::TraceId, after(first)..second.max(after(first))),
        (Part::Delimiter, second..after(second)),
        (Part::ParentId, after(second)..third.max(after(second))),
        (Part::Delimiter, third..after(third)),
        (Part::Flags, after(third)..end.max(after(third))),
        (Part::Rest, end..header.len()),
    ]
}

fn fault(header: &[u8], part: Part, at: Range<usize>) -> Option<Malformed> {
    let bytes = &header[at.clone()];
    match part {
        // Where the header has ended, the field that is missing says so.
        Part::Delimiter => {
            (!matches!(bytes, b"" | b"-")).then(|| malformed(header, part, at, "`-`"))
        }
        Part::Rest => match (header.starts_with(b"00"), bytes.first()) {
            (_, None) | (false, Some(b'-')) => None,
            (true, _) => Some(malformed(
                header,
                part,
                at,
                "the end: version 00 has exactly 55 bytes",
            )),
            (false, _) => Some(malformed(
                header,
                part,
                at,
                "the end, or `-` and what a higher version adds",
            )),
        },
        _ => digits_fault(header, part, at),
    }
}

fn digits_fault(header: &[u8], part: Part, at: Range<usize>) -> Option<Malformed> {
    let bytes = &header[at.clone()];
    if bytes.len() != part.digits() {
        return Some(malformed(header, part, at, part.expected_digits()));
    }
    if let Some(bad) = bytes.iter().position(|byte| !hex::is_digit(*byte)) {
        let run = bytes[bad..]
            .iter()
            .take_while(|byte| !hex::is_digit(**byte))
            .count();
        let bad = at.start + bad;
        return Some(malformed(
            header,
            part,
            bad..bad + run,
            part.expected_digits(),
        ));
    }
    match part {
        Part::Version if bytes == b"ff" => Some(malformed(header, part, at, "any version but ff")),
        Part::TraceId | Part::ParentId if bytes.iter().all(|byte| *byte == b'0') => {
            Some(malformed(header, part, at, "an id that is not all zero"))
        }
        _ => None,
    }
}

fn malformed(header: &[u8], part: Part, at: Range<usize>, expected: &'static str) -> Malformed {
    let found = Found::new(&header[at.clone()]);
    Malformed {
        part,
        at,
        expected,
        found,
    }
}
