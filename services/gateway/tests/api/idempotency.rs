//! `Idempotency-Key`: however often a checkout is asked for, there is one order and one answer.

use std::time::Duration;

use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use shared_telemetry::testing::SpanKind;
use sqlx::{Connection, SqliteConnection};
use tokio::time::Instant;

use crate::shop::{NOBODY, PATIENCE, Shop, body, cart, problem, trace_id};

const KEY: &str = "8e03978e-40d5-43dd-bc93-6894a57f9324";
const REPLAYED: &str = "idempotency-replayed";

/// The cart with one thing changed.
fn another_cart() -> Value {
    let mut cart = cart();
    cart["lines"][0]["quantity"] = json!(3);
    cart
}

async fn change(database: &mut SqliteConnection, statement: &'static str) {
    sqlx::query(statement).execute(database).await.unwrap();
}

/// The title and the sentence of a problem.
async fn titled(response: Response, expected: StatusCode) -> (String, String) {
    let retry = response.headers().contains_key("retry-after");
    let problem = body(response, expected).await;
    assert_eq!(
        retry,
        problem["title"].as_str().unwrap().contains("outstanding")
    );
    let text = |key: &str| problem[key].as_str().unwrap().to_owned();
    (text("title"), text("detail"))
}

#[tokio::test]
async fn the_same_cart_under_the_same_key_is_the_same_order_and_says_that_it_is_no_new_one() {
    let shop = Shop::open().await;
    let first = shop.checkout_as(KEY, &cart()).await;
    assert!(!first.headers().contains_key(REPLAYED));
    let location = first.headers()["location"].clone();
    let first = body(first, StatusCode::ACCEPTED).await;
    // As a structured field spells it, and written in another way.
    let again = shop.post(&json!(null)).body(format!("{:#}", cart()));
    let again = again.header("idempotency-key", format!("\"{KEY}\""));
    for again in [again, shop.post(&cart()).header("idempotency-key", KEY)] {
        let again = again.send().await.unwrap();
        assert_eq!(again.headers()[REPLAYED], "true");
        assert_eq!(again.headers()["location"], location);
        assert_eq!(body(again, StatusCode::ACCEPTED).await, first);
    }
    assert_eq!(shop.published().await.len(), 1);
    assert_eq!(shop.neighbours.heard().len(), 2, "priced once");
}

#[tokio::test]
async fn the_trace_of_a_replay_links_to_the_first_one_and_does_no_business() {
    let shop = Shop::open().await;
    let first = trace_id(&shop.checkout_as(KEY, &cart()).await);
    let again = trace_id(&shop.checkout_as(KEY, &cart()).await);
    let recorder = &shop.recorder;
    let first = recorder.trace_when(first, |tree| tree.has("POST /checkout"));
    let again = recorder.trace_when(again, |tree| tree.has("POST /checkout"));
    let (first, again) = (first.await, again.await);
    let server = again.one("POST /checkout", SpanKind::Server);
    let origin = first.one("POST /checkout", SpanKind::Server);
    let links: Vec<_> = server.links().collect();
    assert_eq!(links, [(origin.trace_id(), origin.id())]);
    assert_eq!(server.text("app.checkout.replayed"), "true");
    assert!(origin.attribute("app.checkout.replayed").is_none());
    assert!(!again.has("business.checkout") && !again.has("send order.created"));
    // The database is told as what it is, and no value of a statement.
    let statement = first.named("INSERT checkouts")[0];
    assert_eq!(statement.text("db.system.name"), "sqlite");
    let everything = format!("{first:?}{again:?}");
    assert!(everything.contains("business.checkout") && !everything.contains(KEY));
    assert!(!everything.contains("canary"));
}

