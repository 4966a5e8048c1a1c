//! What every stock database must do, with many customers at once: on a real SQLite file, and on a
//! real PostgreSQL.
#![allow(clippy::unwrap_used)] // A test fails by panicking, in its helpers too.

use database::Url;
use inventory::stock::{Line, Refusal, Reservation, Reserved};
use inventory::stock_store::{ChosenStockStore, ReserveError, StockStore};
use shared_telemetry::task;

/// Each case on each system, with an empty database of its own.
macro_rules! on_both {
    ($($case:ident)*) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $case() {
                let dir = tempfile::TempDir::new().unwrap();
                super::$case(database::Url::Sqlite(dir.path().join("inventory.db"))).await;
            })*
        }

        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $case() {
                if let Some(postgres) = database::testing::postgres().await {
                    super::$case(postgres.url()).await;
                }
            })*
        }
    };
}

on_both! {
    of_64_customers_who_want_one_of_the_last_20_exactly_20_get_it
    orders_that_want_the_same_articles_in_any_order_never_wait_for_each_other
    an_order_with_one_line_too_many_changes_nothing
    an_order_with_an_unknown_article_changes_nothing
    an_order_that_was_refused_can_be_reserved_later
    an_order_asked_for_ten_times_at_once_is_reserved_once
    an_order_released_ten_times_at_once_is_given_back_once
    a_released_order_cannot_be_reserved_again
    a_released_order_that_is_asked_for_anew_is_reserved_once_with_its_new_lines
    an_order_asked_for_anew_that_was_never_released_is_like_any_other
    an_order_asked_for_anew_is_reserved_whole_or_stays_released
    a_released_order_asked_for_anew_ten_times_at_once_is_reserved_once
    an_order_asked_for_anew_and_released_at_the_same_time_holds_its_stock_or_does_not
    releasing_an_order_that_never_was_keeps_a_late_reservation_out
    an_order_released_and_reserved_at_the_same_time_keeps_no_stock
    a_reservation_outlives_the_process
    a_call_that_is_given_up_half_way_keeps_nothing_and_blocks_nobody
}

async fn open(url: &Url) -> ChosenStockStore {
    ChosenStockStore::open(url).await.unwrap()
}

/// Two stores at one database are two processes, as far as it can tell.
async fn open_two(url: &Url) -> [ChosenStockStore; 2] {
    [open(url).await, open(url).await]
}

fn order(id: &str, lines: &[(&str, u32)]) -> Reservation {
    let line = |&(sku, quantity): &(&str, u32)| Line {
        sku: sku.to_owned(),
        quantity,
    };
    Reservation::new(id.to_owned(), lines.iter().map(line).collect()).unwrap()
}

async fn left(store: &ChosenStockStore, sku: &str) -> u64 {
    store.available(sku).await.unwrap().unwrap()
}

