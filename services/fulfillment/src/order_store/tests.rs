//! What every order store does, run on each.

use super::*;
use crate::order::{DeadLetter, Order, OrderState, Outcome};

fn order(id: &str, state: OrderState, dead_letter: Option<DeadLetter>) -> Order {
    Order {
        id: id.to_owned(),
        outcome: Outcome {
            state,
            reason: (state != OrderState::Reserved).then(|| "why not: 'ü'; --".to_owned()),
        },
        checkout_trace_id: Some("4bf92f3577b34da6a3ce929d0e0e4736".to_owned()),
        fulfillment_trace_id: None,
        attempts: 3,
        dead_letter,
    }
}

async fn a_recorded_order_stays_as_it_is(store: &impl OrderStore) {
    let reserved = order("stays", OrderState::Reserved, None);
    let failed = order("stays", OrderState::Failed, Some(DeadLetter::Due));
    assert_eq!(store.find("stays").await.unwrap(), None);
    assert!(store.record(&reserved).await.unwrap());
    assert!(!store.record(&failed).await.unwrap());
    assert_eq!(store.find("stays").await.unwrap(), Some(reserved));
}

async fn of_many_at_once_one_records_the_order(store: &impl OrderStore) {
    let reserved = order("raced", OrderState::Reserved, None);
    let all = (0..16).map(|_| store.record(&reserved));
    let first = futures_util::future::join_all(all).await;
    let first = first.into_iter().filter(|first| *first.as_ref().unwrap());
    assert_eq!(first.count(), 1);
}

async fn a_dead_letter_is_due_until_it_is_sent(store: &impl OrderStore) {
    let due = order("due", OrderState::Failed, Some(DeadLetter::Due));
    assert!(store.record(&due).await.unwrap());
    assert_eq!(store.find("due").await.unwrap(), Some(due));
    store.dead_letter_sent("due").await.unwrap();
    store.dead_letter_sent("due").await.unwrap();
    let sent = order("due", OrderState::Failed, Some(DeadLetter::Sent));
    assert_eq!(store.find("due").await.unwrap(), Some(sent));
}

async fn only_a_failed_order_with_a_sent_letter_is_forgotten(store: &impl OrderStore) {
    for (id, state, letter, forgotten) in [
        ("a", OrderState::Reserved, None, false),
        ("b", OrderState::Failed, None, false),
        ("c", OrderState::Failed, Some(DeadLetter::Due), false),
        ("d", OrderState::Failed, Some(DeadLetter::Sent), true),
    ] {
        store.record(&order(id, state, letter)).await.unwrap();
        assert_eq!(store.forget_failed(id).await.unwrap(), forgotten, "{id}");
        let found = store.find(id).await.unwrap();
        assert_eq!(found.is_none(), forgotten, "{id}");
    }
    assert!(!store.forget_failed("nobody").await.unwrap());
}

async fn a_crash_is_remembered_with_its_first_trace(store: &impl OrderStore) {
    assert_eq!(store.crash("x").await.unwrap(), None);
    store.note_crash("x", Some("4bf9")).await.unwrap();
    store.note_crash("x", Some("0000")).await.unwrap();
    store.note_crash("y", None).await.unwrap();
    let first = Crash {
        trace_id: Some("4bf9".to_owned()),
    };
    assert_eq!(store.crash("x").await.unwrap(), Some(first));
    let untraced = Crash { trace_id: None };
    assert_eq!(store.crash("y").await.unwrap(), Some(untraced));
}

async fn keeps_its_contract(store: &impl OrderStore) {
    store.ready().await.unwrap();
    a_recorded_order_stays_as_it_is(store).await;
    of_many_at_once_one_records_the_order(store).await;
    a_dead_letter_is_due_until_it_is_sent(store).await;
    only_a_failed_order_with_a_sent_letter_is_forgotten(store).await;
    a_crash_is_remembered_with_its_first_trace(store).await;
}

#[tokio::test]
async fn an_sqlite_file_keeps_the_contract_and_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("orders.db");
    let store = SqliteOrderStore::open(&file).await.unwrap();
    keeps_its_contract(&store).await;
    store.close().await;
    let store = SqliteOrderStore::open(&file).await.unwrap();
    assert!(store.find("stays").await.unwrap().is_some());
}

#[tokio::test]
async fn a_postgresql_database_keeps_the_contract_and_survives_a_restart() {
    let Some(postgres) = database::testing::postgres().await else {
        return;
    };
    let store = PostgresOrderStore::open(postgres.address()).await.unwrap();
    keeps_its_contract(&store).await;
    // PostgreSQL takes no NUL in a text: that is the order's fault, and not the server's.
    let mut order = order("nul", OrderState::Failed, None);
    order.outcome.reason = Some("a\0b".to_owned());
    let error = store.record(&order).await.unwrap_err();
    assert!(error.is_about_the_order(), "{error:?}");
    store.close().await;
    let error = store.find("stays").await.unwrap_err();
    assert!(!error.is_about_the_order(), "{error:?}");
    let store = PostgresOrderStore::open(postgres.address()).await.unwrap();
    assert!(store.find("stays").await.unwrap().is_some());
}