#[tokio::test]
async fn another_cart_under_the_key_is_a_409_and_orders_nothing() {
    let shop = Shop::open().await;
    body(shop.checkout_as(KEY, &cart()).await, StatusCode::ACCEPTED).await;
    let mut secretly = cart();
    secretly["payment_token"] = json!("another-canary");
    for cart in [another_cart(), secretly] {
        let other = shop.checkout_as(KEY, &cart).await;
        let (title, detail) = titled(other, StatusCode::CONFLICT).await;
        assert_eq!(title, "Idempotency-Key is already used");
        assert!(
            detail.contains("another cart") && !detail.contains(KEY),
            "{detail}"
        );
    }
    assert_eq!(shop.published().await.len(), 1);
    let other = shop.checkout_as("another-key", &another_cart()).await;
    body(other, StatusCode::ACCEPTED).await;
}

#[tokio::test]
async fn what_is_no_key_is_a_400_and_orders_nothing() {
    let shop = Shop::open().await;
    for bad in ["", "\"\"", "a b", "\"half", &"k".repeat(256)] {
        let detail = problem(
            shop.checkout_as(bad, &cart()).await,
            StatusCode::BAD_REQUEST,
        )
        .await;
        assert!(detail.contains("1 to 255 visible ASCII"), "{bad}: {detail}");
    }
    let twice = shop.post(&cart()).header("idempotency-key", "a");
    let twice = twice.header("idempotency-key", "a").send().await.unwrap();
    problem(twice, StatusCode::BAD_REQUEST).await;
    assert!(shop.published().await.is_empty());
}

#[tokio::test]
async fn who_asks_while_the_first_is_under_way_waits_for_its_answer() {
    let shop = Shop::open().await;
    shop.neighbours.silence_pricing(true);
    let customer = shop.post(&cart()).header("idempotency-key", KEY).send();
    let impatient = async {
        shop.neighbours.asked(2).await;
        let again = shop.post(&cart()).header("idempotency-key", KEY).send();
        let waiting = async {
            let mut database = shop.database().await;
            let count = "SELECT count(*) FROM checkouts";
            let row: (i64,) = sqlx::query_as(count)
                .fetch_one(&mut database)
                .await
                .unwrap();
            assert_eq!(row.0, 1);
            shop.neighbours.silence_pricing(false);
        };
        tokio::join!(again, waiting).0.unwrap()
    };
    let (first, second) = tokio::join!(customer, impatient);
    let first = first.unwrap();
    let replayed = [&first, &second].map(|answer| answer.headers().contains_key(REPLAYED));
    assert_eq!(replayed, [false, true]);
    let first = body(first, StatusCode::ACCEPTED).await;
    assert_eq!(body(second, StatusCode::ACCEPTED).await, first);
    assert_eq!(shop.published().await.len(), 1);
}

#[tokio::test]
async fn who_has_waited_long_enough_is_asked_to_come_again() {
    let shop = Shop::open_with(&[("IDEMPOTENCY_WAIT_MS", "50")]).await;
    shop.neighbours.silence_pricing(true);
    let customer = shop.post(&cart()).header("idempotency-key", KEY).send();
    let impatient = async {
        shop.neighbours.asked(2).await;
        let (title, _) = titled(shop.checkout_as(KEY, &cart()).await, StatusCode::CONFLICT).await;
        assert_eq!(title, "A request is outstanding for this Idempotency-Key");
        // Another cart need not wait to hear that it is another.
        let other = shop.checkout_as(KEY, &another_cart()).await;
        titled(other, StatusCode::CONFLICT).await;
        shop.neighbours.silence_pricing(false);
    };
    let (first, ()) = tokio::join!(customer, impatient);
    body(first.unwrap(), StatusCode::ACCEPTED).await;
}

