//! One suite for both databases: a checkout's way through the store, and who is first when two
//! ask at the same time.

use std::time::{Duration, SystemTime};

use contracts::{Customer, Line, order_created};
use database::{Url, testing};
use shared_telemetry::{SpanId, TraceId, task};
use tempfile::TempDir;

use self::holds::*;
use super::*;
use crate::idempotency::{HONOURED, Stage, Step};

mod holds;

const LEASE: Duration = Duration::from_secs(15);
const SUMS: Quote = Quote {
    subtotal_cents: u64::MAX,
    discount_cents: 0,
    total_cents: u64::MAX,
};

/// A store of a test's own, and what it needs to live.
struct Open {
    store: CheckoutStore,
    url: Url,
    _folder: TempDir,
}

async fn sqlite() -> Open {
    let folder = TempDir::new().unwrap();
    let url = Url::Sqlite(folder.path().join("gateway.db"));
    open(url, folder).await
}

async fn open(url: Url, folder: TempDir) -> Open {
    Open {
        store: CheckoutStore::open(&url).await.unwrap(),
        url,
        _folder: folder,
    }
}

/// Each function as a test on SQLite and as one on PostgreSQL.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(super::sqlite().await).await })*
        }
        mod on_postgresql {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let Some(server) = super::testing::postgres().await else { return };
                let folder = super::TempDir::new().unwrap();
                super::$name(super::open(server.url(), folder).await).await
            })*
        }
    };
}

on_both!(
    a_key_is_claimed_once_however_many_ask_at_once,
    an_order_is_written_then_accepted_and_survives_a_restart,
    a_refusal_is_kept_and_another_cart_is_told_from_the_same,
    what_came_to_nothing_leaves_the_key_free,
    an_order_that_was_written_is_given_back_and_never_given_up,
    of_many_that_take_over_one_does,
    a_hold_of_a_clock_that_was_set_back_is_taken_over,
    who_lost_the_hold_can_not_write,
    a_key_is_free_after_a_day_and_its_order_still_known,
    what_is_older_than_a_week_is_swept,
    an_order_without_a_key_is_remembered,
);

fn claim(key: &str, cart: &str) -> Claim {
    Claim {
        key_hash: key.to_owned(),
        cart_hash: cart.to_owned(),
    }
}

fn order(id: Uuid) -> OrderCreated {
    OrderCreated {
        version: order_created::VERSION.to_owned(),
        order_id: id.to_string(),
        created_at_ms: 1_700_000_000_000,
        customer: Customer {
            id: "c-17".to_owned(),
            tier: "gold".to_owned(),
        },
        currency: "EUR".to_owned(),
        lines: vec![Line {
            sku: "MUG-2".to_owned(),
            quantity: 1,
            total_cents: 990,
        }],
        total_cents: u64::MAX,
    }
}

fn origin(number: u8) -> Option<Origin> {
    Some(Origin {
        trace_id: TraceId::from_bytes([number; 16]),
        span_id: SpanId::from_bytes([number; 8]),
    })
}

impl Open {
    async fn claimed(&self, claim: &Claim) -> Hold {
        let now = SystemTime::now();
        self.store.claim(claim, now, LEASE).await.unwrap().unwrap()
    }

    async fn known(&self, claim: &Claim, later: Duration) -> Option<Known> {
        let now = SystemTime::now() + later;
        self.store.find_key(claim, now, LEASE).await.unwrap()
    }

    async fn written(&self, claim: &Claim) -> Hold {
        let hold = self.claimed(claim).await;
        let order = order(hold.order_id);
        let written = self.store.write(hold, &order, &SUMS, origin(1)).await;
        assert!(written.unwrap());
        hold
    }
}

async fn a_key_is_claimed_once_however_many_ask_at_once(open: Open) {
    let asks = (0..16).map(|_| {
        let store = open.store.clone();
        task::spawn(async move {
            let claim = claim("k", "c");
            store.claim(&claim, SystemTime::now(), LEASE).await.unwrap()
        })
    });
    let mut claimed = 0;
    for ask in asks.collect::<Vec<_>>() {
        claimed += usize::from(ask.await.unwrap().is_some());
    }
    assert_eq!(claimed, 1);
    let known = open.known(&claim("k", "c"), Duration::ZERO).await.unwrap();
    assert_eq!(known.seen.step(), Step::Wait);
    assert!(known.result.is_none() && known.origin.is_none());
}

