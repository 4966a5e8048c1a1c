//! What the gateway remembers of checkouts: the orders that it has accepted, and what came of
//! each `Idempotency-Key`.
//!
//! No step needs a transaction: each is one statement, and a condition in it decides who was
//! first when two ask at the same time.

mod migrations;
mod pools;
mod row;
mod statements;

use std::time::{Duration, SystemTime};

use contracts::OrderCreated;
use shared_telemetry::task;
use uuid::Uuid;

use crate::checkout::Quote;
use crate::idempotency::Seen;
use crate::telemetry::Origin;
use pools::{Pools, Value};
use statements::{
    ACCEPT, CLAIM, FIND_KEY, FIND_ORDER, FREE_KEY, GIVE_BACK, GIVE_UP, REFUSE, REMEMBER, SWEEP,
    TAKE_OVER, WRITE,
};

pub(crate) use pools::StoreError;

/// An order is remembered as long as Kafka keeps its message, unless somebody has set that.
pub(crate) const REMEMBERED: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// So many rows are removed at a time, so that nobody waits long behind it.
const BATCH: i64 = 500;

/// Checkouts, in SQLite or PostgreSQL. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct CheckoutStore {
    pools: Pools,
}

/// A key and a cart as they are stored.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    pub(crate) key_hash: String,
    pub(crate) cart_hash: String,
}

/// The right to work at a checkout, until somebody may take it over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hold {
    /// The order that comes of it.
    pub(crate) order_id: Uuid,
    holder: Uuid,
}

/// A checkout that a key was used for before.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) order_id: Uuid,
    pub(crate) seen: Seen,
    pub(crate) result: Option<Kept>,
    /// The span in which the customer was answered.
    pub(crate) origin: Option<Origin>,
    holder: String,
}

/// What a checkout has led to.
#[derive(Debug)]
pub(crate) enum Kept {
    Order(Box<OrderCreated>, Quote),
    Refusal { status: u16, detail: String },
}

impl Hold {
    fn values(self) -> [Value; 2] {
        [Value::from(self.order_id), Value::from(self.holder)]
    }
}

impl CheckoutStore {
    /// Takes a key that nobody has used. `None` when somebody has.
    pub(crate) async fn claim(
        &self,
        claim: &Claim,
        now: SystemTime,
        lease: Duration,
    ) -> Result<Option<Hold>, StoreError> {
        let hold = Hold {
            order_id: Uuid::now_v7(),
            holder: Uuid::now_v7(),
        };
        let values = [
            Value::from(hold.order_id),
            Value::from(claim.key_hash.as_str()),
            Value::from(claim.cart_hash.as_str()),
            Value::from(hold.holder),
            Value::time(now + lease),
            Value::time(now),
        ];
        let claimed = self.pools.change(&CLAIM, values).await;
        if let Err(StoreError::Late) = claimed {
            // The row may come yet, and nobody would work at it.
            let pools = self.pools.clone();
            task::spawn(async move { pools.execute(&GIVE_UP, hold.values()).await });
        }
        Ok(claimed?.then_some(hold))
    }

    /// What is known of a key. `lease` is that of all who claim or take over.
    pub(crate) async fn find_key(
        &self,
        claim: &Claim,
        now: SystemTime,
        lease: Duration,
    ) -> Result<Option<Known>, StoreError> {
        let values = [Value::from(claim.key_hash.as_str())];
        let row = self.pools.find(&FIND_KEY, values).await?;
        row.map(|row| row::known(row, claim, now, lease))
            .transpose()
    }

    /// Lets the key name a new checkout; what came of the old one stays known by its order id.
    pub(crate) async fn free_key(&self, claim: &Claim, known: &Known) -> Result<(), StoreError> {
        let values = [
            Value::from(claim.key_hash.as_str()),
            Value::from(known.order_id),
        ];
        self.pools.change(&FREE_KEY, values).await?;
        Ok(())
    }

