//! Which of the dead letters are to be replayed.

use std::collections::hash_map::RandomState;
use std::collections::{BTreeSet, HashMap};
use std::hash::BuildHasher as _;

use super::Unread;
use super::letter::Letter;
use super::letterbox::Letterbox;
use crate::config::{At, Choice, DlqPlace};

/// Letters by their places.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    pub(super) places: BTreeSet<(i32, i64)>,
    /// Letters of the same message, of which a newer one is chosen.
    pub(super) older: usize,
}

/// Reads the whole topic. A message that was replayed and failed again has left several letters;
/// sending each of them would double their number with every replay, so only the newest of those
/// with the same key and value is chosen. `--at` is taken at its word.
pub(super) async fn choose(place: &DlqPlace, choice: Choice<'_>) -> Result<Chosen, Unread> {
    let mut letterbox = Letterbox::open(place)?;
    let mut chosen = Chosen::default();
    // Keyed at random: nobody can write two messages that look alike to it.
    let hasher = RandomState::new();
    let mut newest: HashMap<u64, (i32, i64)> = HashMap::new();
    while let Some(letter) = letterbox.next().await? {
        if !is_meant(choice, &letter) {
            continue;
        }
        let place = (letter.partition, letter.offset);
        let message = hasher.hash_one((&letter.key, &letter.payload));
        // Those with one key are in one partition, so the newest comes last.
        if let Some(older) = newest.insert(message, place) {
            chosen.places.remove(&older);
            chosen.older += 1;
        }
        chosen.places.insert(place);
    }
    Ok(chosen)
}

fn is_meant(choice: Choice<'_>, letter: &Letter) -> bool {
    match choice {
        Choice::Order(id) => letter.key == id.as_bytes() || letter.order_id() == id,
        Choice::At(At { partition, offset }) => {
            (letter.partition, letter.offset) == (partition, offset)
        }
        Choice::All => true,
    }
}
