//! What headers say that come again and again: the name a service is called by, the program that
//! calls.

use std::borrow::Cow;
use std::sync::OnceLock;

/// What was made of the first few values of a header: a text, and what else there is to know. A
/// service has some names and some callers: to compare a value with one that is known costs less
/// than to check it and to copy it.
///
/// A table that only fills, so that nobody waits, and texts are lent for ever, without a counter
/// that all processors would share. Strangers can take its places but no memory beyond them; then
/// a value is read each time, as it would be without a table.
pub(super) struct Known<T: 'static>([OnceLock<Kept<T>>; PLACES]);

/// A value, and what was made of it.
struct Kept<T> {
    value: Box<[u8]>,
    text: Box<str>,
    more: T,
}

const PLACES: usize = 8;
/// Longer values are not kept.
const LONGEST: usize = 256;

impl<T: Copy> Known<T> {
    pub(super) const fn new() -> Self {
        Self([const { OnceLock::new() }; PLACES])
    }

    /// What `read` makes of `value`, which gives the same for the same value.
    pub(super) fn get(
        &'static self,
        value: &[u8],
        read: impl FnOnce(&[u8]) -> Option<(Box<str>, T)>,
    ) -> Option<(Cow<'static, str>, T)> {
        let mut free = None;
        for place in &self.0 {
            match place.get() {
                Some(kept) if *kept.value == *value => {
                    return Some((Cow::Borrowed(&kept.text), kept.more));
                }
                Some(_) => {}
                None => {
                    free = Some(place);
                    break;
                }
            }
        }
        let (text, more) = read(value)?;
        // A password may stand before an `@`.
        if let Some(place) = free.filter(|_| value.len() <= LONGEST && !value.contains(&b'@')) {
            // Somebody else may have been faster: then it is read once more.
            let _ = place.set(Kept {
                value: value.into(),
                text: text.clone(),
                more,
            });
        }
        Some((Cow::Owned(text.into()), more))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &[u8]) -> Option<(Box<str>, usize)> {
        let text = str::from_utf8(value).ok()?;
        (!text.len().is_multiple_of(3)).then(|| (text.into(), text.len()))
    }

    #[test]
    fn a_value_says_the_same_again_however_many_others_came_in_between() {
        static KNOWN: Known<usize> = Known::new();
        let long = vec![b'a'; LONGEST + 1];
        for _ in 0..2 {
            for value in (0..2 * PLACES)
                .map(|length| &long[..length])
                .chain([&long[..]])
            {
                let found = KNOWN.get(value, read);
                let found = found.map(|(text, length)| (text.into_owned().into(), length));
                assert_eq!(found, read(value));
            }
        }
    }

    #[test]
    fn a_value_that_is_known_is_not_read_again_but_one_with_a_password_is() {
        static KNOWN: Known<usize> = Known::new();
        let again = |value: &[u8]| {
            KNOWN.get(value, read);
            KNOWN.get(value, |_| None).is_some()
        };
        assert!(again(b"shop"));
        assert!(!again(b"me:x@shop"));
        assert!(!again(&[b'a'; LONGEST + 1]));
    }
}
