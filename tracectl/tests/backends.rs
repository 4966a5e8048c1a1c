//! Other backends than the viewer: Jaeger and Tempo by what they really answered once, Loki and
//! Prometheus by answers of the same form.

mod canned;

use canned::{Server, run};

/// Its id begins with zeros, which Tempo's search leaves away.
const PRODUCER: &str = "00a1b2c3d4e5f60718293a4b5c6d7e8f";
const CONSUMER: &str = "b7ad6b7169203331c0ffee0000000001";

fn jaeger() -> Server {
    let trace = |id: &str| format!("/api/v3/traces/{id}");
    Server::default()
        .answer(
            "/api/v3/services",
            include_str!("replies/jaeger/services.json"),
        )
        .answer("/api/v3/traces", include_str!("replies/jaeger/linked.json"))
        .answer(&trace(PRODUCER), include_str!("replies/jaeger/trace.json"))
        .answer(&trace(CONSUMER), include_str!("replies/jaeger/linked.json"))
}

fn tempo() -> Server {
    let trace = |id: &str| format!("/api/v2/traces/{id}");
    Server::default()
        .answer(
            "/api/v2/search/tag/resource.service.name/values",
            include_str!("replies/tempo/tag-values-service-name.json"),
        )
        .answer(
            "/api/search",
            include_str!("replies/tempo/search-link-stripped-id.json"),
        )
        .answer(
            &trace(PRODUCER),
            include_str!("replies/tempo/trace-v2.json"),
        )
        .answer(
            &trace(CONSUMER),
            include_str!("replies/tempo/trace-v2-linked.json"),
        )
}

async fn tree(server: Server, kind: &str, trace_id: &str) -> String {
    let backend = format!("{kind}={{server}}");
    let out = run(server, &["tree", trace_id, "--backend", &backend]).await;
    assert_eq!(out.code, 0, "{}", out.stderr);
    out.stdout
}

#[tokio::test]
async fn a_tree_is_read_from_jaeger_with_the_link_from_either_end() {
    shows_the_link_from_either_end(jaeger, "jaeger").await;
}

#[tokio::test]
async fn a_tree_is_read_from_tempo_with_the_link_from_either_end() {
    shows_the_link_from_either_end(tempo, "tempo").await;
}

async fn shows_the_link_from_either_end(server: fn() -> Server, kind: &str) {
    let from_producer = tree(server(), kind, PRODUCER).await;
    assert!(
        from_producer.contains("← linked from fulfillment CONSUMER `process order.created`"),
        "{from_producer}"
    );
    assert!(
        from_producer.contains(&format!("linked trace {CONSUMER}")),
        "{from_producer}"
    );
    let from_consumer = tree(server(), kind, CONSUMER).await;
    assert!(
        from_consumer.contains(&format!("linked trace {PRODUCER}")),
        "{from_consumer}"
    );
}

#[tokio::test]
async fn both_show_the_same_tree_of_the_same_trace() {
    let words = [
        "post /checkout",
        "get ",
        "get /quote/{sku}",
        "send order.created",
        " server ",
        " client ",
        " producer ",
        " error ",
    ];
    let shape = |tree: String| {
        let tree = tree.to_lowercase();
        words.map(|word| tree.matches(word).count())
    };
    let jaeger = shape(tree(jaeger(), "jaeger", PRODUCER).await);
    let tempo = shape(tree(tempo(), "tempo", PRODUCER).await);
    assert_eq!(jaeger, tempo);
    assert!(jaeger.iter().all(|count| *count > 0), "{jaeger:?}");
}

#[tokio::test]
async fn a_trace_that_a_backend_does_not_have_is_exit_code_1() {
    let absent = "4bf92f3577b34da6a3ce929d0e0e4736";
    // Jaeger says 404, Tempo 200 with nothing in it.
    let empty = include_str!("replies/tempo/trace-v2-unknown.json");
    let tempo = tempo().answer(&format!("/api/v2/traces/{absent}"), empty);
    for (server, backend) in [(jaeger(), "jaeger={server}"), (tempo, "tempo={server}")] {
        let out = run(server, &["tree", absent, "--backend", backend]).await;
        assert_eq!(out.code, 1, "{}", out.stderr);
        assert!(
            out.stderr.contains("is not in the backend"),
            "{}",
            out.stderr
        );
    }
}

