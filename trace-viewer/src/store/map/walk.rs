//! The walk over the spans that makes the service map: what each of them says of calls, queries and
//! messages.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap, hash_map::Entry},
};

use crate::{
    model::{Kind, Span, SpanId, Status, TraceId},
    store::{Store, trace::Trace},
};

use super::{Place, PlaceKind, ServiceMap, Way};

/// Kind, name, system, and at which server or service.
type Key<'a> = (PlaceKind, &'a str, &'a str, &'a str);

pub(super) struct Walk<'a> {
    store: &'a Store,
    places: BTreeMap<Key<'a>, Tally>,
    ways: BTreeMap<(Key<'a>, Key<'a>, bool), Passages>,
    /// By the span that sent the message, and who took it: a batch's span and a message's own
    /// both link to it.
    taken: HashMap<(TraceId, SpanId, &'a str), Taking<'a>>,
}

#[derive(Default)]
struct Tally {
    spans: u64,
    errors: u64,
}

#[derive(Default)]
struct Passages {
    calls: u64,
    errors: u64,
    times: Vec<u64>,
}

struct Taking<'a> {
    from: Key<'a>,
    to: &'a Span,
    waited: Option<u64>,
}

fn service(span: &Span) -> Key<'_> {
    (PlaceKind::Service, &span.resource.service, "", "")
}

/// The queue or topic that a span names.
fn queue(span: &Span) -> Option<Key<'_>> {
    let name = span.attributes.text("messaging.destination.name")?;
    let system = span.attributes.text("messaging.system").unwrap_or_default();
    Some((PlaceKind::Queue, name, system, ""))
}

/// The database that a span of its client names.
fn database(span: &Span) -> Option<Key<'_>> {
    let text = |key| span.attributes.text(key);
    let system = text("db.system.name").filter(|_| span.kind == Kind::Client)?;
    let name = text("db.namespace").unwrap_or(system);
    let at = text("server.address").unwrap_or(&span.resource.service);
    Some((PlaceKind::Database, name, system, at))
}

fn failed(span: &Span) -> bool {
    span.status == Status::Error
}

impl<'a> Walk<'a> {
    pub(super) fn new(store: &'a Store) -> Self {
        Self {
            store,
            places: BTreeMap::new(),
            ways: BTreeMap::new(),
            taken: HashMap::new(),
        }
    }

    pub(super) fn visit(&mut self, id: TraceId, trace: &'a Trace, span: &'a Span) {
        let tally = self.places.entry(service(span)).or_default();
        tally.spans += 1;
        tally.errors += u64::from(failed(span));
        if let Some(parent) = span.parent.and_then(|parent| trace.span(parent)) {
            self.below(id, parent, span);
        }
        match span.kind {
            Kind::Consumer => {
                for link in &span.links {
                    self.take((link.trace, link.span), span);
                }
            }
            Kind::Producer => {
                if let Some(queue) = queue(span) {
                    let time = Some(span.duration());
                    self.pass((service(span), queue, true), failed(span), time);
                }
            }
            Kind::Client => {
                if let Some(database) = database(span) {
                    let time = Some(span.duration());
                    self.pass((service(span), database, false), failed(span), time);
                }
            }
            Kind::Unspecified | Kind::Internal | Kind::Server => {}
        }
    }

    fn below(&mut self, id: TraceId, parent: &'a Span, span: &'a Span) {
        // Within a service, a consumer's spans are each other's parents: no message is between them.
        let elsewhere = parent.resource.service != span.resource.service;
        if parent.kind == Kind::Producer || (span.kind == Kind::Consumer && elsewhere) {
            self.take((id, parent.id), span);
        } else if elsewhere {
            // The caller's own span knows how long it waited, and that no answer is an error.
            let caller = Some(parent).filter(|parent| parent.kind == Kind::Client);
            let error = failed(span) || caller.is_some_and(failed);
            let time = caller.unwrap_or(span).duration();
            self.pass((service(parent), service(span), false), error, Some(time));
        }
    }

    fn take(&mut self, message: (TraceId, SpanId), to: &'a Span) {
        let sent = self.store.span(message).map(|sent| &**sent);
        if sent.is_some_and(|sent| {
            sent.kind != Kind::Producer && sent.resource.service == to.resource.service
        }) {
            return;
        }
        let through = match sent {
            Some(sent) => Some(queue(sent).unwrap_or(service(sent))),
            None => queue(to),
        };
        let Some(from) = through else { return };
        let taking = Taking {
            from,
            to,
            waited: sent.map(|sent| to.start.saturating_sub(sent.start)),
        };
        match self
            .taken
            .entry((message.0, message.1, &to.resource.service))
        {
            Entry::Occupied(mut first) if taking.is_nearer(first.get()) => {
                first.insert(taking);
            }
            Entry::Occupied(_) => {}
            Entry::Vacant(place) => {
                place.insert(taking);
            }
        }
    }

    fn pass(&mut self, way: (Key<'a>, Key<'a>, bool), error: bool, time: Option<u64>) {
        // A way has two ends, and those of queues and databases have no spans of their own.
        self.places.entry(way.0).or_default();
        self.places.entry(way.1).or_default();
        let passages = self.ways.entry(way).or_default();
        passages.calls += 1;
        passages.errors += u64::from(error);
        passages.times.extend(time);
    }

    pub(super) fn map(mut self, seconds: f64) -> ServiceMap {
        for taking in std::mem::take(&mut self.taken).into_values() {
            let way = (taking.from, service(taking.to), true);
            self.pass(way, failed(taking.to), taking.waited);
        }
        let index: HashMap<Key<'_>, usize> = self.places.keys().copied().zip(0..).collect();
        let ways = self
            .ways
            .into_iter()
            .map(|((from, to, asynchronous), mut passages)| {
                passages.times.sort_unstable();
                Way {
                    from: index[&from],
                    to: index[&to],
                    asynchronous,
                    calls: passages.calls,
                    errors: passages.errors,
                    times: passages.times,
                }
            });
        let ways = ways.collect();
        let places = self
            .places
            .into_iter()
            .map(|((kind, name, system, at), tally)| Place {
                kind,
                name: name.to_owned(),
                system: system.to_owned(),
                at: at.to_owned(),
                spans: tally.spans,
                errors: tally.errors,
            });
        ServiceMap {
            places: places.collect(),
            ways,
            seconds,
        }
    }
}

impl Taking<'_> {
    /// A message's own span tells more of it than its batch's, which has more links. Of a message
    /// that came twice, the later taking says what became of it.
    fn is_nearer(&self, first: &Self) -> bool {
        let place = |taking: &Self| (taking.to.links.len(), Reverse(taking.to.start));
        place(self) < place(first)
    }
}
