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
use super::order::Gateway;
use crate::backend::Backend;
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

pub(crate) struct Gatherer<'a> {
    backend: &'a Backend,
    gateway: &'a Gateway,
    placed_at: Instant,
    /// Nothing of the order started before, nanoseconds since the epoch.
    window_start: u64,
    evidence: Evidence,
}

impl<'a> Gatherer<'a> {
    /// Places the order.
    pub(crate) async fn new(
        backend: &'a Backend,
        gateway: &'a Gateway,
        relation: Relation,
    ) -> Result<Self, RequestError> {
        let placed_at = Instant::now();
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
        let evidence = Evidence {
            relation,
            order,
            checkout: Side::default(),
            fulfillment: Side::default(),
            strays: Vec::new(),
        };
        let window_start = u64::try_from(window_start).unwrap_or(0);
        Ok(Self {
            backend,
            gateway,
            placed_at,
            window_start,
            evidence,
        })
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
        order.waited = self.placed_at.elapsed();
        Ok(())
    }

    async fn side(&self, trace_id: &str) -> Result<Side, RequestError> {
        let trace = self
            .backend
            .trace(trace_id)
            .await?
            .map(|fetched| fetched.trace);
        Ok(Side {
            trace,
            logs: self.backend.logs(trace_id).await?,
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
                let in_time = summary.start_unix_nano >= self.window_start;
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
