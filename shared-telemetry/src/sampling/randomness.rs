//! The random number of a trace, by which everybody who samples a share decides alike.
//!
//! Source: OpenTelemetry specification, "TraceState: Probability Sampling". A trace carries a
//! random number *R* of 56 bits: the end of its trace id, or `rv` in the `ot` member of
//! `tracestate`, where several traces are to share a fate. Who asks for a share *p* keeps the
//! traces with R ≥ *T* = (1 − p)·2⁵⁶.

use opentelemetry::trace::{TraceId, TraceState};

/// The `tracestate` member of OpenTelemetry.
pub(super) const MEMBER: &str = "ot";
pub(super) const BITS: u32 = 56;
pub(super) const DIGITS: usize = 14;
/// Kept by every share but none at all.
pub(super) const GREATEST: u64 = (1 << BITS) - 1;

/// The random number of a trace.
pub(super) fn of(trace_id: TraceId, state: &TraceState) -> u64 {
    let explicit = state.get(MEMBER).and_then(explicit);
    explicit.unwrap_or_else(|| end_of(trace_id))
}

/// The `tracestate` of a trace that begins with a random number of its own, and with the
/// threshold (the value of `th`) that it was kept by, if that is known.
pub(super) fn state_with(random: u64, threshold: Option<&str>) -> TraceState {
    let random = format!("rv:{random:0DIGITS$x}");
    let member = match threshold {
        Some(threshold) => format!("th:{threshold};{random}"),
        None => random,
    };
    TraceState::from_key_value([(MEMBER, member)])
        .expect("a short list of hexadecimal digits is a legal value")
}

/// `th` of a `tracestate`: 1 to 14 digits.
pub(super) fn threshold(state: &TraceState) -> Option<&str> {
    let digits = fields(state.get(MEMBER)?).find_map(|field| field.strip_prefix("th:"))?;
    ((1..=DIGITS).contains(&digits.len()) && is_lower_hex(digits)).then_some(digits)
}

/// The fields of an `ot` member.
pub(super) fn fields(member: &str) -> impl Iterator<Item = &str> {
    member.split(';').filter(|field| !field.is_empty())
}

/// `rv` of an `ot` member; one of another length or with other characters is none.
fn explicit(member: &str) -> Option<u64> {
    let digits = fields(member).find_map(|field| field.strip_prefix("rv:"))?;
    (digits.len() == DIGITS && is_lower_hex(digits))
        .then(|| u64::from_str_radix(digits, 16).ok())
        .flatten()
}

fn is_lower_hex(digits: &str) -> bool {
    let lower_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    digits.bytes().all(lower_hex)
}

/// The last 56 bits of a trace id: the part that W3C Trace Context level 2 asks to be random. An
/// id of 64 bits, as old B3 has it, fills them too.
fn end_of(trace_id: TraceId) -> u64 {
    let bytes = trace_id.to_bytes();
    bytes[9..]
        .iter()
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use super::*;

    const ID: u128 = 0xffff_ffff_ffff_ffff_ff12_3456_789a_bcde;

    fn of_state(state: &str) -> u64 {
        of(TraceId::from(ID), &TraceState::from_str(state).unwrap())
    }

    #[test]
    fn randomness_is_the_end_of_the_trace_id_unless_the_state_says_other() {
        assert_eq!(of_state(""), 0x12_3456_789a_bcde);
        assert_eq!(of_state("ot=th:8,vendor=1"), 0x12_3456_789a_bcde);
        assert_eq!(of_state("vendor=1,ot=th:8;rv:0000000000002a"), 42);
    }

    #[test]
    fn what_is_written_is_read() {
        for random in [0, 42, GREATEST] {
            let state = state_with(random, Some("c"));
            assert_eq!(of(TraceId::from(ID), &state), random);
            assert_eq!(threshold(&state), Some("c"));
        }
        let greatest = state_with(GREATEST, None);
        assert_eq!(greatest.header(), "ot=rv:ffffffffffffff");
        assert_eq!(threshold(&greatest), None);
    }

    #[test]
    fn a_threshold_of_a_strange_form_is_none() {
        for strange in ["ot=th:", "ot=th:C", "ot=th:123456789012345", "ot=rv:1"] {
            let state = TraceState::from_str(strange).unwrap();
            assert_eq!(threshold(&state), None, "{strange}");
        }
    }
}
