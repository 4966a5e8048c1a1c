//! Lists in OTLP JSON, counted while they are read.
//!
//! `{}` is a span of two bytes; see [`crate::otlp::budget`]. A reader that serde derives hands
//! nothing on from list to list, so what is left of the budget is kept by the thread that reads,
//! for as long as it reads one body.

use std::{cell::Cell, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{Error, SeqAccess, Visitor},
};

use crate::otlp::budget::MAX_DECODED_BYTES;

thread_local! {
    /// `None` once it was exceeded.
    static LEFT: Cell<Option<usize>> = const { Cell::new(None) };
}

/// What was read, or `None` when it became too large.
pub(super) fn within_budget<T>(read: impl FnOnce() -> T) -> Option<T> {
    LEFT.set(Some(MAX_DECODED_BYTES));
    let read = read();
    LEFT.take().map(|_| read)
}

/// A list of messages.
pub(super) struct List<T>(Vec<T>);

impl<T> List<T> {
    /// An absent, null or present list of `T`, as the list of `U` it stands for.
    pub(super) fn of<U>(list: Option<Self>) -> Vec<U>
    where
        T: Into<U>,
    {
        let items = list.map(|list| list.0).unwrap_or_default();
        items.into_iter().map(Into::into).collect()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ListVisitor(PhantomData))
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            let left = LEFT.get().and_then(|left| left.checked_sub(size_of::<T>()));
            LEFT.set(left);
            if left.is_none() {
                return Err(A::Error::custom("too much"));
            }
            list.push(item);
        }
        Ok(List(list))
    }
}
