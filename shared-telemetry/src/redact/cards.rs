//! Numbers of payment cards and bank accounts, by their check digits.

use super::Kind;
use super::scan::Found;
use super::view::View;

const SHORTEST: usize = 13;
const LONGEST: usize = 19;

/// The card in the digits and groups of digits that begin at `at`, and where to look on.
pub(super) fn at(view: &View<'_>, at: usize) -> (Option<Found>, usize) {
    let mut start = at;
    loop {
        if let Some(end) = uuid(view, start) {
            return (None, end);
        }
        if !is_inside_a_word(view, start)
            && let Some(end) = card_from(view, start)
        {
            let kind = Kind::Card;
            return (Some(Found { start, end, kind }), end);
        }
        let end = start + digits(view, start);
        match next_group(view, end) {
            Some(next) => start = next,
            None => return (None, end),
        }
    }
}

/// True for a number that is a card's.
pub(super) fn is_card(number: &str) -> bool {
    let digits: Vec<_> = number.bytes().map(|byte| byte.wrapping_sub(b'0')).collect();
    digits.iter().all(|digit| *digit < 10) && has_brand(&digits) && luhn(&digits)
}

fn digits(view: &View<'_>, at: usize) -> usize {
    view.run(at, usize::MAX, |byte| byte.is_ascii_digit())
}

/// The first digit of the group behind a separator at `end`.
fn next_group(view: &View<'_>, end: usize) -> Option<usize> {
    let separates = matches!(view.get(end), Some(b' ' | b'-' | b'.' | b'+'));
    let goes_on = view.get(end + 1).is_some_and(|byte| byte.is_ascii_digit());
    (separates && goes_on).then_some(end + 1)
}

/// Within a word, such as a hash, a `traceparent` or a fraction, it is no number of its own.
fn is_inside_a_word(view: &View<'_>, start: usize) -> bool {
    let before = |back: usize| start.checked_sub(back).and_then(|at| view.get(at));
    match before(1) {
        Some(b'-') => before(2).is_some_and(|byte| {
            let word = view.run_back(0, start - 1, 36, |byte| byte.is_ascii_alphanumeric());
            byte.is_ascii_alphanumeric()
                && view.bytes[start - 1 - word..start - 1]
                    .iter()
                    .all(u8::is_ascii_hexdigit)
        }),
        Some(b'.') => before(2).is_some_and(|byte| byte.is_ascii_digit()),
        Some(byte) => byte.is_ascii_alphanumeric(),
        None => false,
    }
}

/// The end of a card's number that begins at `start`.
///
/// Cards are written in groups of three and more, the first of four and more. That leaves out
/// dates, telephone numbers and addresses of the Internet.
fn card_from(view: &View<'_>, start: usize) -> Option<usize> {
    let mut number = [0; LONGEST];
    let (mut count, mut at) = (0, start);
    loop {
        let group = view.run(at, LONGEST + 1, |byte| byte.is_ascii_digit());
        let least = if count == 0 { 4 } else { 3 };
        if group < least || count + group > LONGEST {
            return None;
        }
        for byte in &view.bytes[at..at + group] {
            number[count] = byte - b'0';
            count += 1;
        }
        at += group;
        let ends = !view.get(at).is_some_and(|byte| byte.is_ascii_alphabetic());
        if ends && has_brand(&number[..count]) && luhn(&number[..count]) {
            return Some(at);
        }
        at = next_group(view, at)?;
    }
}

/// Whether a card of any network begins so and is so long. A check digit fits one number in ten,
/// and order numbers and timestamps shall survive.
fn has_brand(digits: &[u8]) -> bool {
    if !(SHORTEST..=LONGEST).contains(&digits.len()) {
        return false;
    }
    let begin = digits[..4]
        .iter()
        .fold(0, |number, digit| number * 10 + u32::from(*digit));
    match (begin, digits.len()) {
        // Visa.
        (4000..=4999, 13 | 16 | 19) => true,
        // Mastercard.
        (5100..=5599 | 2221..=2720, 16) => true,
        // American Express.
        (3400..=3499 | 3700..=3799, 15) => true,
        // Diners Club.
        (3000..=3059 | 3600..=3699 | 3800..=3999, 14) => true,
        // JCB.
        (3528..=3589, 16..) => true,
        // Maestro, Discover, UnionPay, RuPay.
        (5000..=5099 | 5600..=5899 | 6000..=6999, _) => true,
        _ => false,
    }
}

/// The sum by which the last digit of a card's number is chosen. Source: ISO/IEC 7812-1, annex B.
fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, u32::from(*digit)) {
            (0, digit) => digit,
            (_, digit) if digit > 4 => digit * 2 - 9,
            (_, digit) => digit * 2,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// The end of the UUID that begins at `start`: its groups may be all digits.
fn uuid(view: &View<'_>, start: usize) -> Option<usize> {
    let mut at = start;
    for (group, len) in [8, 4, 4, 4, 12].into_iter().enumerate() {
        if group > 0 {
            at += usize::from(view.get(at) == Some(b'-'));
        }
        if view.run(at, len + 1, |byte| byte.is_ascii_hexdigit()) != len {
            return None;
        }
        at += len;
    }
    (at == start + 36).then_some(at)
}

/// How long an IBAN is in each country that has many. Source: the SWIFT IBAN Registry.
const COUNTRIES: &[(&[u8; 2], usize)] = &[
    (b"AD", 24),
    (b"AT", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"CH", 21),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DK", 18),
    (b"EE", 20),
    (b"ES", 24),
    (b"FI", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GR", 27),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IS", 26),
    (b"IT", 27),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"MC", 27),
    (b"MT", 31),
    (b"NL", 18),
    (b"NO", 15),
    (b"PL", 28),
    (b"PT", 25),
    (b"RO", 24),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"SM", 27),
    (b"TR", 26),
    (b"UA", 29),
];

/// The bank account number that begins at `at`, in one piece or in groups of four.
pub(super) fn iban(view: &View<'_>, at: usize) -> Option<Found> {
    let in_a_word = at > 0 && view.bytes[at - 1].is_ascii_alphanumeric();
    let [country @ .., tens, ones] = view.bytes.get(at..at + 4)? else {
        return None;
    };
    if in_a_word || !tens.is_ascii_digit() || !ones.is_ascii_digit() {
        return None;
    }
    let (_, len) = COUNTRIES.iter().find(|(code, _)| *code == country)?;
    let mut account = [0; 34];
    let (mut count, mut end) = (0, at);
    while count < *len {
        if count > 0 && count % 4 == 0 && view.get(end) == Some(b' ') {
            end += 1;
        }
        let byte = view.get(end)?;
        if !(byte.is_ascii_uppercase() || byte.is_ascii_digit()) {
            return None;
        }
        account[count] = byte;
        (count, end) = (count + 1, end + 1);
    }
    let goes_on = view
        .get(end)
        .is_some_and(|byte| byte.is_ascii_alphanumeric());
    let kind = Kind::Iban;
    let found = Found {
        start: at,
        end,
        kind,
    };
    (!goes_on && remainder(&account[..count]) == 1).then_some(found)
}

/// ISO 7064, MOD 97-10, with the first four characters last and letters as numbers from 10.
fn remainder(account: &[u8]) -> u32 {
    let (head, tail) = account.split_at(4);
    tail.iter().chain(head).fold(0, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        _ => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
    })
}
