//! What became of acknowledged orders, from the spans alone.

use std::collections::{HashMap, HashSet};
use std::fmt;

use super::{Kind, LedgerSpan};

/// An order that a customer was promised.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Acknowledged {
    /// Its id, of the answer.
    pub order_id: String,
    /// The trace that the answer named.
    pub trace_id: u128,
}

/// What is wrong, if anything. Each list holds order ids.
#[derive(Debug, Default)]
pub struct Verdict {
    /// How many orders were judged.
    pub orders: usize,
    /// How many spans there were.
    pub spans: usize,
    /// Orders whose checkout has no PRODUCER span in the trace that the customer was told.
    pub untraced: Vec<String>,
    /// Orders that no consumer's span links to.
    pub lost: Vec<String>,
    /// Orders that more than one producer sent, or for which stock was taken more than once.
    pub doubled: Vec<String>,
    /// Of these, those for which stock was taken more than once.
    pub taken_twice: Vec<String>,
    /// Orders for which no stock was taken.
    pub unreserved: Vec<String>,
    /// Spans whose parent is nowhere, as `service name`, each once.
    pub orphans: Vec<String>,
    /// How many such spans there are.
    pub orphaned_spans: usize,
}

impl Verdict {
    /// Judges `orders` by `spans`.
    #[must_use]
    pub fn of(spans: &[LedgerSpan], orders: &[Acknowledged]) -> Self {
        let ids: HashSet<_> = spans.iter().map(|span| (span.trace, span.id)).collect();
        let mut verdict = Self {
            orders: orders.len(),
            spans: spans.len(),
            ..Self::default()
        };
        verdict.find_orphans(spans, &ids);
        let story = Story::of(spans);
        for order in orders {
            verdict.judge(order, &story);
        }
        verdict
    }

    /// True when nothing is wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let lists = [
            &self.untraced,
            &self.lost,
            &self.doubled,
            &self.unreserved,
            &self.orphans,
        ];
        lists.into_iter().all(Vec::is_empty)
    }

    fn find_orphans(&mut self, spans: &[LedgerSpan], ids: &HashSet<(u128, u64)>) {
        let orphans = spans
            .iter()
            .filter(|span| span.parent != 0 && !ids.contains(&(span.trace, span.parent)));
        let mut names = HashSet::new();
        for orphan in orphans {
            self.orphaned_spans += 1;
            names.insert(format!("{} {}", orphan.service, orphan.name));
        }
        self.orphans.extend(names);
    }

    fn judge(&mut self, order: &Acknowledged, story: &Story<'_>) {
        let id = order.order_id.as_str();
        let note = |list: &mut Vec<String>| list.push(id.to_owned());
        let sent = story.sent.get(id).map_or(&[][..], Vec::as_slice);
        match sent {
            [(trace, _)] if *trace == order.trace_id => {}
            [] | [_] => note(&mut self.untraced),
            _ => note(&mut self.doubled),
        }
        if !sent.iter().any(|span| story.taken.contains(span)) {
            note(&mut self.lost);
        }
        match story.reserved.get(id).map_or(0, HashSet::len) {
            0 => note(&mut self.unreserved),
            1 => {}
            _ => {
                note(&mut self.doubled);
                note(&mut self.taken_twice);
            }
        }
    }
}

/// The spans by the part that they play.
struct Story<'s> {
    /// The PRODUCER spans of an order that did not fail.
    sent: HashMap<&'s str, Vec<(u128, u64)>>,
    /// Whatever a consumer's own `process` span links to.
    taken: HashSet<(u128, u64)>,
    /// The `reserve_inventory` spans of an order under which stock was changed.
    reserved: HashMap<&'s str, HashSet<(u128, u64)>>,
}

impl<'s> Story<'s> {
    fn of(spans: &'s [LedgerSpan]) -> Self {
        let mut story = Self {
            sent: HashMap::new(),
            taken: HashSet::new(),
            reserved: HashMap::new(),
        };
        let reservations: HashMap<_, _> = spans
            .iter()
            .filter(|span| &*span.name == "reserve_inventory" && !span.failed)
            .filter_map(|span| Some(((span.trace, span.id), span.order.as_deref()?)))
            .collect();
        for span in spans {
            match (span.kind, &*span.name) {
                (Kind::Producer, "send order.created") if !span.failed => {
                    let Some(order) = span.order.as_deref() else {
                        continue;
                    };
                    let sent = story.sent.entry(order).or_default();
                    sent.push((span.trace, span.id));
                }
                (Kind::Consumer, "process order.created") => story.taken.extend(&*span.links),
                (Kind::Client, "UPDATE stock") => {
                    let parent = (span.trace, span.parent);
                    if let Some(order) = reservations.get(&parent) {
                        story.reserved.entry(order).or_default().insert(parent);
                    }
                }
                _ => {}
            }
        }
        story
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} orders, {} spans: {} untraced, {} lost, {} doubled, {} unreserved, {} orphans",
            self.orders,
            self.spans,
            self.untraced.len(),
            self.lost.len(),
            self.doubled.len(),
            self.unreserved.len(),
            self.orphaned_spans,
        )?;
        let lists = [
            ("untraced", &self.untraced),
            ("lost", &self.lost),
            ("doubled", &self.doubled),
            ("unreserved", &self.unreserved),
            ("orphans", &self.orphans),
        ];
        for (name, list) in lists {
            if !list.is_empty() {
                let some: Vec<_> = list.iter().take(5).map(String::as_str).collect();
                write!(f, "\n{name}: {}", some.join(", "))?;
            }
        }
        Ok(())
    }
}
