//! The time of a log line, as text.

use std::io::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const LEN: usize = "2026-11-21T19:53:03.123456Z".len();
/// Where the fraction of the second stands.
const MICROS: std::ops::Range<usize> = LEN - 7..LEN - 1;

/// `00` to `99`: two digits are looked up faster than one is divided off.
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[b'0'; 2]; 100];
    let mut number = 0;
    while number < 100 {
        pairs[number] = [b'0' + number as u8 / 10, b'0' + number as u8 % 10];
        number += 1;
    }
    pairs
};

/// A time in UTC. Most lines fall into the same second as the one before: then only its fraction
/// is written anew, and no calendar is needed.
pub(super) struct Stamp {
    second: u64,
    text: [u8; LEN],
}

impl Stamp {
    pub(super) const fn new() -> Self {
        Self {
            // No clock shows it.
            second: u64::MAX,
            text: [b'0'; LEN],
        }
    }

    /// `now` to the microsecond, after RFC 3339; a time before 1970 is told as 1970.
    pub(super) fn of(&mut self, now: SystemTime) -> &[u8; LEN] {
        let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        if since.as_secs() != self.second {
            self.second = since.as_secs();
            let second = UNIX_EPOCH + Duration::from_secs(self.second);
            // Fails from the year 10000 on.
            let _ = write!(
                &mut self.text[..],
                "{}",
                humantime::format_rfc3339_micros(second)
            );
        }
        let micros = since.subsec_micros();
        let pairs = [micros / 10_000, micros / 100 % 100, micros % 100];
        for (digits, pair) in self.text[MICROS].chunks_exact_mut(2).zip(pairs) {
            digits.copy_from_slice(&PAIRS[pair as usize]);
        }
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_the_same_whatever_was_stamped_before() {
        let mut stamp = Stamp::new();
        let start = Duration::from_secs(1_795_290_783);
        for micros in [
            0,
            1,
            999_999,
            1_000_000,
            1_000_001,
            0,
            86_400_000_000,
            123_456,
        ] {
            let now = UNIX_EPOCH + start + Duration::from_micros(micros);
            let expected = humantime::format_rfc3339_micros(now).to_string();
            assert_eq!(stamp.of(now), expected.as_bytes());
        }
        let before = UNIX_EPOCH - Duration::from_secs(1);
        assert_eq!(stamp.of(before), b"1970-01-01T00:00:00.000000Z");
    }
}
