//! The stock database on a real SQLite file, with many customers at once.
#![allow(clippy::unwrap_used)] // A test fails by panicking, in its helpers too.

use inventory::stock::{Line, Refusal, Reservation, Reserved};
use inventory::stock_store::{ReserveError, SqliteStockStore, StockStore};
use shared_telemetry::task;
use tempfile::TempDir;

async fn open(dir: &TempDir) -> SqliteStockStore {
    SqliteStockStore::open(&dir.path().join("inventory.db"))
        .await
        .unwrap()
}

fn order(id: &str, lines: &[(&str, u32)]) -> Reservation {
    let line = |&(sku, quantity): &(&str, u32)| Line {
        sku: sku.to_owned(),
        quantity,
    };
    Reservation::new(id.to_owned(), lines.iter().map(line).collect()).unwrap()
}

async fn left(store: &SqliteStockStore, sku: &str) -> u64 {
    store.available(sku).await.unwrap().unwrap()
}

fn refusal(outcome: Result<Reserved, ReserveError>) -> Refusal {
    match outcome {
        Err(ReserveError::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_50_customers_who_want_one_of_the_last_20_exactly_20_get_it() {
    let dir = TempDir::new().unwrap();
    // Two stores are two processes as far as SQLite can tell.
    let stores = [open(&dir).await, open(&dir).await];
    stores[0]
        .reserve(&order("all-but-20", &[("MUG-2", 9_980)]))
        .await
        .unwrap();
    let customers = (0..50).map(|number| {
        let store = stores[number % 2].clone();
        let wish = order(&format!("o-{number}"), &[("MUG-2", 1)]);
        task::spawn(async move { store.reserve(&wish).await })
    });
    let mut reserved = 0;
    for customer in customers.collect::<Vec<_>>() {
        match customer.await.unwrap() {
            Ok(outcome) => {
                assert_eq!(outcome, Reserved::Now);
                reserved += 1;
            }
            refused => {
                let none = Refusal::Shortage {
                    sku: "MUG-2".to_owned(),
                    wanted: 1,
                    left: 0,
                };
                assert_eq!(refusal(refused), none);
            }
        }
    }
    assert_eq!(reserved, 20);
    assert_eq!(left(&stores[0], "MUG-2").await, 0);
}

#[tokio::test]
async fn an_order_with_one_line_too_many_changes_nothing() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir).await;
    // In SKU order the short line is in the middle: one is taken before it.
    let wish = order("o-1", &[("TRAY-7", 1), ("ONE-LEFT-9", 2), ("MUG-2", 5)]);
    let short = Refusal::Shortage {
        sku: "ONE-LEFT-9".to_owned(),
        wanted: 2,
        left: 1,
    };
    assert_eq!(refusal(store.reserve(&wish).await), short);
    assert_eq!(left(&store, "MUG-2").await, 10_000);
    assert_eq!(left(&store, "ONE-LEFT-9").await, 1);
    assert_eq!(left(&store, "TRAY-7").await, 10_000);
    assert!(
        !store.release("o-1").await.unwrap(),
        "nothing was kept for the order"
    );
}

#[tokio::test]
async fn an_order_with_an_unknown_article_changes_nothing() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir).await;
    let wish = order("o-1", &[("MUG-2", 5), ("NOPE", 1)]);
    assert_eq!(
        refusal(store.reserve(&wish).await),
        Refusal::UnknownSku("NOPE".to_owned())
    );
    assert_eq!(left(&store, "MUG-2").await, 10_000);
}

#[tokio::test]
async fn an_order_that_was_refused_can_be_reserved_later() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir).await;
    store
        .reserve(&order("first", &[("ONE-LEFT-9", 1)]))
        .await
        .unwrap();
    let wish = order("second", &[("ONE-LEFT-9", 1)]);
    refusal(store.reserve(&wish).await);
    store.release("first").await.unwrap();
    assert_eq!(store.reserve(&wish).await.unwrap(), Reserved::Now);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_order_asked_for_ten_times_at_once_is_reserved_once() {
    let dir = TempDir::new().unwrap();
    let stores = [open(&dir).await, open(&dir).await];
    let calls = (0..10).map(|number| {
        let store = stores[number % 2].clone();
        task::spawn(async move { store.reserve(&order("o-1", &[("MUG-2", 3)])).await })
    });
    let mut now = 0;
    for call in calls.collect::<Vec<_>>() {
        now += usize::from(call.await.unwrap().unwrap() == Reserved::Now);
    }
    assert_eq!(now, 1);
    assert_eq!(left(&stores[1], "MUG-2").await, 9_997);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_order_released_ten_times_at_once_is_given_back_once() {
    let dir = TempDir::new().unwrap();
    let stores = [open(&dir).await, open(&dir).await];
    stores[0]
        .reserve(&order("o-1", &[("MUG-2", 3), ("TRAY-7", 4)]))
        .await
        .unwrap();
    let calls = (0..10).map(|number| {
        let store = stores[number % 2].clone();
        task::spawn(async move { store.release("o-1").await })
    });
    let mut released = 0;
    for call in calls.collect::<Vec<_>>() {
        released += usize::from(call.await.unwrap().unwrap());
    }
    assert_eq!(released, 1);
    assert_eq!(left(&stores[0], "MUG-2").await, 10_000);
    assert_eq!(left(&stores[0], "TRAY-7").await, 10_000);
}

#[tokio::test]
async fn a_released_order_cannot_be_reserved_again() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir).await;
    let wish = order("o-1", &[("MUG-2", 3)]);
    store.reserve(&wish).await.unwrap();
    assert!(store.release("o-1").await.unwrap());
    assert_eq!(
        refusal(store.reserve(&wish).await),
        Refusal::Released("o-1".to_owned())
    );
    assert_eq!(left(&store, "MUG-2").await, 10_000);
}

#[tokio::test]
async fn releasing_an_order_that_never_was_changes_nothing() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir).await;
    assert!(!store.release("nobody").await.unwrap());
    assert_eq!(left(&store, "MUG-2").await, 10_000);
}

#[tokio::test]
async fn a_reservation_outlives_the_process() {
    let dir = TempDir::new().unwrap();
    let wish = order("o-1", &[("MUG-2", 3)]);
    open(&dir).await.reserve(&wish).await.unwrap();
    let store = open(&dir).await;
    assert_eq!(left(&store, "MUG-2").await, 9_997);
    assert_eq!(store.reserve(&wish).await.unwrap(), Reserved::Before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_call_that_is_given_up_half_way_keeps_nothing_and_blocks_nobody() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir).await;
    let lines: Vec<_> = ["CADDY-5", "MUG-2", "TEAPOT-1", "TRAY-7"]
        .map(|sku| (sku, 1))
        .into();
    for number in 0..50 {
        let (store, wish) = (store.clone(), order(&format!("o-{number}"), &lines));
        let call = task::spawn(async move { store.reserve(&wish).await });
        // The caller's deadline passes somewhere in the middle.
        for _ in 0..number % 10 {
            tokio::task::yield_now().await;
        }
        call.abort();
    }
    store.reserve(&order("last", &lines)).await.unwrap();
    let taken = 10_000 - left(&store, "MUG-2").await;
    for (sku, _) in &lines {
        assert_eq!(
            10_000 - left(&store, sku).await,
            taken,
            "{sku}: every order whole or not at all"
        );
    }
}
