//! What a key says about its value, found out once for each key.

use std::sync::OnceLock;

use super::scan::Place;
use super::{Kind, headers, scrub, secret_names};
use crate::{names, semconv_opt_in};

/// What a key says about its value, and whether it says too much itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    /// The whole value is that.
    pub(super) whole: Option<Kind>,
    pub(super) is_path: bool,
    pub(super) is_statement: bool,
    pub(super) is_id: bool,
    /// There is nothing to hide in the key.
    pub(super) clean_key: bool,
}

impl Rule {
    /// For a text without a key.
    pub(super) const NONE: Self = Self {
        whole: None,
        is_path: false,
        is_statement: false,
        is_id: false,
        clean_key: true,
    };

    /// What `key` says, where `own_names` are secrets too.
    pub(super) fn of(key: &str, own_names: &[&str]) -> Self {
        let current_path = matches!(key, names::URL_PATH | names::URL_FULL);
        Self {
            whole: whole(key, own_names),
            is_path: current_path || semconv_opt_in::PATHS.contains(&key),
            is_statement: key == names::DB_QUERY_TEXT || semconv_opt_in::STATEMENTS.contains(&key),
            is_id: key.ends_with("trace_id") || key.ends_with("span_id"),
            clean_key: scrub(key, Self::NONE.place(own_names)).is_none(),
        }
    }

    pub(super) fn place<'n>(&self, own_names: &'n [&'n str]) -> Place<'n> {
        Place {
            is_path: self.is_path,
            is_statement: self.is_statement,
            is_id: self.is_id,
            own_names,
        }
    }
}

/// What the key says about its whole value.
fn whole(key: &str, own_names: &[&str]) -> Option<Kind> {
    if let Some(header) = headers::of_attribute(key) {
        return (!headers::may_be_recorded(header)).then_some(Kind::Header);
    }
    let last = key.rsplit('.').next().unwrap_or(key);
    secret_names::kind_of(last.as_bytes(), own_names)
}

/// Rules of keys that were seen. A program has some dozens of keys and asks for them at each span;
/// to compare a key with one that is known costs a tenth of finding out what it says.
///
/// A table that only fills: each key has four places, and stays where it came first. So nobody
/// waits, and strange keys can't take more memory than there is.
pub(super) struct Keys([OnceLock<(Box<str>, Rule)>; PLACES]);

const BITS: u32 = 9;
const PLACES: usize = 1 << BITS;
const NEIGHBOURS: usize = 4;
/// Longer keys are nobody's names, and are not kept.
const LONGEST: usize = 64;

impl Keys {
    pub(super) const fn new() -> Self {
        Self([const { OnceLock::new() }; PLACES])
    }

    /// What `key` says; the same as [`Rule::of`], and always with the same `own_names`.
    pub(super) fn rule(&self, key: &str, own_names: &[&str]) -> Rule {
        if key.is_empty() {
            return Rule::NONE;
        }
        let first = place(key);
        for at in first..first + NEIGHBOURS {
            let Some((known, rule)) = self.0[at % PLACES].get() else {
                break;
            };
            if **known == *key {
                return *rule;
            }
        }
        self.find_out(key, first, own_names)
    }

    #[cold]
    fn find_out(&self, key: &str, first: usize, own_names: &[&str]) -> Rule {
        let rule = Rule::of(key, own_names);
        if key.len() <= LONGEST {
            let mut places = (first..first + NEIGHBOURS).map(|at| &self.0[at % PLACES]);
            if let Some(free) = places.find(|place| place.get().is_none()) {
                // Somebody else may have been faster: then it is found out once more.
                let _ = free.set((key.into(), rule));
            }
        }
        rule
    }
}

/// Where a key belongs, by its length, its beginning and its end: keys of one name space begin
/// alike, and those of one sort end alike.
fn place(key: &str) -> usize {
    let bytes = key.as_bytes();
    let eight = |bytes: Option<&[u8; 8]>| bytes.map(|bytes| u64::from_le_bytes(*bytes));
    let short = || {
        bytes
            .iter()
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
    };
    let begin = eight(bytes.first_chunk()).unwrap_or_else(short);
    let end = eight(bytes.last_chunk()).unwrap_or_default();
    let mixed = begin ^ end.rotate_left(29) ^ key.len() as u64;
    // Fibonacci hashing: the upper bits of the product depend on all of the number's.
    let mixed = mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - BITS);
    usize::try_from(mixed).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_says_the_same_again_however_many_others_were_asked_for_in_between() {
        let keys = Keys::new();
        let many: Vec<_> = (0..2_000).map(|n| format!("app.note.{n}.token")).collect();
        let own = ["voucher"];
        let some = [
            "url.path",
            "db.query.text",
            "app.voucher",
            "ada@example.com",
            "a",
        ];
        let all = some.into_iter().chain(many.iter().map(String::as_str));
        for key in all.clone().chain(all) {
            let (kept, fresh) = (keys.rule(key, &own), Rule::of(key, &own));
            assert_eq!(format!("{kept:?}"), format!("{fresh:?}"), "{key}");
        }
    }

    #[test]
    fn the_names_of_the_dictionary_have_places_of_their_own() {
        let keys = Keys::new();
        let names: Vec<_> = crate::names::all().map(|entry| entry.name).collect();
        for name in &names {
            keys.rule(name, &[]);
        }
        let kept = keys.0.iter().filter(|place| place.get().is_some()).count();
        let distinct: std::collections::HashSet<_> = names.iter().collect();
        assert!(
            kept * 100 >= distinct.len() * 95,
            "{kept} of {}",
            distinct.len()
        );
    }
}
