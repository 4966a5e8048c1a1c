//! Lower-case hexadecimal, and only that: `A` is no digit here, nor is `+1` a number.

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

/// Whether the specification's HEXDIGLC has this byte (section 3.2.2).
pub(super) const fn is_digit(byte: u8) -> bool {
    VALUES[byte as usize] != BAD
}

/// `N` bytes from `2 * N` digits; nothing for another length or any other byte.
pub(super) fn decode<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    let mut seen = 0;
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let (high, low) = (VALUES[pair[0] as usize], VALUES[pair[1] as usize]);
        seen |= high | low;
        *byte = (high & 0x0f) << 4 | (low & 0x0f);
    }
    (seen <= 0x0f).then_some(bytes)
}

/// Writes two digits a byte, as far as `digits` has room.
pub(super) fn encode(bytes: &[u8], digits: &mut [u8]) {
    for (byte, pair) in bytes.iter().zip(digits.chunks_exact_mut(2)) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 0x0f)];
    }
}
