//! Which service calls which, as JSON.

use serde::Serialize;

use crate::store::ServiceMap;

#[derive(Serialize)]
pub(super) struct Map<'a> {
    services: Vec<Service<'a>>,
    edges: Vec<Edge<'a>>,
    seconds: f64,
}

#[derive(Serialize)]
struct Service<'a> {
    name: &'a str,
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
}

impl<'a> Map<'a> {
    pub(super) fn of(map: &'a ServiceMap) -> Self {
        let services = map.services.iter().map(|(name, tally)| Service {
            name,
            spans: tally.count,
            errors: tally.errors,
        });
        let edges = map.edges.iter().map(|(edge, tally)| Edge {
            from: &edge.from,
            to: &edge.to,
            asynchronous: edge.asynchronous,
            calls: tally.count,
            errors: tally.errors,
        });
        Self {
            services: services.collect(),
            edges: edges.collect(),
            seconds: map.seconds,
        }
    }
}
