//! A text as the rules read it: percent-encoding undone, with the way back.

use std::borrow::Cow;

/// Encoded twice is read; three times is not.
const ROUNDS: usize = 2;

/// Bytes to look at, and where each one stands in the text.
///
/// `ada%40example.com` is as good as `ada@example.com` to whoever reads a path in a span. So the
/// rules see the decoded bytes, and what they find is mapped back onto the text.
pub(super) struct View<'t> {
    text: &'t str,
    pub(super) bytes: Cow<'t, [u8]>,
    /// Where each byte begins in the text, and the text's length; `None` when nothing was
    /// encoded.
    places: Option<Vec<usize>>,
}

impl<'t> View<'t> {
    /// Of a text in which nothing is encoded.
    pub(super) fn plain(text: &'t str) -> Self {
        Self {
            text,
            bytes: Cow::Borrowed(text.as_bytes()),
            places: None,
        }
    }

    pub(super) fn new(text: &'t str) -> Self {
        let mut view = Self::plain(text);
        for _ in 0..ROUNDS {
            if !view.decode() {
                break;
            }
        }
        view
    }

    /// Undoes one round; false when there is none.
    fn decode(&mut self) -> bool {
        let Some(first) = (0..self.bytes.len()).find(|at| encoded(&self.bytes[*at..]).is_some())
        else {
            return false;
        };
        let mut bytes = self.bytes[..first].to_vec();
        let mut places: Vec<_> = (0..first).map(|at| self.place(at)).collect();
        let mut at = first;
        while at < self.bytes.len() {
            places.push(self.place(at));
            let byte = encoded(&self.bytes[at..]);
            bytes.push(byte.unwrap_or(self.bytes[at]));
            at += if byte.is_some() { 3 } else { 1 };
        }
        places.push(self.text.len());
        self.bytes = Cow::Owned(bytes);
        self.places = Some(places);
        true
    }

    fn place(&self, at: usize) -> usize {
        self.places.as_ref().map_or(at, |places| places[at])
    }

    /// How many bytes of the text one byte stands for: 1, or more when it was encoded. A
    /// separator that was encoded belongs to an inner text, and one that was not to the outer.
    pub(super) fn width(&self, at: usize) -> usize {
        self.place(at + 1) - self.place(at)
    }

    /// The part of the text that `start..end` stands for, on whole characters.
    pub(super) fn range(&self, start: usize, end: usize) -> (usize, usize) {
        let (mut start, mut end) = (self.place(start), self.place(end));
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        (start, end)
    }

    pub(super) fn get(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    /// How many bytes from `at` on satisfy `wanted`, `limit` at most.
    pub(super) fn run(&self, at: usize, limit: usize, wanted: impl Fn(u8) -> bool) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let rest = &rest[..rest.len().min(limit)];
        rest.iter()
            .position(|byte| !wanted(*byte))
            .unwrap_or(rest.len())
    }

    /// How many bytes before `at`, back to `from`, satisfy `wanted`, `limit` at most.
    pub(super) fn run_back(
        &self,
        from: usize,
        at: usize,
        limit: usize,
        wanted: impl Fn(u8) -> bool,
    ) -> usize {
        let before = &self.bytes[from.max(at.saturating_sub(limit)).min(at)..at];
        let other = before.iter().rposition(|byte| !wanted(*byte));
        other.map_or(before.len(), |other| before.len() - other - 1)
    }
}

fn encoded(bytes: &[u8]) -> Option<u8> {
    let [b'%', high, low, ..] = bytes else {
        return None;
    };
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}
