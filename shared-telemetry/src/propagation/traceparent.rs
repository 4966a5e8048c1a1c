//! The `traceparent` header of W3C Trace Context, Level 2: read strictly, written in one way.
//!
//! ```text
//! 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
//! ^^ ^                                ^                ^^
//! |  trace-id, 16 bytes               |                trace-flags, 1 byte
//! version, 1 byte                     parent-id, 8 bytes (the caller's span id)
//! ```
//!
//! Section numbers are those of the specification, <https://www.w3.org/TR/trace-context-2/>.
//! Strict matters: a header that one service takes and the next refuses cuts a trace in two, at
//! a place where nobody looks. Whoever cannot read a header starts a new trace (section 3.2.4),
//! so [`parse`] refuses exactly what the specification calls invalid and nothing more.

pub(crate) mod hex;
mod inspect;
#[cfg(test)]
mod tests;

pub use inspect::{Field, Found, Malformed, Part, inspect};

/// The length of a version 00 header, and the least length of every higher version.
pub const LEN: usize = 55;

/// Section 3.2.2.5.1: the caller recorded this trace (or may have).
pub const SAMPLED: u8 = 0x01;

/// Section 3.2.2.5.2: the last seven bytes of the trace id are random, so that samplers may
/// decide by them alone. New in Level 2.
pub const RANDOM: u8 = 0x02;

/// A `traceparent` that is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traceparent {
    /// Section 3.2.2.1. 0 today; a higher one is read by the rules of version 00. Never 0xff.
    pub version: u8,
    /// Section 3.2.2.3: names the trace. Never all zero.
    pub trace_id: [u8; 16],
    /// Section 3.2.2.4: names the caller's span, which is the parent of ours. Never all zero.
    pub parent_id: [u8; 8],
    /// Section 3.2.2.5: all eight bits as received. Only [`SAMPLED`] and [`RANDOM`] have a
    /// meaning; [`write()`] clears the others.
    pub flags: u8,
}

impl Traceparent {
    /// Whether the caller says that it may have recorded the trace.
    #[must_use]
    pub const fn sampled(&self) -> bool {
        self.flags & SAMPLED != 0
    }

    /// Whether the caller says that the trace id is random enough to sample by.
    #[must_use]
    pub const fn random(&self) -> bool {
        self.flags & RANDOM != 0
    }
}

/// Reads the value of one `traceparent` header.
///
/// This runs on every request: a good header costs one pass over 55 bytes and no allocation. Why
/// a bad one is bad is found out afterwards, in [`inspect`]. This function sees one value: that
/// the header came only once is for the caller to check.
///
/// # Errors
/// [`Malformed`] names the first field that is wrong, where, and what was expected there.
pub fn parse(header: &[u8]) -> Result<Traceparent, Malformed> {
    match read(header) {
        Some(traceparent) => Ok(traceparent),
        None => Err(inspect::first_fault(header)),
    }
}

/// Section 3.2.2: fixed places, fixed lengths, `-` between them.
fn read(header: &[u8]) -> Option<Traceparent> {
    let (head, rest) = header.split_first_chunk::<LEN>()?;
    if head[2] != b'-' || head[35] != b'-' || head[52] != b'-' {
        return None;
    }
    let version = match &head[0..2] {
        // What nearly all send.
        b"00" => 0,
        other => hex::decode::<1>(other)?[0],
    };
    let trace_id: [u8; 16] = hex::decode(&head[3..35])?;
    let parent_id: [u8; 8] = hex::decode(&head[36..52])?;
    let [flags] = hex::decode(&head[53..55])?;
    // Section 3.2.2.1: ff is forbidden, and version 00 ends here. Section 3.2.4: a higher version
    // may go on, but only behind a `-`; what follows is for those who know that version.
    let ends_well = match (version, rest.first()) {
        (0xff, _) | (0, Some(_)) => false,
        (_, next) => next.is_none_or(|byte| *byte == b'-'),
    };
    // Sections 3.2.2.3 and 3.2.2.4: all zero means "no id", which no header may carry.
    let ids_exist = trace_id != [0; 16] && parent_id != [0; 8];
    (ends_well && ids_exist).then_some(Traceparent {
        version,
        trace_id,
        parent_id,
        flags,
    })
}

/// Writes the header that goes out: always version 00 (section 3.2.4: what we send is of the
/// version that we know), and unknown flags cleared (section 3.2.2.5.3).
#[must_use]
pub fn write(traceparent: &Traceparent) -> [u8; LEN] {
    let mut header = [b'-'; LEN];
    hex::encode(&[0], &mut header[0..2]);
    hex::encode(&traceparent.trace_id, &mut header[3..35]);
    hex::encode(&traceparent.parent_id, &mut header[36..52]);
    hex::encode(
        &[traceparent.flags & (SAMPLED | RANDOM)],
        &mut header[53..55],
    );
    header
}
