//! A customer in front of the shop: one request by the customer's scenario, and what it showed.

use std::sync::Arc;

use contracts::Fault;
use serde::Deserialize;
use shared_telemetry::TraceId;

use crate::draw::Draw;
use crate::mix::Scenario;
use crate::order_book::{Acknowledged, OrderBook, Sent};
use crate::shop_client::{Failure, Reply, ShopClient};

/// What all customers of a run share.
#[derive(Debug)]
pub(crate) struct Shopper {
    pub(crate) shop: ShopClient,
    pub(crate) orders: OrderBook,
    /// Makes the idempotency keys of this run different from those of every other.
    pub(crate) run_id: u64,
}

/// What one request showed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Seen {
    pub(crate) scenario: Scenario,
    pub(crate) status: Option<u16>,
    pub(crate) failure: Option<Failure>,
    pub(crate) trace_id: Option<TraceId>,
}

#[derive(Deserialize)]
struct AcceptedBody {
    order_id: String,
    trace_id: Option<String>,
}

#[derive(Deserialize)]
struct OrderBody {
    state: String,
}

/// True when an order in this state stays in it.
pub(crate) fn is_final(state: &str) -> bool {
    matches!(state, "reserved" | "out_of_stock" | "failed")
}

impl Shopper {
    /// Sends the request that customer `number` drew. Who wants an order before there is one
    /// checks out instead.
    pub(crate) async fn serve(&self, number: u64, draw: &Draw) -> Seen {
        match draw.scenario {
            Scenario::Stock => {
                let reply = self.shop.stock(&draw.article).await;
                seen(Scenario::Stock, &reply, None)
            }
            Scenario::Orders => match self.orders.to_ask_for(draw.pick) {
                Some(order_id) => self.ask_for(order_id).await,
                None => self.check_out(number, draw).await,
            },
            Scenario::Retry => match self.orders.to_send_again(draw.pick) {
                Some((sent, order_id)) => self.send_again(&sent, &order_id).await,
                None => self.check_out(number, draw).await,
            },
            Scenario::Checkout => self.check_out(number, draw).await,
        }
    }

    async fn check_out(&self, number: u64, draw: &Draw) -> Seen {
        let sent = Sent {
            key: format!("load-{:016x}-{number}", self.run_id),
            cart: draw.cart.clone(),
        };
        let reply = self.send(&sent, draw.fault).await;
        let failure = match accepted(&reply) {
            None => None,
            Some(Err(failure)) => Some(failure),
            Some(Ok(answer)) => {
                let order = Acknowledged {
                    order_id: answer.order_id,
                    trace_id: answer.trace_id,
                    client_trace_id: reply.trace_id.map(|id| id.to_string()),
                    fault: draw.fault,
                    idempotency_key: sent.key.clone(),
                    lines: sent.cart.lines.clone(),
                };
                self.orders.acknowledge(order, Arc::new(sent));
                None
            }
        };
        seen(Scenario::Checkout, &reply, failure)
    }

    async fn send_again(&self, sent: &Sent, order_id: &str) -> Seen {
        let reply = self.send(sent, None).await;
        let failure = match accepted(&reply) {
            Some(Ok(answer)) if answer.order_id != order_id => Some(Failure::OtherOrder),
            Some(Err(failure)) => Some(failure),
            _ => None,
        };
        seen(Scenario::Retry, &reply, failure)
    }

    async fn send(&self, sent: &Sent, fault: Option<Fault>) -> Reply {
        self.shop
            .checkout(&sent.key, &sent.cart.body(), fault)
            .await
    }

    async fn ask_for(&self, order_id: String) -> Seen {
        let reply = self.shop.order(&order_id).await;
        let state = match &reply.outcome {
            Ok((status, body)) if status.is_success() => {
                Some(serde_json::from_slice::<OrderBody>(body))
            }
            _ => None,
        };
        let failure = matches!(state, Some(Err(_))).then_some(Failure::Unreadable);
        if !matches!(&state, Some(Ok(order)) if is_final(&order.state)) {
            self.orders.still_open(order_id);
        }
        seen(Scenario::Orders, &reply, failure)
    }
}

/// What an answer with a promise says; `None` for every other answer.
fn accepted(reply: &Reply) -> Option<Result<AcceptedBody, Failure>> {
    match &reply.outcome {
        Ok((status, body)) if status.is_success() => {
            Some(serde_json::from_slice(body).map_err(|_| Failure::Unreadable))
        }
        _ => None,
    }
}

fn seen(scenario: Scenario, reply: &Reply, failure: Option<Failure>) -> Seen {
    let status = reply.outcome.as_ref().ok();
    Seen {
        scenario,
        status: status.map(|(status, _)| status.as_u16()),
        failure: failure.or(reply.outcome.as_ref().err().copied()),
        trace_id: reply.trace_id,
    }
}