    /// Goes on where somebody has stopped. `None` when another was faster.
    pub(crate) async fn take_over(
        &self,
        known: &Known,
        now: SystemTime,
        lease: Duration,
    ) -> Result<Option<Hold>, StoreError> {
        let hold = Hold {
            order_id: known.order_id,
            holder: Uuid::now_v7(),
        };
        let values = [
            Value::from(known.order_id),
            Value::from(known.holder.as_str()),
            Value::from(known.seen.stage.name()),
            Value::from(hold.holder),
            Value::time(now + lease),
        ];
        let taken = self.pools.change(&TAKE_OVER, values).await?;
        Ok(taken.then_some(hold))
    }

    /// Writes the order down, before anybody hears of it. False when the hold was lost: then
    /// another works at it, and this order must not be sent.
    pub(crate) async fn write(
        &self,
        hold: Hold,
        order: &OrderCreated,
        sums: &Quote,
        origin: Option<Origin>,
    ) -> Result<bool, StoreError> {
        let (trace_id, span_id) = row::ids(origin);
        let values = [
            Value::from(hold.order_id),
            Value::from(hold.holder),
            Value::Text(Some(row::json(order))),
            Value::Text(Some(row::json(sums))),
            trace_id,
            span_id,
        ];
        self.pools.change(&WRITE, values).await
    }

    /// The broker has the order; `origin` is the span in which the customer hears of it.
    pub(crate) async fn accept(
        &self,
        order_id: Uuid,
        origin: Option<Origin>,
    ) -> Result<(), StoreError> {
        let (trace_id, span_id) = row::ids(origin);
        let values = [Value::from(order_id), trace_id, span_id];
        self.pools.change(&ACCEPT, values).await?;
        Ok(())
    }

    /// Remembers a final no.
    pub(crate) async fn refuse(
        &self,
        hold: Hold,
        status: u16,
        detail: &str,
        origin: Option<Origin>,
    ) -> Result<(), StoreError> {
        let (trace_id, span_id) = row::ids(origin);
        let values = [
            Value::from(hold.order_id),
            Value::from(hold.holder),
            Value::Int(status.into()),
            Value::from(detail),
            trace_id,
            span_id,
        ];
        self.pools.change(&REFUSE, values).await?;
        Ok(())
    }

    /// Stops working at a checkout that came to no end: the next request may go on at once. An
    /// order that was written down stays, for it may have been heard of.
    pub(crate) async fn give_up(&self, hold: Hold) -> Result<(), StoreError> {
        if !self.pools.change(&GIVE_UP, hold.values()).await? {
            self.pools.change(&GIVE_BACK, hold.values()).await?;
        }
        Ok(())
    }

    /// Remembers an order that was accepted without a key.
    pub(crate) async fn remember(
        &self,
        order_id: Uuid,
        origin: Option<Origin>,
        now: SystemTime,
    ) -> Result<(), StoreError> {
        let (trace_id, span_id) = row::ids(origin);
        let values = [Value::from(order_id), trace_id, span_id, Value::time(now)];
        self.pools.change(&REMEMBER, values).await?;
        Ok(())
    }

    /// The trace id of an accepted order's checkout, `Some(None)` when it was not traced.
    pub(crate) async fn find_order(
        &self,
        order_id: Uuid,
    ) -> Result<Option<Option<String>>, StoreError> {
        let values = [Value::from(order_id)];
        let row: Option<(Option<String>,)> = self.pools.find(&FIND_ORDER, values).await?;
        Ok(row.map(|(trace_id,)| trace_id))
    }

    /// Removes what is older than `REMEMBERED`, a batch at a time, and says how many rows.
    pub(crate) async fn sweep(&self, now: SystemTime) -> Result<u64, StoreError> {
        let mut removed = 0;
        loop {
            let values = [Value::time(now - REMEMBERED), Value::Int(BATCH)];
            let batch = self.pools.execute(&SWEEP, values).await?;
            removed += batch;
            if i64::try_from(batch).unwrap_or(i64::MAX) < BATCH {
                return Ok(removed);
            }
        }
    }
}

#[cfg(test)]
mod tests;
