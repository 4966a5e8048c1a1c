//! Lower-case hexadecimal, and only that: `A` is no digit here, nor is `+1` a number.
//!
//! Ids are read and written eight digits at a time, in one machine word: this runs twice on every
//! request, and a table look-up for each digit costs twice as much.

/// What no digit decodes to; any bit above the low four marks a bad byte.
const BAD: u8 = 0xff;

/// The value of each byte as a digit. A table, because a branch per digit is slower and
/// `from_str_radix` takes upper case and a sign, which the specification does not.
const VALUES: [u8; 256] = {
    let mut values = [BAD; 256];
    let mut digit = 0;
    while digit < 16 {
        values[DIGITS[digit] as usize] = digit as u8;
        digit += 1;
    }
    values
};

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// The byte in all eight places of a word.
const fn every(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// Whether the specification's HEXDIGLC has this byte (section 3.2.2).
pub(super) const fn is_digit(byte: u8) -> bool {
    VALUES[byte as usize] != BAD
}

/// `N` bytes from `2 * N` digits; nothing for another length or any other byte.
#[inline]
pub(in crate::propagation) fn decode<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    let (eights, rest) = digits.as_chunks::<8>();
    let (fours, last) = bytes.as_chunks_mut::<4>();
    // Judged once, at the end: nearly all are good, and a jump for each word costs.
    let mut wrong = 0;
    for (four, eight) in fours.iter_mut().zip(eights) {
        let (bytes, bad) = decode_word(*eight);
        *four = bytes;
        wrong |= bad;
    }
    let mut seen = 0;
    for (byte, pair) in last.iter_mut().zip(rest.chunks_exact(2)) {
        let (high, low) = (VALUES[pair[0] as usize], VALUES[pair[1] as usize]);
        seen |= high | low;
        *byte = (high & 0x0f) << 4 | (low & 0x0f);
    }
    (seen <= 0x0f && wrong == 0).then_some(bytes)
}

/// Four bytes from eight digits, and what is not 0 when one of them is none. Each comparison is an
/// addition that carries into the top bit of its byte and, where all bytes are ASCII, never beyond.
#[inline(always)]
fn decode_word(digits: [u8; 8]) -> ([u8; 4], u64) {
    const TOP: u64 = every(0x80);
    let word = u64::from_be_bytes(digits);
    let at_least = |byte: u8| word.wrapping_add(every(0x80 - byte));
    let decimal = at_least(b'0') & !at_least(b'9' + 1);
    let letter = at_least(b'a') & !at_least(b'f' + 1) & TOP;
    let wrong = (word | !(decimal | letter)) & TOP;
    // `a` is 0x61: its low four bits are 9 short of its value.
    let nibbles = (word & every(0x0f)) + (letter >> 7) * 9;
    let pairs = (nibbles | nibbles >> 4) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs | pairs >> 8) & 0x0000_ffff_0000_ffff;
    let [.., a, b, c, d] = (fours | fours >> 16).to_be_bytes();
    ([a, b, c, d], wrong)
}

/// Writes two digits a byte, as far as `digits` has room.
#[inline]
pub(crate) fn encode<const N: usize>(bytes: &[u8; N], digits: &mut [u8]) {
    let (fours, last) = bytes.as_chunks::<4>();
    let (eights, rest) = digits.as_chunks_mut::<8>();
    for (four, eight) in fours.iter().zip(eights) {
        *eight = encode_word(*four);
    }
    for (byte, pair) in last.iter().zip(rest.chunks_exact_mut(2)) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 0x0f)];
    }
}

/// [`decode_word`] backwards.
#[inline]
fn encode_word(bytes: [u8; 4]) -> [u8; 8] {
    let word = u64::from(u32::from_be_bytes(bytes));
    let fours = (word | word << 16) & 0x0000_ffff_0000_ffff;
    let pairs = (fours | fours << 8) & 0x00ff_00ff_00ff_00ff;
    let nibbles = (pairs | pairs << 4) & every(0x0f);
    let letters = ((nibbles + every(6)) & every(0x10)) >> 4;
    let digits = nibbles + every(b'0') + letters * u64::from(b'a' - b'0' - 10);
    digits.to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_at_every_place_is_judged_as_the_standard_library_does() {
        for place in 0..18 {
            for byte in 0..=u8::MAX {
                let mut digits = *b"0123456789abcdef01";
                digits[place] = byte;
                let legal = matches!(byte, b'0'..=b'9' | b'a'..=b'f');
                let decoded = decode::<9>(&digits);
                assert_eq!(decoded.is_some(), legal, "{byte} at {place}");
                if let Some(bytes) = decoded {
                    let text = std::str::from_utf8(&digits).unwrap();
                    let expected = u128::from_str_radix(text, 16).unwrap();
                    assert_eq!(bytes, expected.to_be_bytes()[7..]);
                    let mut again = [0; 18];
                    encode(&bytes, &mut again);
                    assert_eq!(again, digits);
                }
            }
        }
    }

    #[test]
    fn another_length_is_no_number() {
        for length in (0..40).filter(|length| *length != 16) {
            assert_eq!(decode::<8>(&vec![b'1'; length]), None);
        }
    }
}