/// A shop in whose backends one order is: the viewer's canned one, beside Loki and Prometheus.
fn stack(exemplar: &str) -> Server {
    let checkout = "4bf92f3577b34da6a3ce929d0e0e4736";
    let behind = "91ab0000000000000000000000000001";
    let state = format!(
        r#"{{"state":"reserved","checkout_trace_id":"{checkout}","fulfillment_trace_id":"{behind}"}}"#
    );
    let lines = format!(
        r#"{{"status":"success","data":{{"resultType":"streams","result":[{{"stream":{{"service_name":"gateway","trace_id":"{checkout}","span_id":"00f067aa0ba90201"}},"values":[["1","checkout of verify@example.com"]]}}]}}}}"#
    );
    let calls = ["gateway", "pricing", "fulfillment"].map(|service| {
        format!(r#"{{"metric":{{"service_name":"{service}"}},"value":[1.5,"12"]}}"#)
    });
    let calls = format!(
        r#"{{"status":"success","data":{{"resultType":"vector","result":[{}]}}}}"#,
        calls.join(",")
    );
    let exemplars = format!(
        r#"{{"status":"success","data":[{{"seriesLabels":{{}},"exemplars":[{{"labels":{{"trace_id":"{exemplar}"}},"value":"0.1","timestamp":1.5}}]}}]}}"#
    );
    Server::default()
        .answer("/api/services", r#"{"services":[]}"#)
        .answer("/api/traces", r#"{"traces":[]}"#)
        .answer(
            "/checkout",
            &format!(r#"{{"order_id":"o-1","trace_id":"{checkout}"}}"#),
        )
        .answer("/orders/o-1", &state)
        .trace(checkout, include_str!("canned/checkout.json"))
        .trace(behind, include_str!("canned/fulfillment.json"))
        .answer("/loki/api/v1/labels", r#"{"status":"success","data":[]}"#)
        .answer("/loki/api/v1/query_range", &lines)
        .answer(
            "/api/v1/status/buildinfo",
            r#"{"status":"success","data":{"version":"3.15.0"}}"#,
        )
        .answer("/api/v1/query", &calls)
        .answer("/api/v1/query_exemplars", &exemplars)
}

async fn verify(server: Server) -> String {
    let mut arguments = vec!["verify", "--gateway", "{server}", "--timeout", "1s"];
    for backend in ["viewer={server}", "loki={server}", "prometheus={server}"] {
        arguments.extend(["--backend", backend]);
    }
    let out = run(server, &arguments).await;
    assert_eq!(out.code, 1, "{}", out.stderr);
    out.stdout
}

#[tokio::test]
async fn log_lines_come_from_loki_where_it_is_named() {
    let report = verify(stack("4bf92f3577b34da6a3ce929d0e0e4736")).await;
    assert!(report.contains("in viewer:\n"), "{report}");
    // One line of gateway is there, none of pricing.
    assert!(
        report.contains("✗ checkout logs: pricing has no log line under trace"),
        "{report}"
    );
}

#[tokio::test]
async fn the_customers_address_in_a_log_line_is_found() {
    let report = verify(stack("4bf92f3577b34da6a3ce929d0e0e4736")).await;
    assert!(
        report.contains("✗ no canary: the customer's e-mail address can be read in telemetry"),
        "{report}"
    );
}

#[tokio::test]
async fn a_service_without_rates_is_named_and_an_exemplar_opens() {
    let report = verify(stack("4bf92f3577b34da6a3ce929d0e0e4736")).await;
    assert!(report.contains("in prometheus:\n"), "{report}");
    assert!(
        report.contains("✗ RED metrics: there are no calls of inventory"),
        "{report}"
    );
    assert!(
        report.contains("✓ exemplars open: 1 of 1 in viewer"),
        "{report}"
    );
}

#[tokio::test]
async fn an_exemplar_that_opens_nothing_is_found() {
    let report = verify(stack("0000000000000000000000000000beef")).await;
    assert!(
        report.contains("✗ exemplars open: 1 of 1 exemplars do not open in viewer"),
        "{report}"
    );
}

#[tokio::test]
async fn logs_and_metrics_alone_are_exit_code_2_and_no_order_is_placed() {
    let server = stack(PRODUCER);
    let posted = server.posted.clone();
    let arguments = [
        "verify",
        "--gateway",
        "{server}",
        "--backend",
        "loki={server}",
    ];
    let out = run(server, &arguments).await;
    assert_eq!(out.code, 2);
    assert!(
        out.stderr.contains("names nothing that holds traces"),
        "{}",
        out.stderr
    );
    assert_eq!(posted.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn an_unknown_backend_is_exit_code_2_and_says_what_is_accepted() {
    let arguments = [
        "verify",
        "--gateway",
        "{server}",
        "--backend",
        "zipkin={server}",
    ];
    let out = run(Server::default(), &arguments).await;
    assert_eq!(out.code, 2);
    assert!(
        out.stderr
            .contains("accepted are viewer, jaeger, tempo, loki, prometheus"),
        "{}",
        out.stderr
    );
}
