//! What headers say that come again and again: the name a service is called by, the program that
//! calls.

use std::sync::OnceLock;

/// What was made of the first few values of a header. A service has some names and some callers:
/// to compare a value with one that is known costs less than to check it and to copy it.
///
/// A table that only fills, so that nobody waits. Strangers can take its places but no memory
/// beyond them; then a value is read each time, as it would be without a table.
pub(super) struct Known<T>([OnceLock<(Box<[u8]>, T)>; PLACES]);

const PLACES: usize = 8;
/// Longer values are not kept.
const LONGEST: usize = 256;

impl<T: Clone> Known<T> {
    pub(super) const fn new() -> Self {
        Self([const { OnceLock::new() }; PLACES])
    }

    /// What `read` makes of `value`, which gives the same for the same value.
    pub(super) fn get(&self, value: &[u8], read: impl FnOnce(&[u8]) -> Option<T>) -> Option<T> {
        for place in &self.0 {
            let Some((known, made)) = place.get() else {
                return keep(place, value, read);
            };
            if **known == *value {
                return Some(made.clone());
            }
        }
        read(value)
    }
}

#[cold]
fn keep<T: Clone>(
    place: &OnceLock<(Box<[u8]>, T)>,
    value: &[u8],
    read: impl FnOnce(&[u8]) -> Option<T>,
) -> Option<T> {
    let made = read(value)?;
    if value.len() <= LONGEST {
        // Somebody else may have been faster: then it is read once more.
        let _ = place.set((value.into(), made.clone()));
    }
    Some(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_says_the_same_again_however_many_others_came_in_between() {
        let known = Known::new();
        let read = |value: &[u8]| (!value.len().is_multiple_of(3)).then(|| value.to_owned());
        let long = vec![b'a'; LONGEST + 1];
        for _ in 0..2 {
            for length in 0..2 * PLACES {
                let value = &long[..length];
                assert_eq!(known.get(value, read), read(value), "{length}");
            }
            assert_eq!(known.get(&long, read), read(&long));
        }
    }

    #[test]
    fn a_value_that_is_known_is_not_read_again() {
        let known = Known::new();
        assert_eq!(known.get(b"shop", |_| Some(1)), Some(1));
        assert_eq!(known.get(b"shop", |_| None), Some(1));
        assert_eq!(known.get(b"shot", |_| None), None);
    }
}