#[tokio::test]
async fn a_no_is_remembered_and_a_failure_is_not() {
    let shop = Shop::open().await;
    let mut coupon = cart();
    coupon["coupon"] = json!("NOPE");
    let first = problem(
        shop.checkout_as("no", &coupon).await,
        StatusCode::UNPROCESSABLE_ENTITY,
    )
    .await;
    let heard = shop.neighbours.heard().len();
    let again = shop.checkout_as("no", &coupon).await;
    assert_eq!(again.headers()[REPLAYED], "true");
    assert_eq!(
        problem(again, StatusCode::UNPROCESSABLE_ENTITY).await,
        first
    );
    assert_eq!(
        shop.neighbours.heard().len(),
        heard,
        "pricing was asked again"
    );

    shop.neighbours
        .break_with(StatusCode::INTERNAL_SERVER_ERROR);
    let failed = shop.checkout_as("failure", &cart()).await;
    problem(failed, StatusCode::BAD_GATEWAY).await;
    shop.neighbours.mend();
    let better = shop.checkout_as("failure", &cart()).await;
    assert!(!better.headers().contains_key(REPLAYED));
    body(better, StatusCode::ACCEPTED).await;
    // What breaks a rule was never tried: the customer may correct it under the same key.
    let mut empty = cart();
    empty["lines"] = json!([]);
    let refused = shop.checkout_as("corrected", &empty).await;
    problem(refused, StatusCode::UNPROCESSABLE_ENTITY).await;
    body(
        shop.checkout_as("corrected", &cart()).await,
        StatusCode::ACCEPTED,
    )
    .await;
}

#[tokio::test]
async fn a_restarted_gateway_knows_keys_and_orders() {
    let mut shop = Shop::open().await;
    let keyed = body(shop.checkout_as(KEY, &cart()).await, StatusCode::ACCEPTED).await;
    let plain = body(shop.get("/checkout?sku=MUG-2").await, StatusCode::ACCEPTED).await;
    shop.restart_with(&[]).await;
    for accepted in [&keyed, &plain] {
        let path = accepted["order_url"].as_str().unwrap();
        let order = body(shop.get(path).await, StatusCode::OK).await;
        assert_eq!(order["state"], "accepted");
        assert_eq!(order["checkout_trace_id"], accepted["trace_id"]);
    }
    let again = shop.checkout_as(KEY, &cart()).await;
    assert_eq!(body(again, StatusCode::ACCEPTED).await, keyed);
    assert_eq!(shop.published().await.len(), 2);
}

#[tokio::test]
async fn an_order_that_the_broker_did_not_hear_is_sent_again_as_the_same_order() {
    let shop = &mut Shop::open_with(&[
        ("KAFKA_BROKERS", NOBODY),
        ("KAFKA_DELIVERY_TIMEOUT_MS", "200"),
    ])
    .await;
    let refused = shop.checkout_as(KEY, &cart()).await;
    let trace = trace_id(&refused);
    problem(refused, StatusCode::SERVICE_UNAVAILABLE).await;
    let tree = shop
        .recorder
        .trace_when(trace, |tree| tree.has("POST /checkout"));
    let tree = tree.await;
    let checkout = tree.named("business.checkout")[0];
    let (id, step) = (
        checkout.text("app.order.id"),
        checkout.text("checkout.step"),
    );
    assert_eq!(step, "publish");
    problem(
        shop.get(&format!("/orders/{id}")).await,
        StatusCode::NOT_FOUND,
    )
    .await;

    let heard = shop.neighbours.heard().len();
    shop.restart_with(&[]).await;
    let again = shop.checkout_as(KEY, &cart()).await;
    assert!(
        !again.headers().contains_key(REPLAYED),
        "nobody was told before"
    );
    let second = trace_id(&again);
    let accepted = body(again, StatusCode::ACCEPTED).await;
    assert_eq!(
        (&accepted["order_id"], &accepted["total_cents"]),
        (&json!(id), &json!(4776))
    );
    assert_eq!(accepted["trace_id"], second.to_string());
    assert_eq!(
        shop.neighbours.heard().len(),
        heard,
        "the price is the one that was written"
    );
    let tree = shop
        .recorder
        .trace_when(second, |tree| tree.has("POST /checkout"))
        .await;
    let links: Vec<_> = tree.named("POST /checkout")[0].links().collect();
    assert_eq!(
        links[0].0, trace,
        "it does not say where the order was made"
    );
    assert_eq!(shop.published().await.len(), 1);
}

