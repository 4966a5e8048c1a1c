//! Collects the evidence: the order's state, its traces and logs, and, when something is missing,
//! what else was recorded in the same minute.

use std::collections::HashSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

use super::evidence::{Evidence, Order, Side};
use super::names::{
    FULFILLMENT, GATEWAY, GET, INVENTORY, PRICING, PROCESS, PROCESS_BATCH, QUOTE, RESERVE_STOCK,
    SEND,
};
use super::order::{CANARIES, Gateway};
use crate::backend::{Backend, Loki};
use crate::config::Relation;
use crate::http_client::RequestError;

/// Clocks of two machines may differ by so much.
const CLOCK_SKEW: Duration = Duration::from_secs(5);

/// Where a lost half may be: each boundary's spans, and those of each service by themselves for
/// statements, whose names say the table.
const SEARCHES: [(&str, Option<&str>); 10] = [
    (PRICING, Some(QUOTE)),
    (PRICING, None),
    (GATEWAY, Some(GET)),
    (GATEWAY, Some(SEND)),
    (FULFILLMENT, Some(PROCESS)),
    (FULFILLMENT, Some(PROCESS_BATCH)),
    (FULFILLMENT, Some(RESERVE_STOCK)),
    (FULFILLMENT, None),
    (INVENTORY, Some(RESERVE_STOCK)),
    (INVENTORY, None),
];

/// An order that was just placed.
pub(crate) struct Placed {
    order: Order,
    at: Instant,
    /// Nothing of the order started before, nanoseconds since the epoch.
    window_start: u64,
}

impl Placed {
    /// Places the order.
    pub(crate) async fn place(gateway: &Gateway) -> Result<Self, RequestError> {
        let at = Instant::now();
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let window_start = now.saturating_sub(CLOCK_SKEW).as_nanos();
        let placed = gateway.place().await?;
        let order = Order {
            id: placed.order_id,
            lines: Gateway::lines(),
            trace_id: placed.trace_id,
            state: None,
            checkout_trace_id: None,
            fulfillment_trace_id: None,
            waited: Duration::ZERO,
        };
        Ok(Self {
            order,
            at,
            window_start: u64::try_from(window_start).unwrap_or(0),
        })
    }
}

pub(crate) struct Gatherer<'a> {
    backend: &'a Backend,
    /// Where log lines are, when not in `backend`.
    loki: Option<&'a Loki>,
    gateway: &'a Gateway,
    placed: &'a Placed,
    evidence: Evidence,
}

impl<'a> Gatherer<'a> {
    pub(crate) fn new(
        backend: &'a Backend,
        loki: Option<&'a Loki>,
        gateway: &'a Gateway,
        relation: Relation,
        placed: &'a Placed,
    ) -> Self {
        let evidence = Evidence {
            relation,
            order: placed.order.clone(),
            checkout: Side::default(),
            fulfillment: Side::default(),
            strays: Vec::new(),
        };
        Self {
            backend,
            loki,
            gateway,
            placed,
            evidence,
        }
    }

    /// Looks again at everything that can still change.
    pub(crate) async fn look(&mut self) -> Result<&Evidence, RequestError> {
        self.ask_state().await?;
        let order = &self.evidence.order;
        let (before, behind) = (order.trace_id.clone(), order.fulfillment_trace_id.clone());
        self.evidence.checkout = self.side(&before).await?;
        self.evidence.fulfillment = match behind {
            Some(behind) if behind == before => self.evidence.checkout.clone(),
            Some(behind) => self.side(&behind).await?,
            None => Side::default(),
        };
        Ok(&self.evidence)
    }

    async fn ask_state(&mut self) -> Result<(), RequestError> {
        let order = &mut self.evidence.order;
        if order.state.as_deref() != Some("reserved")
            && let Some(state) = self.gateway.state(&order.id).await?
        {
            order.state = Some(state.state);
            order.checkout_trace_id = state.checkout_trace_id;
            order.fulfillment_trace_id = state.fulfillment_trace_id;
        }
        order.waited = self.placed.at.elapsed();
        Ok(())
    }

    async fn side(&self, trace_id: &str) -> Result<Side, RequestError> {
        let fetched = self.backend.trace(trace_id).await?;
        let logs = match self.loki {
            Some(loki) => Some(loki.logs(trace_id).await?),
            None => self.backend.logs(trace_id).await.transpose()?,
        };
        let mut seen = fetched
            .as_ref()
            .map_or_else(String::new, |fetched| fetched.raw.to_string());
        for log in logs.iter().flatten() {
            seen.extend(
                log.rest
                    .iter()
                    .map(|(key, value)| format!(" {key}={value}")),
            );
        }
        let canaries = CANARIES.iter().filter(|(canary, _)| seen.contains(canary));
        Ok(Side {
            trace: fetched.map(|fetched| fetched.trace),
            logs,
            leaks: canaries.map(|(_, what)| *what).collect(),
        })
    }

    /// The last look: adds traces that start in one of the four services since the order was placed.
    pub(crate) async fn search_strays(&mut self) -> Result<&Evidence, RequestError> {
        let own = self
            .evidence
            .own_traces()
            .map(|trace| trace.trace_id.clone());
        let mut seen: HashSet<String> = own.collect();
        for (service, operation) in SEARCHES {
            for summary in self.backend.newest(service, operation).await? {
                // A lost half starts in the service that lost its parent, or with a missing one.
                let starts_here = summary.root.is_none_or(|root| root.service == service);
                let in_time = summary.start_unix_nano >= self.placed.window_start;
                if starts_here
                    && in_time
                    && seen.insert(summary.trace_id.clone())
                    && let Some(fetched) = self.backend.trace(&summary.trace_id).await?
                {
                    self.evidence.strays.push(fetched.trace);
                }
            }
        }
        Ok(&self.evidence)
    }
}
