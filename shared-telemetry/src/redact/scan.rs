//! One pass over a text, from one finding to the next.

use super::{Kind, View, cards, credentials, mailbox, pairs, segments};

/// A part of a [`View`] that must not leave the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: Kind,
}

/// What a text is, as far as the rules care.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place<'n> {
    /// A path or a URL: an opaque segment is taken for a token.
    pub(super) is_path: bool,
    /// A statement: `password = $1` and `token = excluded.token` tell nothing, a literal does.
    pub(super) is_statement: bool,
    /// Hex digits, which now and then make a card's number.
    pub(super) is_id: bool,
    /// Names of secrets that the program has added.
    pub(super) own_names: &'n [&'n str],
}

/// What a byte may be the sign of; or several such signs. Most bytes are the sign of nothing, and
/// cost one look into [`SIGNS`]: that is what keeps a clean text cheap.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Sign(u8);

impl Sign {
    pub(super) const NOTHING: Self = Self(0);
    /// `@`: an e-mail address is around it.
    pub(super) const AT: Self = Self(1);
    /// `=` or `:`: a name before it, a value behind it. `://` begins an authority.
    pub(super) const SEPARATOR: Self = Self(1 << 1);
    /// A card's number may begin.
    pub(super) const DIGIT: Self = Self(1 << 2);
    /// An IBAN may begin, or it is the third letter of a JSON Web Token.
    pub(super) const CAPITAL: Self = Self(1 << 3);
    /// `Bearer` may be before it.
    pub(super) const BLANK: Self = Self(1 << 4);
    /// `ghp_` may end here, or `-----BEGIN` begin.
    pub(super) const JOINT: Self = Self(1 << 5);
    /// A segment of a path begins.
    pub(super) const SLASH: Self = Self(1 << 6);

    /// All that can be a sign at that place.
    #[cfg(test)]
    pub(super) fn all(place: Place<'_>) -> Self {
        let anywhere = Self(Self::SLASH.0 - 1);
        let path = if place.is_path {
            Self::SLASH
        } else {
            Self::NOTHING
        };
        anywhere | path
    }

    fn is_in(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }
}

impl std::ops::BitOr for Sign {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

const SIGNS: [Sign; 256] = {
    let mut signs = [Sign::NOTHING; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        signs[byte as usize] = match byte {
            b'@' => Sign::AT,
            b'=' | b':' => Sign::SEPARATOR,
            b'0'..=b'9' => Sign::DIGIT,
            b'A'..=b'Z' => Sign::CAPITAL,
            b' ' | b'+' => Sign::BLANK,
            b'_' | b'-' => Sign::JOINT,
            b'/' => Sign::SLASH,
            _ => Sign::NOTHING,
        };
        byte += 1;
    }
    signs
};

/// The findings of a text, in order, none within another.
///
/// It is linear in the text, whatever the text is: each sign looks back a bounded number of
/// bytes, never into what was found before, and what it reads ahead is either bounded or not
/// read again.
pub(super) struct Scan<'v, 't> {
    view: &'v View<'t>,
    place: Place<'v>,
    /// The signs that are looked at.
    signs: Sign,
    at: usize,
    /// Where the last finding ends.
    from: usize,
    /// A token that was looked at up to here is not a JSON Web Token.
    no_jwt_before: usize,
}

impl<'v, 't> Scan<'v, 't> {
    /// Looks at these signs, of [`Glance::signs`](super::glance::Glance::signs), and no others.
    pub(super) fn new(view: &'v View<'t>, place: Place<'v>, signs: Sign) -> Self {
        Self {
            view,
            place,
            signs,
            at: 0,
            from: 0,
            no_jwt_before: 0,
        }
    }

    fn look(&mut self, sign: Sign) -> Option<Found> {
        let (view, at, from) = (self.view, self.at, self.from);
        self.at += 1;
        match sign {
            Sign::AT => mailbox::around(view, at, from),
            Sign::SEPARATOR => credentials::userinfo(view, at)
                .or_else(|| pairs::around(view, at, from, self.place)),
            Sign::DIGIT => {
                let (found, next) = cards::at(view, at);
                self.at = next;
                found.filter(|_| !self.place.is_id)
            }
            Sign::CAPITAL => self.jwt(at).or_else(|| cards::iban(view, at)),
            Sign::BLANK => credentials::scheme(view, at, from),
            Sign::JOINT => credentials::token(view, at, from),
            Sign::SLASH => segments::behind(view, at, self.place.own_names),
            _ => None,
        }
    }

    /// One look for each run of letters, however often `eyJ` stands in it.
    fn jwt(&mut self, at: usize) -> Option<Found> {
        let view = self.view;
        let begins = at >= self.from + 2 && view.bytes[at - 2..=at] == *b"eyJ";
        if !begins || at < self.no_jwt_before {
            return None;
        }
        let (found, end) = credentials::jwt(view, at - 2);
        self.no_jwt_before = end;
        found
    }
}

impl Iterator for Scan<'_, '_> {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            let byte = self.view.get(self.at)?;
            let sign = SIGNS[usize::from(byte)];
            if !sign.is_in(self.signs) {
                self.at += 1;
            } else if let Some(found) = self.look(sign) {
                self.from = found.end;
                self.at = found.end;
                return Some(found);
            }
        }
    }
}
