//! Messages that the gateway would never send: twice, out of order, too long, empty, of another
//! version, without a context or with a broken one.

use std::collections::HashSet;
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use system_tests::Ledger;
use system_tests::ledger::LedgerSpan;

use crate::broker::until;
use crate::post::{Field, Post, mugs_taken, nothing_waits, order, traceparent};
use crate::shop;

/// From the first good order to the last, with all that is wrong in between, on a busy machine. Were
/// it tried again as others are, it would be 7.7 seconds and more.
const NOT_DELAYED: Duration = Duration::from_secs(7);

/// The process spans of `messages` messages, once they have arrived.
async fn processed(ledger: &Ledger, messages: usize) -> Vec<LedgerSpan> {
    let all = || {
        ledger.read(|spans| {
            let processed = spans
                .iter()
                .filter(|span| &*span.name == "process order.created");
            processed.cloned().collect::<Vec<_>>()
        })
    };
    until("a process span for each message", async || {
        all().len() >= messages
    })
    .await;
    let all = all();
    assert_eq!(all.len(), messages);
    all
}

/// The process spans that link to this producer, and how many of them say that they changed
/// nothing.
fn linked(processed: &[LedgerSpan], producer: (u128, u64)) -> (usize, usize) {
    let linked = processed.iter().filter(|span| *span.links == [producer]);
    let duplicate =
        |span: &&LedgerSpan| span.events.iter().any(|name| &**name == "order.duplicate");
    (linked.clone().count(), linked.filter(duplicate).count())
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_come_twice_and_in_any_order_take_stock_once_and_each_has_its_span() {
    const ORDERS: u64 = 10;
    let (demo, ledger) = shop().await;
    let demo = demo.start();
    let post = Post::at(&demo.url("kafka"));
    let first = |number: u64| (0xa000 + u128::from(number), 0xa000 + number);
    let other = |number: u64| (0xb000 + u128::from(number), 0xb000 + number);
    let send = async |number: u64, producer| {
        let mut order = order(number);
        // The last to come is the first that was placed.
        order.created_at_ms -= number * 60_000;
        let context = traceparent(producer);
        let headers: [Field<'_>; 1] = [("traceparent", Some(context.as_bytes()))];
        post.send(Some(&order.encode()), &headers).await;
    };
    for number in 0..ORDERS {
        send(number, first(number)).await;
    }
    for number in 0..ORDERS {
        // Half of them as they were, the others from another trace.
        let again = if number < 5 { first } else { other };
        send(number, again(number)).await;
    }
    nothing_waits(&demo, 20).await;
    for number in 0..ORDERS {
        let order = demo
            .order_in_state(&order(number).order_id, "reserved")
            .await;
        let trace = format!("{:032x}", first(number).0);
        assert_eq!(
            order["checkout_trace_id"], trace,
            "the first to come counts"
        );
    }
    assert_eq!(mugs_taken(&demo).await, ORDERS);
    let processed = processed(&ledger, 20).await;
    for number in 0..ORDERS {
        let (same, another) = if number < 5 {
            ((2, 1), (0, 0))
        } else {
            ((1, 0), (1, 1))
        };
        assert_eq!(linked(&processed, first(number)), same, "order {number}");
        assert_eq!(linked(&processed, other(number)), another, "order {number}");
    }
    assert!(processed.iter().all(|span| !span.failed));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_order_is_put_aside_and_the_orders_between_are_not_delayed() {
    let (demo, ledger) = shop().await;
    let demo = demo.start();
    let post = Post::at(&demo.url("kafka"));
    let long = vec![b' '; 1_100_000];
    let mut newer = order(99);
    newer.version = "2.0".to_owned();
    let newer = newer.encode();
    let poison: [(Option<&[u8]>, &str); 5] = [
        (Some(&long), "1100000 bytes"),
        (None, "no value"),
        (Some(b"\xff\xfe\x00"), "not an order.created event"),
        (Some(&newer), "version \"2.0\" is unknown"),
        (Some(b"{\"version\":\"1.0\"}"), "missing field"),
    ];
    let good = |number: usize| (0xa000 + number as u128, 0xa000 + number as u64);
    let bad = |number: usize| (0xb000 + number as u128, 0xb000 + number as u64);
    for (number, (payload, _)) in poison.iter().enumerate() {
        let context = traceparent(good(number));
        let headers: [Field<'_>; 1] = [("traceparent", Some(context.as_bytes()))];
        post.send(Some(&order(number as u64).encode()), &headers)
            .await;
        let context = traceparent(bad(number));
        let headers: [Field<'_>; 1] = [("traceparent", Some(context.as_bytes()))];
        post.send(*payload, &headers).await;
    }
    post.send(Some(&order(5).encode()), &[]).await;
    nothing_waits(&demo, 11).await;
    for number in 0..6 {
        demo.order_in_state(&order(number).order_id, "reserved")
            .await;
    }
    assert_eq!(mugs_taken(&demo).await, 6);
    let letters = post.dead_letters(poison.len()).await;
    for (number, (letter, (_, told))) in letters.iter().zip(poison).enumerate() {
        assert!(letter["error"].contains(told), "{letter:?}");
        assert_eq!(letter["original.traceparent"], traceparent(bad(number)));
        assert_eq!(letter["original.offset"], (2 * number + 1).to_string());
        assert_eq!(letter["attempts"], "0", "it is not tried again");
    }
    let processed = processed(&ledger, 11).await;
    for span in &processed {
        let poison = span.links.iter().any(|link| link.0 >= 0xb000);
        assert_eq!(span.failed, poison, "{span:?}");
    }
    let good = || processed.iter().filter(|span| !span.failed);
    let begin = good().map(|span| span.time.0).min().unwrap();
    let end = good().map(|span| span.time.1).max().unwrap();
    let taken = Duration::from_nanos(end - begin);
    assert!(taken < NOT_DELAYED, "{taken:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cart_of_a_megabyte_is_refused_at_the_edge_and_nothing_is_sent() {
    let (demo, ledger) = shop().await;
    let demo = demo.start();
    let cart = json!({"coupon": "x".repeat(1 << 20)});
    let answer = demo.checkout(&cart, &[]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    let trace = u128::from_str_radix(&answer.trace_id(), 16).unwrap();
    let arrived = async || ledger.read(|spans| spans.iter().any(|span| span.trace == trace));
    until("its span is exported", arrived).await;
    let names = ledger.read(|spans| {
        let of_it = spans.iter().filter(|span| span.trace == trace);
        of_it.map(|span| span.name.to_string()).collect::<Vec<_>>()
    });
    assert_eq!(names, ["POST /checkout"]);
}

/// What a message brings, and the span that it is to be linked to.
struct Brought {
    what: String,
    headers: Vec<(String, Option<Vec<u8>>)>,
    link: Option<(u128, u64)>,
}

fn brought(what: &str, headers: &[(&str, Option<&[u8]>)], link: Option<(u128, u64)>) -> Brought {
    let headers = headers.iter();
    Brought {
        what: what.to_owned(),
        headers: headers
            .map(|(name, value)| ((*name).to_owned(), value.map(<[u8]>::to_vec)))
            .collect(),
        link,
    }
}

const IDS: (u128, u64) = (
    0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736,
    0x00f0_67aa_0ba9_02b7,
);
const GOOD: &[u8] = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const OTHER: &[u8] = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// Null, repeated and binary headers, and contexts that break W3C's rules one by one.
fn of_w3c() -> Vec<Brought> {
    let parent = "traceparent";
    let mut all = vec![
        brought("no header", &[], None),
        brought("a null value", &[(parent, None)], None),
        brought("an empty value", &[(parent, Some(b""))], None),
        brought("a binary value", &[(parent, Some(b"\xff\x00\xfe"))], None),
        brought(
            "twice",
            &[(parent, Some(OTHER)), (parent, Some(GOOD))],
            Some(IDS),
        ),
        brought(
            "null behind it",
            &[(parent, Some(GOOD)), (parent, None)],
            None,
        ),
        brought(
            "garbage before it",
            &[(parent, Some(b"?")), (parent, Some(GOOD))],
            Some(IDS),
        ),
        brought("another case", &[("TraceParent", Some(GOOD))], Some(IDS)),
        brought(
            "a binary tracestate and baggage",
            &[
                (parent, Some(GOOD)),
                ("tracestate", Some(b"\xff")),
                ("baggage", Some(b"\xff\x00")),
            ],
            Some(IDS),
        ),
        brought("a tracestate alone", &[("tracestate", Some(b"a=1"))], None),
        brought("a null baggage", &[("baggage", None)], None),
    ];
    for malformed in [
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00F067AA0BA902B7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
        "0-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    ] {
        all.push(brought(
            malformed,
            &[(parent, Some(malformed.as_bytes()))],
            None,
        ));
    }
    all
}

/// The vectors of B3 on which all SDKs agree. Where a header comes twice they are about HTTP; of
/// Kafka's the last one counts, which [`of_w3c`] has.
fn of_b3() -> Vec<Brought> {
    const VECTORS: &str =
        include_str!("../../../shared-telemetry/tests/data/b3_extract_vectors.json");
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    let agreed = vectors["vectors"].as_array().unwrap().iter();
    let agreed = agreed.filter(|vector| vector["level"] == "consensus");
    agreed
        .map(|vector| {
            let headers: Vec<(String, String)> =
                serde_json::from_value(vector["headers"].clone()).unwrap();
            let hex = |key: &str| vector["expect"][key].as_str();
            let link = hex("trace_id").zip(hex("span_id")).map(|(trace, span)| {
                let trace = u128::from_str_radix(trace, 16).unwrap();
                (trace, u64::from_str_radix(span, 16).unwrap())
            });
            Brought {
                what: format!("{} {}", vector["id"], vector["name"]),
                headers: headers
                    .into_iter()
                    .map(|(name, value)| (name, Some(value.into_bytes())))
                    .collect(),
                link,
            }
        })
        .filter(|brought| {
            let names = brought.headers.iter().map(|(name, _)| name.to_lowercase());
            names.collect::<HashSet<_>>().len() == brought.headers.len()
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_context_that_is_missing_or_broken_is_no_link_and_the_order_is_fulfilled_all_the_same() {
    let (demo, ledger) = shop().await;
    let demo = demo
        .set("fulfillment.OTEL_PROPAGATORS=tracecontext,baggage,b3")
        // Some of the contexts are not sampled, and under ParentBased nothing would tell of their messages.
        .set("fulfillment.OTEL_TRACES_SAMPLER=always_on");
    let demo = demo.start();
    let post = Post::at(&demo.url("kafka"));
    let brought: Vec<_> = of_w3c().into_iter().chain(of_b3()).collect();
    assert!(brought.len() > 130, "{}", brought.len());
    for (number, brought) in brought.iter().enumerate() {
        let headers: Vec<Field<'_>> = brought
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_deref()))
            .collect();
        post.send(Some(&order(number as u64).encode()), &headers)
            .await;
    }
    nothing_waits(&demo, brought.len()).await;
    assert_eq!(mugs_taken(&demo).await, brought.len() as u64);
    let processed = processed(&ledger, brought.len()).await;
    for (number, brought) in brought.iter().enumerate() {
        let id = order(number as u64).order_id;
        let span = processed
            .iter()
            .find(|span| span.order.as_deref() == Some(&id));
        let span = span.unwrap_or_else(|| panic!("no span: {}", brought.what));
        assert!(!span.failed, "{}", brought.what);
        let links: Vec<_> = brought.link.into_iter().collect();
        assert_eq!(*span.links, links, "{}", brought.what);
    }
}
