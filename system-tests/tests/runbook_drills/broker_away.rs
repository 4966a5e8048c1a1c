//! kafka-unavailable.md.

use system_tests::{Demo, cart};

use crate::demo;
use crate::page::Drill;

/// What a probe of a service says, once it has this status.
async fn probe(demo: &Demo, service: &str, path: &str, status: u16) -> String {
    let url = format!("{}{path}", demo.url(service));
    let asked = async || {
        let answer = reqwest::get(&url).await.ok()?;
        (answer.status() == status).then_some(answer)
    };
    let patience = std::time::Duration::from_secs(40);
    let what = format!("{status} of {service}{path}");
    let answer = system_tests::until(&what, patience, asked).await;
    answer.text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_broker_nothing_is_promised_and_the_probes_say_why() {
    let drill = Drill::of("kafka-unavailable.md");
    // As on the page, but that fulfillment notices it sooner than after the usual session.
    let session = "fulfillment.KAFKA_SESSION_TIMEOUT_MS=2000";
    let demo = demo().set(session).start();
    demo.take_broker_away();
    let refused = demo.checkout(&cart(), &[]).await;
    assert_eq!(refused.status.as_u16(), 503, "{}", refused.json);
    drill.shows(
        "the order is not accepted: the message broker did not acknowledge the order, please try again",
        &refused.json.to_string(),
    );
    let unready = probe(&demo, "gateway", "/readyz", 503).await;
    drill.shows("no message broker answers", &unready);
    let unready = probe(&demo, "fulfillment", "/readyz", 503).await;
    drill.shows("no partition is assigned to this consumer", &unready);
    let alive = probe(&demo, "gateway", "/healthz", 200).await;
    drill.shows("ok", &alive);

    demo.bring_broker_back();
    for service in ["gateway", "fulfillment"] {
        probe(&demo, service, "/readyz", 200).await;
    }
    demo.order().await;
}