fn refusal(outcome: Result<Reserved, ReserveError>) -> Refusal {
    match outcome {
        Err(ReserveError::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

async fn of_64_customers_who_want_one_of_the_last_20_exactly_20_get_it(url: Url) {
    let stores = open_two(&url).await;
    stores[0]
        .reserve(&order("all-but-20", &[("MUG-2", 9_980)]))
        .await
        .unwrap();
    let customers = (0..64).map(|number| {
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

async fn orders_that_want_the_same_articles_in_any_order_never_wait_for_each_other(url: Url) {
    let stores = open_two(&url).await;
    let skus = ["CADDY-5", "MUG-2", "TEAPOT-1", "TRAY-7"];
    let calls = (0..24).map(|number| {
        let store = stores[number % 2].clone();
        let mut lines = skus.map(|sku| (sku, 1));
        lines.rotate_left(number % skus.len());
        let wish = order(&format!("o-{number}"), &lines);
        // Every other one goes back at once: it takes the same rows.
        task::spawn(async move {
            store.reserve(&wish).await.unwrap();
            number % 2 == 0 && store.release(wish.order_id()).await.unwrap()
        })
    });
    let mut released = 0;
    for call in calls.collect::<Vec<_>>() {
        released += u64::from(call.await.unwrap());
    }
    assert_eq!(released, 12);
    for sku in skus {
        assert_eq!(left(&stores[1], sku).await, 10_000 - 12, "{sku}");
    }
}

async fn an_order_with_one_line_too_many_changes_nothing(url: Url) {
    let store = open(&url).await;
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

async fn an_order_with_an_unknown_article_changes_nothing(url: Url) {
    let store = open(&url).await;
    let wish = order("o-1", &[("MUG-2", 5), ("NOPE", 1)]);
    assert_eq!(
        refusal(store.reserve(&wish).await),
        Refusal::UnknownSku("NOPE".to_owned())
    );
    assert_eq!(left(&store, "MUG-2").await, 10_000);
}

async fn an_order_that_was_refused_can_be_reserved_later(url: Url) {
    let store = open(&url).await;
    store
        .reserve(&order("first", &[("ONE-LEFT-9", 1)]))
        .await
        .unwrap();
    let wish = order("second", &[("ONE-LEFT-9", 1)]);
    refusal(store.reserve(&wish).await);
    store.release("first").await.unwrap();
    assert_eq!(store.reserve(&wish).await.unwrap(), Reserved::Now);
}

async fn an_order_asked_for_ten_times_at_once_is_reserved_once(url: Url) {
    let stores = open_two(&url).await;
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

async fn an_order_released_ten_times_at_once_is_given_back_once(url: Url) {
    let stores = open_two(&url).await;
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

async fn a_released_order_cannot_be_reserved_again(url: Url) {
    let store = open(&url).await;
    let wish = order("o-1", &[("MUG-2", 3)]);
    store.reserve(&wish).await.unwrap();
    assert!(store.release("o-1").await.unwrap());
    assert_eq!(
        refusal(store.reserve(&wish).await),
        Refusal::Released("o-1".to_owned())
    );
    assert_eq!(left(&store, "MUG-2").await, 10_000);
}

/// A reserved and released order `o-1` of three mugs and a tray.
async fn released(store: &ChosenStockStore) -> Reservation {
    let wish = order("o-1", &[("MUG-2", 3), ("TRAY-7", 1)]);
    store.reserve(&wish).await.unwrap();
    assert!(store.release("o-1").await.unwrap());
    wish
}

async fn a_released_order_that_is_asked_for_anew_is_reserved_once_with_its_new_lines(url: Url) {
    let store = open(&url).await;
    released(&store).await;
    let anew = order("o-1", &[("MUG-2", 5)]).with_anew(true);
    assert_eq!(store.reserve(&anew).await.unwrap(), Reserved::Now);
    // Its delivery comes again; and so does one of the order's first message.
    assert_eq!(store.reserve(&anew).await.unwrap(), Reserved::Before);
    let late = anew.clone().with_anew(false);
    assert_eq!(store.reserve(&late).await.unwrap(), Reserved::Before);
    assert_eq!(left(&store, "MUG-2").await, 9_995);
    assert_eq!(left(&store, "TRAY-7").await, 10_000);
    for given_back in [true, false] {
        assert_eq!(store.release("o-1").await.unwrap(), given_back);
        assert_eq!(left(&store, "MUG-2").await, 10_000);
        assert_eq!(
            left(&store, "TRAY-7").await,
            10_000,
            "not its line any more"
        );
    }
    refusal(store.reserve(&late).await);
    assert_eq!(store.reserve(&anew).await.unwrap(), Reserved::Now);
}

async fn an_order_asked_for_anew_that_was_never_released_is_like_any_other(url: Url) {
    let store = open(&url).await;
    let anew = order("o-1", &[("MUG-2", 3)]).with_anew(true);
    assert_eq!(store.reserve(&anew).await.unwrap(), Reserved::Now);
    let other_lines = order("o-1", &[("TRAY-7", 9)]).with_anew(true);
    let again = store.reserve(&other_lines).await.unwrap();
    assert_eq!(again, Reserved::Before, "a reserved order keeps its lines");
    assert_eq!(left(&store, "MUG-2").await, 9_997);
    assert_eq!(left(&store, "TRAY-7").await, 10_000);
}

async fn an_order_asked_for_anew_is_reserved_whole_or_stays_released(url: Url) {
    let store = open(&url).await;
    let wish = released(&store).await;
    let lines = [("CADDY-5", 1), ("ONE-LEFT-9", 2)];
    let too_much = order("o-1", &lines).with_anew(true);
    refusal(store.reserve(&too_much).await);
    assert_eq!(left(&store, "CADDY-5").await, 10_000);
    assert!(!store.release("o-1").await.unwrap(), "it holds nothing");
    assert_eq!(
        refusal(store.reserve(&wish).await),
        Refusal::Released("o-1".to_owned())
    );
    let anew = wish.with_anew(true);
    assert_eq!(store.reserve(&anew).await.unwrap(), Reserved::Now);
}

async fn a_released_order_asked_for_anew_ten_times_at_once_is_reserved_once(url: Url) {
    let stores = open_two(&url).await;
    let anew = released(&stores[0]).await.with_anew(true);
    let calls = (0..10).map(|number| {
        let (store, anew) = (stores[number % 2].clone(), anew.clone());
        task::spawn(async move { store.reserve(&anew).await })
    });
    let mut now = 0;
    for call in calls.collect::<Vec<_>>() {
        now += usize::from(call.await.unwrap().unwrap() == Reserved::Now);
    }
    assert_eq!(now, 1);
    assert_eq!(left(&stores[1], "MUG-2").await, 9_997);
    assert_eq!(left(&stores[1], "TRAY-7").await, 9_999);
}

async fn an_order_asked_for_anew_and_released_at_the_same_time_holds_its_stock_or_does_not(
    url: Url,
) {
    let stores = open_two(&url).await;
    let calls = (0..32).map(|number| {
        let stores = stores.clone();
        task::spawn(async move {
            let id = format!("o-{number}");
            let wish = order(&id, &[("MUG-2", 1), ("TRAY-7", 2)]);
            stores[0].reserve(&wish).await.unwrap();
            assert!(stores[0].release(&id).await.unwrap());
            let anew = wish.with_anew(true);
            let (reserved, given_back) =
                tokio::join!(stores[number % 2].reserve(&anew), stores[1].release(&id));
            assert_eq!(reserved.unwrap(), Reserved::Now);
            u64::from(!given_back.unwrap())
        })
    });
    let mut held = 0;
    for call in calls.collect::<Vec<_>>() {
        held += call.await.unwrap();
    }
    assert_eq!(left(&stores[0], "MUG-2").await, 10_000 - held);
    assert_eq!(left(&stores[0], "TRAY-7").await, 10_000 - 2 * held);
}

async fn releasing_an_order_that_never_was_keeps_a_late_reservation_out(url: Url) {
    let store = open(&url).await;
    for _ in 0..2 {
        assert!(!store.release("o-1").await.unwrap());
    }
    let late = order("o-1", &[("MUG-2", 3)]);
    assert_eq!(
        refusal(store.reserve(&late).await),
        Refusal::Released("o-1".to_owned())
    );
    assert_eq!(left(&store, "MUG-2").await, 10_000);
    let anew = late.with_anew(true);
    assert_eq!(store.reserve(&anew).await.unwrap(), Reserved::Now);
    assert!(store.release("o-1").await.unwrap());
    assert_eq!(left(&store, "MUG-2").await, 10_000);
}

async fn an_order_released_and_reserved_at_the_same_time_keeps_no_stock(url: Url) {
    let stores = open_two(&url).await;
    let calls = (0..24).map(|number| {
        let stores = stores.clone();
        task::spawn(async move {
            let wish = order(&format!("o-{number}"), &[("MUG-2", 1), ("TRAY-7", 2)]);
            let (reserved, given_back) = tokio::join!(
                stores[number % 2].reserve(&wish),
                stores[1].release(wish.order_id()),
            );
            // Whoever comes first, what one has taken the other gives back.
            assert_eq!(given_back.unwrap(), reserved.is_ok());
            if reserved.is_err() {
                let released = Refusal::Released(wish.order_id().to_owned());
                assert_eq!(refusal(reserved), released);
            }
        })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap();
    }
    assert_eq!(left(&stores[0], "MUG-2").await, 10_000);
    assert_eq!(left(&stores[0], "TRAY-7").await, 10_000);
}

async fn a_reservation_outlives_the_process(url: Url) {
    let wish = order("o-1", &[("MUG-2", 3)]);
    open(&url).await.reserve(&wish).await.unwrap();
    let store = open(&url).await;
    assert_eq!(left(&store, "MUG-2").await, 9_997);
    assert_eq!(store.reserve(&wish).await.unwrap(), Reserved::Before);
}

async fn a_call_that_is_given_up_half_way_keeps_nothing_and_blocks_nobody(url: Url) {
    let store = open(&url).await;
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