async fn an_order_is_written_then_accepted_and_survives_a_restart(open: Open) {
    let claim = claim("k", "c");
    let hold = open.written(&claim).await;
    let known = open.known(&claim, Duration::ZERO).await.unwrap();
    assert_eq!((known.seen.stage, known.seen.held), (Stage::Written, true));
    // Nobody is promised anything yet.
    let id = hold.order_id;
    assert_eq!(open.store.find_order(id).await.unwrap(), None);
    open.store.accept(id, origin(2)).await.unwrap();

    open.store.close().await;
    let again = CheckoutStore::open(&open.url).await.unwrap();
    let known = again.find_key(&claim, SystemTime::now(), LEASE).await;
    let known = known.unwrap();
    let known = known.unwrap();
    assert_eq!((known.order_id, known.seen.step()), (id, Step::Replay));
    assert_eq!(known.origin, origin(2));
    match known.result.unwrap() {
        Kept::Order(kept, sums) => assert_eq!((*kept, sums), (order(id), SUMS)),
        refusal => panic!("{refusal:?}"),
    }
    let trace_id = Some("02".repeat(16));
    assert_eq!(again.find_order(id).await.unwrap(), Some(trace_id));
}

async fn a_refusal_is_kept_and_another_cart_is_told_from_the_same(open: Open) {
    let hold = open.claimed(&claim("k", "c")).await;
    let refused = open.store.refuse(hold, 422, "no such coupon", origin(1));
    refused.await.unwrap();
    let known = open.known(&claim("k", "c"), Duration::ZERO).await.unwrap();
    assert_eq!(known.seen.step(), Step::Replay);
    match known.result.unwrap() {
        Kept::Refusal { status, detail } => {
            assert_eq!((status, detail.as_str()), (422, "no such coupon"));
        }
        order => panic!("{order:?}"),
    }
    let other = open.known(&claim("k", "d"), Duration::ZERO).await.unwrap();
    assert_eq!(other.seen.step(), Step::AnotherCart);
    assert_eq!(open.store.find_order(hold.order_id).await.unwrap(), None);
}

async fn what_came_to_nothing_leaves_the_key_free(open: Open) {
    let claim = claim("k", "c");
    let hold = open.claimed(&claim).await;
    open.store.give_up(hold).await.unwrap();
    assert!(open.known(&claim, Duration::ZERO).await.is_none());
    open.claimed(&claim).await;
}

async fn a_key_is_free_after_a_day_and_its_order_still_known(open: Open) {
    let (same, other) = (claim("k", "c"), claim("k", "d"));
    let hold = open.written(&same).await;
    open.store.accept(hold.order_id, None).await.unwrap();
    let almost = HONOURED - Duration::from_secs(60);
    let known = open.known(&other, almost).await.unwrap();
    assert_eq!(known.seen.step(), Step::AnotherCart);
    let known = open.known(&other, HONOURED).await.unwrap();
    assert_eq!(known.seen.step(), Step::Forget);
    open.store.free_key(&other, &known).await.unwrap();
    let next = open.claimed(&other).await;
    assert_ne!(next.order_id, hold.order_id);
    // A second one that saw the old row too does not free the new one.
    open.store.free_key(&other, &known).await.unwrap();
    assert!(open.known(&other, Duration::ZERO).await.is_some());
    assert_eq!(
        open.store.find_order(hold.order_id).await.unwrap(),
        Some(None)
    );
}

async fn what_is_older_than_a_week_is_swept(open: Open) {
    let now = SystemTime::now();
    let old = now - REMEMBERED - Duration::from_secs(60);
    // More than one batch.
    for _ in 0..BATCH + 3 {
        let remembered = open.store.remember(Uuid::now_v7(), None, old);
        remembered.await.unwrap();
    }
    let young = Uuid::now_v7();
    let yesterday = now - Duration::from_secs(86_400);
    open.store.remember(young, None, yesterday).await.unwrap();
    assert_eq!(
        open.store.sweep(now).await.unwrap(),
        BATCH.unsigned_abs() + 3
    );
    assert_eq!(open.store.find_order(young).await.unwrap(), Some(None));
    assert_eq!(open.store.sweep(now).await.unwrap(), 0);
}

async fn an_order_without_a_key_is_remembered(open: Open) {
    let (id, now) = (Uuid::now_v7(), SystemTime::now());
    assert_eq!(open.store.find_order(id).await.unwrap(), None);
    open.store.remember(id, origin(3), now).await.unwrap();
    let trace_id = Some("03".repeat(16));
    assert_eq!(open.store.find_order(id).await.unwrap(), Some(trace_id));
    // Keys that are not there do not collide.
    open.store
        .remember(Uuid::now_v7(), None, now)
        .await
        .unwrap();
}
