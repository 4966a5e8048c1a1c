//! The sampled flag: whole traces or none, and what happens to a system where one service does
//! not follow.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

use system_tests::DemoBuilder;

fn demo() -> DemoBuilder {
    DemoBuilder::new(env!("CARGO_BIN_EXE_demo-under-test"))
}

#[tokio::test]
async fn with_a_root_ratio_of_one_half_checkouts_are_whole_or_not_there() {
    let demo = demo()
        .env("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
        .env("OTEL_TRACES_SAMPLER_ARG", "0.5")
        .start();
    let mut sampled = Vec::new();
    let mut unsampled = Vec::new();
    for _ in 0..40 {
        let answer = demo
            .get("gateway", "/checkout?sku=TEAPOT-1&quantity=1")
            .await;
        let flags = answer.headers["traceresponse"]
            .to_str()
            .unwrap()
            .ends_with(['1', '3']);
        if flags { &mut sampled } else { &mut unsampled }.push(answer.trace_id());
    }
    // Beyond 2 to 38 of 40 a fair coin falls once in 10⁹ runs.
    assert!(
        (3..=37).contains(&sampled.len()),
        "{} of 40 were sampled",
        sampled.len()
    );
    for id in &sampled {
        let trace = demo
            .trace_when(id, |trace| {
                let ends = ["GET /checkout", "GET /quote/{sku}"];
                ends.iter().all(|name| trace.has(name)) && trace.orphans() == 0
            })
            .await;
        for name in ["GET /checkout", "GET /quote/{sku}"] {
            assert!(
                trace.has(name),
                "half a trace, without {name}: {}",
                trace.names()
            );
        }
        assert_eq!(trace.orphans(), 0, "{}", trace.names());
    }
    for id in &unsampled {
        let answer = demo.get("viewer", &format!("/api/traces/{id}")).await;
        let spans = answer.json["spans"].as_array().map_or(0, Vec::len);
        assert_eq!(spans, 0, "an unsampled trace left spans: {}", answer.json);
    }
}

#[tokio::test]
async fn a_service_that_decides_for_itself_leaves_half_traces() {
    let demo = demo()
        .env("OTEL_TRACES_SAMPLER", "parentbased_always_off")
        .set("pricing.OTEL_TRACES_SAMPLER=always_on")
        .start();
    let answer = demo
        .get("gateway", "/checkout?sku=TEAPOT-1&quantity=1")
        .await;
    let trace = demo
        .trace_when(&answer.trace_id(), |trace| trace.orphans() > 0)
        .await;
    assert!(
        trace.spans().all(|span| span.service() == "pricing"),
        "{}",
        trace.names()
    );
    assert_eq!(
        trace.orphans(),
        1,
        "pricing's span names a parent that nobody recorded"
    );
}
