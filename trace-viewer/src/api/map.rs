//! Who calls which service, database and queue, as JSON.

use serde::Serialize;

use crate::store::{Place, PlaceKind, ServiceMap, Way};

/// With less to go by, calls a minute would be a guess.
const SHORTEST_SECONDS: f64 = 1.0;

#[derive(Serialize)]
pub(super) struct Map<'a> {
    nodes: Vec<Node<'a>>,
    edges: Vec<Edge<'a>>,
    seconds: f64,
}

#[derive(Serialize)]
struct Node<'a> {
    id: &'a str,
    kind: &'static str,
    name: &'a str,
    system: &'a str,
    at: &'a str,
    spans: u64,
    errors: u64,
}

#[derive(Serialize)]
struct Edge<'a> {
    from: &'a str,
    to: &'a str,
    asynchronous: bool,
    calls: u64,
    errors: u64,
    calls_per_minute: Option<f64>,
    median_ns: Option<u64>,
    p95_ns: Option<u64>,
}

/// Of each place its id, which edges name.
pub(super) fn ids(map: &ServiceMap) -> Vec<String> {
    let id = |place: &Place| match place.at.as_str() {
        "" => format!("{}:{}", kind(place.kind), place.name),
        at => format!("{}:{}@{at}", kind(place.kind), place.name),
    };
    map.places.iter().map(id).collect()
}

fn kind(kind: PlaceKind) -> &'static str {
    match kind {
        PlaceKind::Service => "service",
        PlaceKind::Database => "database",
        PlaceKind::Queue => "queue",
    }
}

impl<'a> Map<'a> {
    pub(super) fn of(map: &'a ServiceMap, ids: &'a [String]) -> Self {
        let nodes = map.places.iter().zip(ids).map(|(place, id)| Node {
            id,
            kind: kind(place.kind),
            name: &place.name,
            system: &place.system,
            at: &place.at,
            spans: place.spans,
            errors: place.errors,
        });
        let edge = |way: &Way| Edge {
            from: &ids[way.from],
            to: &ids[way.to],
            asynchronous: way.asynchronous,
            calls: way.calls,
            errors: way.errors,
            calls_per_minute: per_minute(way.calls, map.seconds),
            median_ns: way.quantile(50),
            p95_ns: way.quantile(95),
        };
        Self {
            nodes: nodes.collect(),
            edges: map.ways.iter().map(edge).collect(),
            seconds: map.seconds,
        }
    }
}

/// To a tenth.
#[expect(clippy::cast_precision_loss, reason = "no store holds 2^52 calls")]
fn per_minute(calls: u64, seconds: f64) -> Option<f64> {
    let rate = calls as f64 * 60.0 / seconds;
    (seconds >= SHORTEST_SECONDS).then(|| (rate * 10.0).round() / 10.0)
}
