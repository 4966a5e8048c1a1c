//! Whether the traces of acknowledged orders are whole: the checkout's, and that of the batch in which it was worked on.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use serde_json::Value;
use system_tests::check::{Promise, http};

use crate::cluster::Cluster;

/// Spans without which an order's story is not told, by service.
const OF_A_CHECKOUT: [(&str, &str); 5] = [
    ("gateway", "POST /checkout"),
    ("gateway", "business.checkout"),
    ("pricing", "GET /quote/{sku}"),
    ("gateway", "INSERT checkouts"),
    ("gateway", "send order.created"),
];
const OF_ITS_WORK: [(&str, &str); 4] = [
    ("fulfillment", "process order.created"),
    ("fulfillment", "INSERT orders"),
    ("inventory", "reserve_inventory"),
    ("inventory", "INSERT reservations"),
];
/// Until the last trace is decided about and told: for all of them together.
const PATIENCE: Duration = Duration::from_secs(60);
const AT_ONCE: usize = 8;
/// No customer asks more often for one order and is answered by what an earlier try had begun.
const MOST_TRIES: usize = 20;

/// What of the traces is there.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) checkouts: usize,
    pub(crate) batches: usize,
    pub(crate) spans: usize,
    /// What is wrong, in words.
    pub(crate) wrong: Vec<String>,
}

/// Looks at both traces of each order.
pub(crate) async fn of(cluster: &Cluster, promises: &[Promise]) -> Counts {
    let deadline = Instant::now() + PATIENCE;
    let looks = promises
        .iter()
        .map(|promise| story(cluster, promise, deadline));
    let mut stories = futures_util::stream::iter(looks).buffer_unordered(AT_ONCE);
    let (mut counts, mut batches) = (Counts::default(), BTreeSet::new());
    while let Some(story) = stories.next().await {
        match story {
            Ok(found) => {
                counts.checkouts += 1;
                counts.spans += found.spans;
                for (id, spans) in found.batches {
                    if batches.insert(id) {
                        counts.spans += spans;
                    }
                }
            }
            Err(wrong) => counts.wrong.push(wrong),
        }
    }
    counts.batches = batches.len();
    counts
}

/// Of one order.
struct Story {
    spans: usize,
    batches: Vec<(String, usize)>,
}

/// Once it is whole, or why it is not in time.
async fn story(cluster: &Cluster, promise: &Promise, deadline: Instant) -> Result<Story, String> {
    let ask = async || told(cluster, promise).await;
    let left = deadline.saturating_duration_since(Instant::now());
    http::until(left, ask, Result::is_ok).await
}

async fn told(cluster: &Cluster, promise: &Promise) -> Result<Story, String> {
    let id = &promise.trace_id;
    let tries = tries(cluster, id).await?;
    has(&tries, &OF_A_CHECKOUT).map_err(|why| format!("trace {id}: {why}"))?;
    // A customer's second try links to it too.
    let batches: BTreeSet<_> = array(&tries[0]["linked_from"])
        .filter(|link| link["service"] == "fulfillment")
        .filter_map(|link| link["trace_id"].as_str())
        .collect();
    if batches.is_empty() {
        return Err(format!("trace {id}: nothing links to it"));
    }
    let mut found = Vec::new();
    for batch in batches {
        let work = trace(cluster, batch).await?;
        let work = [work];
        has(&work, &OF_ITS_WORK).map_err(|why| format!("trace {batch}: {why}"))?;
        found.push((batch.to_owned(), spans(&work).count()));
    }
    Ok(Story {
        spans: spans(&tries).count(),
        batches: found,
    })
}

/// The trace in which the order was sent, and those of earlier tries, each of which it links to: it goes on with what
/// they had begun, and asks for no price again.
async fn tries(cluster: &Cluster, id: &str) -> Result<Vec<Value>, String> {
    let mut tries = vec![trace(cluster, id).await?];
    for _ in 0..MOST_TRIES {
        let Some(earlier) = earlier_try(&tries[tries.len() - 1]) else {
            return Ok(tries);
        };
        tries.push(trace(cluster, &earlier).await?);
    }
    Err(format!("trace {id}: more than {MOST_TRIES} tries"))
}

async fn trace(cluster: &Cluster, id: &str) -> Result<Value, String> {
    let path = format!("/api/traces/{id}");
    http::get(&cluster.client, &cluster.viewer, &path, &[]).await
}

/// The trace that the server span links to.
fn earlier_try(trace: &Value) -> Option<String> {
    let servers = array(&trace["spans"]).filter(|span| span["kind"] == "server");
    let mut links = servers.flat_map(|span| array(&span["links"]));
    links.find_map(|link| Some(link["trace_id"].as_str()?.to_owned()))
}

/// Each span's parent, and each span of the list.
fn has(traces: &[Value], names: &[(&str, &str)]) -> Result<(), String> {
    let orphans = traces
        .iter()
        .flat_map(|trace| array(&trace["missing_parents"]));
    let orphans = orphans.count();
    if orphans > 0 {
        return Err(format!("{orphans} spans lack their parent"));
    }
    let is = |span: &Value, (service, name)| span["service"] == service && span["name"] == name;
    let missing = names
        .iter()
        .find(|name| !spans(traces).any(|span| is(span, **name)));
    missing.map_or(Ok(()), |(service, name)| {
        Err(format!("no {name} of {service}"))
    })
}

fn spans(traces: &[Value]) -> impl Iterator<Item = &Value> {
    traces.iter().flat_map(|trace| array(&trace["spans"]))
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