#[tokio::test]
async fn an_order_whose_acknowledgement_was_lost_is_sent_twice_under_one_id() {
    let shop = Shop::open_with(&[("KAFKA_DELIVERY_TIMEOUT_MS", "4000")]).await;
    body(shop.get("/checkout?sku=MUG-2").await, StatusCode::ACCEPTED).await;
    let round_trip = |time| shop.broker.broker_round_trip_time(1, time).unwrap();
    round_trip(Duration::from_secs(10));
    let lost = shop.checkout_as(KEY, &cart()).await;
    problem(lost, StatusCode::SERVICE_UNAVAILABLE).await;
    round_trip(Duration::ZERO);
    let deadline = Instant::now() + PATIENCE;
    let accepted = loop {
        let again = shop.checkout_as(KEY, &cart()).await;
        if again.status() == StatusCode::ACCEPTED {
            break body(again, StatusCode::ACCEPTED).await;
        }
        assert!(Instant::now() < deadline, "{}", again.text().await.unwrap());
    };
    let published = shop.published().await;
    let of_the_key = published.iter().filter(|one| one.order.lines.len() == 2);
    let ids: Vec<_> = of_the_key.map(|one| json!(one.key)).collect();
    assert!(ids.len() >= 2, "the broker did not hear the first one");
    assert!(ids.iter().all(|id| *id == accepted["order_id"]), "{ids:?}");
}

#[tokio::test]
async fn after_a_crash_between_writing_and_sending_the_retry_sends_the_written_order() {
    let mut shop = Shop::open().await;
    body(shop.get("/checkout?sku=MUG-2").await, StatusCode::ACCEPTED).await;
    shop.broker.broker_down(1).unwrap();
    let customer = shop.post(&cart()).header("idempotency-key", KEY);
    let customer = shared_telemetry::task::spawn(customer.send());
    let mut database = shop.database().await;
    let written = "SELECT order_id FROM checkouts WHERE stage = 'written'";
    let deadline = Instant::now() + PATIENCE;
    let (id,): (String,) = loop {
        let found = sqlx::query_as(written).fetch_optional(&mut database);
        if let Some(found) = found.await.unwrap() {
            break found;
        }
        assert!(Instant::now() < deadline, "never written");
    };
    shop.kill_and_restart().await;
    customer.abort();
    // As if the first one's time were over.
    change(&mut database, "UPDATE checkouts SET held_until_ms = 0").await;
    database.close().await.unwrap();
    shop.broker.broker_up(1).unwrap();
    let again = body(shop.checkout_as(KEY, &cart()).await, StatusCode::ACCEPTED).await;
    assert_eq!(again["order_id"], id);
}

#[tokio::test]
async fn after_a_day_the_key_names_a_new_order_and_the_old_one_is_still_known() {
    let shop = Shop::open().await;
    let first = body(shop.checkout_as(KEY, &cart()).await, StatusCode::ACCEPTED).await;
    let mut database = shop.database().await;
    let a_day = "UPDATE checkouts SET created_at_ms = created_at_ms - 86400000";
    change(&mut database, a_day).await;
    let second = shop.checkout_as(KEY, &another_cart()).await;
    let second = body(second, StatusCode::ACCEPTED).await;
    assert_ne!(first["order_id"], second["order_id"]);
    let old = shop.get(first["order_url"].as_str().unwrap()).await;
    assert_eq!(body(old, StatusCode::OK).await["state"], "accepted");
}

#[tokio::test]
async fn while_the_database_is_away_a_key_is_a_503_and_an_order_without_one_is_taken() {
    let shop = Shop::open().await;
    let mut database = shop.database().await;
    let locked = database.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let refused = shop.checkout_as(KEY, &cart()).await;
    assert!(refused.headers().contains_key("retry-after"));
    let detail = problem(refused, StatusCode::SERVICE_UNAVAILABLE).await;
    assert!(detail.contains("the same Idempotency-Key"), "{detail}");
    assert!(shop.published().await.is_empty());
    let plain = shop.get("/checkout?sku=MUG-2").await;
    body(plain, StatusCode::ACCEPTED).await;
    assert_eq!(shop.published().await.len(), 1);
    drop(locked);
    database.close().await.unwrap();
    let again = shop.checkout_as(KEY, &cart()).await;
    body(again, StatusCode::ACCEPTED).await;
}
