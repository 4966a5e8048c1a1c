//! Afterwards: what became of every order that the shop has acknowledged.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use contracts::Fault;
use reqwest::{Client, StatusCode};
use shared_telemetry::task;

use crate::order_book::Acknowledged;
use crate::shopper::is_final;
use crate::stop::Stop;

/// So many orders are asked for at a time.
const AT_ONCE: usize = 8;

/// Between two rounds of questions.
const PAUSE: Duration = Duration::from_millis(200);

/// What became of the orders.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Verification {
    /// How many orders are in which state, by the shop's words; `not_found`, `no_answer` and
    /// `not_asked` are ours.
    pub(crate) states: BTreeMap<String, u64>,
    /// Orders that are not reserved although nothing was asked for that would prevent it, or
    /// that are not final at the end.
    pub(crate) broken: u64,
    /// Some of their ids.
    pub(crate) examples: Vec<String>,
    /// How long it took until the last one was final, or until the time was up.
    pub(crate) took: Duration,
    /// The state of each, in the order in which they were acknowledged.
    pub(crate) state_of_each: Vec<String>,
}

/// Asks for all orders until they are final, until `limit` has passed, or until the user has had
/// enough: then what is open is no broken promise.
pub(crate) async fn verify(
    client: Client,
    base: &str,
    orders: &[Acknowledged],
    limit: Duration,
    stop: &Stop,
) -> Verification {
    let begun = Instant::now();
    let deadline = begun + limit;
    let mut states = vec![String::new(); orders.len()];
    loop {
        let open: Vec<usize> = (0..orders.len())
            .filter(|index| !is_final(&states[*index]))
            .collect();
        let out_of_time = Instant::now() >= deadline;
        if open.is_empty() || out_of_time || stop.is_requested() {
            break;
        }
        if states.iter().all(|state| !state.is_empty()) {
            tokio::time::sleep(PAUSE).await;
        }
        let answers = tokio::select! {
            answers = ask_all(&client, base, orders, open, deadline) => answers,
            () = stop.requested() => Vec::new(),
        };
        for (index, state) in answers {
            states[index] = state;
        }
    }
    judge(orders, states, begun.elapsed(), stop.is_requested())
}

async fn ask_all(
    client: &Client,
    base: &str,
    orders: &[Acknowledged],
    open: Vec<usize>,
    deadline: Instant,
) -> Vec<(usize, String)> {
    let share = open.len().div_ceil(AT_ONCE).max(1);
    let mut tasks = Vec::new();
    for part in open.chunks(share) {
        let questions: Vec<_> = part
            .iter()
            .map(|index| (*index, format!("{base}/orders/{}", orders[*index].order_id)))
            .collect();
        let client = client.clone();
        tasks.push(task::spawn(async move {
            let mut answers = Vec::with_capacity(questions.len());
            for (index, url) in questions {
                if Instant::now() >= deadline {
                    break;
                }
                answers.push((index, ask(&client, &url).await));
            }
            answers
        }));
    }
    let mut answers = Vec::new();
    for task in tasks {
        answers.extend(task.await.unwrap_or_default());
    }
    answers
}

/// The state in the shop's words.
async fn ask(client: &Client, url: &str) -> String {
    // Not recorded by a shop that believes us: thousands of questions would push the traces of
    // the load itself out of a small store.
    let request = client.get(url).header("traceparent", not_recorded());
    let state = async {
        let answer = request.send().await.ok()?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Some("not_found".to_owned());
        }
        let body: serde_json::Value = answer.json().await.ok()?;
        body["state"].as_str().map(str::to_owned)
    };
    state.await.unwrap_or_else(|| "no_answer".to_owned())
}

/// A `traceparent` whose sampled flag is off (W3C Trace Context, section 3.2.2.5).
fn not_recorded() -> String {
    let (trace, span) = (fastrand::u128(1..), fastrand::u64(1..));
    format!("00-{trace:032x}-{span:016x}-00")
}

fn judge(
    orders: &[Acknowledged],
    mut state_of_each: Vec<String>,
    took: Duration,
    interrupted: bool,
) -> Verification {
    let mut states: BTreeMap<String, u64> = BTreeMap::new();
    let mut broken: Vec<&str> = Vec::new();
    for (order, state) in orders.iter().zip(&mut state_of_each) {
        if state.is_empty() {
            *state = "not_asked".to_owned();
        }
        *states.entry(state.clone()).or_default() += 1;
        let kept = state == "reserved" || (is_final(state) && may_end_otherwise(order));
        let open = interrupted && !is_final(state);
        if !kept && !open {
            broken.push(&order.order_id);
        }
    }
    Verification {
        states,
        broken: broken.len() as u64,
        examples: broken.iter().take(5).map(|id| (*id).to_owned()).collect(),
        took,
        state_of_each,
    }
}

/// True when the order's own fault keeps it from being reserved.
fn may_end_otherwise(order: &Acknowledged) -> bool {
    matches!(
        order.fault,
        Some(Fault::InventoryError | Fault::InventoryOutOfStock | Fault::FulfillmentPoison)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(id: &str, fault: Option<Fault>) -> Acknowledged {
        Acknowledged {
            order_id: id.to_owned(),
            trace_id: None,
            client_trace_id: None,
            fault,
            idempotency_key: String::new(),
            lines: Vec::new(),
        }
    }

    #[test]
    fn an_order_must_be_reserved_unless_its_own_fault_prevents_it() {
        let orders = [
            order("good", None),
            order("forgotten", None),
            order("lost", None),
            order("poisoned", Some(Fault::FulfillmentPoison)),
            order("slow", Some(Fault::PricingSlow)),
            order("never final", Some(Fault::FulfillmentPoison)),
        ];
        let states = [
            "reserved",
            "accepted",
            "not_found",
            "failed",
            "failed",
            "accepted",
        ];
        let states = states.map(str::to_owned).to_vec();
        let verification = judge(&orders, states.clone(), Duration::ZERO, false);
        assert_eq!(
            verification.examples,
            ["forgotten", "lost", "slow", "never final"]
        );
        assert_eq!(verification.broken, 4);
        assert_eq!(verification.states["accepted"], 2);

        let interrupted = judge(&orders, states, Duration::ZERO, true);
        assert_eq!(interrupted.examples, ["slow"], "the others are open");
    }
}
