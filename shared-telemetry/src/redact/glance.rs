//! A first look at a text: which of the rules can find anything in it at all.
//!
//! Most texts are `GET`, `1.1` or `/hello/ada`. No card has three digits, and no address is without
//! an `@`: to know that, it is enough to count.

use super::scan::{Place, Sign};

/// What a text is made of.
pub(super) struct Glance {
    bytes: usize,
    digits: u64,
    /// Of each sort some, if the sort's byte is not 0.
    seen: u64,
}

/// A byte of a number for each sort.
const DIGIT: u64 = 1;
const CAPITAL: u64 = 1 << 8;
const JOINT: u64 = 1 << 16;
const BLANK: u64 = 1 << 24;
const SLASH: u64 = 1 << 32;
const SEPARATOR: u64 = 1 << 40;
const AT: u64 = 1 << 48;
const PERCENT: u64 = 1 << 56;

/// As long as the shortest token is, the shortest JSON Web Token (`eyJaaaaa.eyJ`), and `basic`, a
/// blank and six letters. An IBAN has 15.
const SHORTEST: usize = 12;

/// A sort's whole byte.
const fn all_of(sort: u64) -> u64 {
    sort * 0xff
}

const SORTS: [u64; 256] = {
    let mut sorts = [0; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        sorts[byte as usize] = match byte {
            b'0'..=b'9' => DIGIT,
            b'A'..=b'Z' => CAPITAL,
            b'_' | b'-' => JOINT,
            b' ' | b'+' => BLANK,
            b'/' => SLASH,
            b'=' | b':' => SEPARATOR,
            b'@' => AT,
            b'%' => PERCENT,
            _ => 0,
        };
        byte += 1;
    }
    sorts
};

impl Glance {
    /// One addition for a byte counts eight sorts at once: a sort's count is one byte of the sum,
    /// and 255 bytes can't overflow it.
    pub(super) fn at(bytes: &[u8]) -> Self {
        let (mut digits, mut seen) = (0, 0);
        for part in bytes.chunks(255) {
            let counts: u64 = part.iter().map(|byte| SORTS[usize::from(*byte)]).sum();
            digits += counts & 0xff;
            seen |= counts;
        }
        Self {
            bytes: bytes.len(),
            digits,
            seen,
        }
    }

    fn has(&self, sort: u64) -> bool {
        self.seen & all_of(sort) != 0
    }

    /// True when nothing in it is encoded, so that the text is what the rules read.
    pub(super) fn is_plain(&self) -> bool {
        !self.has(PERCENT)
    }

    /// True for a text of which no byte can lead to a finding. The same as to have no
    /// [`signs`](Self::signs), said of less texts, and in a few instructions.
    pub(super) fn clears(&self, place: Place<'_>) -> bool {
        let mut harmless = 0;
        if self.digits < 13 {
            harmless |= all_of(DIGIT);
        }
        if self.bytes < SHORTEST {
            harmless |= all_of(CAPITAL) | all_of(JOINT) | all_of(BLANK);
        }
        if !place.is_path {
            harmless |= all_of(SLASH);
        }
        self.seen & !harmless == 0
    }

    /// The signs that can lead to a finding; none of them: there is nothing to find.
    ///
    /// Each line is what the rule behind a sign needs at the least. Who makes a rule wider has to
    /// look here.
    pub(super) fn signs(&self, place: Place<'_>) -> Sign {
        let sign = |sign, wanted| if wanted { sign } else { Sign::NOTHING };
        // `ghp_`, then eight letters with a digit; or `-----BEGIN PRIVATE KEY`.
        let random = self.digits > 0 || (self.has(BLANK) && self.has(CAPITAL));
        let long = self.bytes >= SHORTEST;
        let tokens = sign(Sign::JOINT, long && random && self.has(JOINT))
            | sign(Sign::CAPITAL, long && self.has(CAPITAL));
        // Digits are passed over with what joins them, so that no token is seen in a UUID.
        let digits = self.digits >= 13 || (self.digits > 0 && tokens != Sign::NOTHING);
        tokens
            | sign(Sign::DIGIT, digits)
            | sign(Sign::BLANK, long && self.has(BLANK))
            | sign(Sign::SLASH, place.is_path && self.has(SLASH))
            | sign(Sign::SEPARATOR, self.has(SEPARATOR))
            | sign(Sign::AT, self.has(AT))
    }
}
