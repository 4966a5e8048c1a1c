//! Starts every configuration of `collector/`, merged as its README says, with the collector's own
//! program and stand-ins for the backends, and judges what comes out.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

mod collector;
mod kinds;
mod load;
mod losses;
mod outages;
mod program;
mod secrets;
mod shares;
mod stack;
mod telemetry;
mod tiers;
mod whole;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use serde_json::json;
use system_tests::collector::folder;
use system_tests::until;

use program::{components, otelcol};
use secrets::{INNOCENT, Secrets};
use stack::{Stack, files};
use telemetry::{all, before, span, spans, text, told, trace_id, traces};

/// Nothing that a test waits for takes longer on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

#[tokio::test]
async fn every_configuration_starts_and_is_healthy() {
    let Some(program) = otelcol() else { return };
    let mut roles = Vec::new();
    for role in ["single", "agent", "loadbalancer", "sampler"] {
        roles.push(files(role));
    }
    let by_dns = files("loadbalancer").into_iter().map(|file| {
        let list = file.ends_with("samplers-by-list.yaml");
        if list {
            folder().join("samplers-by-dns.yaml")
        } else {
            file
        }
    });
    roles.push(by_dns.collect());
    let graph = folder().join("service-graph.yaml");
    if components(&program).contains("service_graph") {
        roles.push([files("single"), vec![graph]].concat());
    } else {
        println!(
            "left out: {}: this collector has no service_graph",
            graph.display()
        );
    }
    for files in roles {
        // With nothing set, as compose starts it, it must at least be understood.
        let mut validate = std::process::Command::new(&program);
        validate.arg("validate");
        for file in &files {
            validate.arg(format!("--config={}", file.display()));
        }
        assert!(validate.status().unwrap().success());
        // No name is asked for in a test: localhost has an address everywhere.
        let dns = [("SAMPLERS_DNS", "localhost")];
        Stack::new(&program, files, &dns).start_collector().await;
    }
}

#[tokio::test]
async fn no_secret_passes_the_collector() {
    let Some(program) = otelcol() else { return };
    let mut stack = Stack::new(&program, files("single"), &[]);
    stack.start_backends().await;
    stack.start_collector().await;
    let secrets = Secrets::default();
    let trace = trace_id(1);
    let requests = [
        ("traces", secrets.traces(&trace)),
        ("logs", secrets.logs()),
        ("metrics", secrets.metrics()),
    ];
    let sent: String = requests
        .iter()
        .map(|(_, request)| request.to_string())
        .collect();
    assert_eq!(
        secrets.found_in(&sent).len(),
        secrets.count(),
        "the check itself is blind"
    );
    for (signal, request) in &requests {
        stack.send(signal, request).await;
    }
    let expected = spans(&[requests[0].1.clone()]).len();
    stack
        .wait("spans, logs and metrics", async || {
            let came = |backend: &str| spans(&stack.requests(backend)).len() == expected;
            let metrics = stack.text("prometheus");
            // The metrics that are made of those spans too.
            let metrics = metrics.contains("innocent") && metrics.contains("traces.span.metrics");
            let logs = stack.text("loki").contains("the last one");
            (came("tempo") && came("jaeger") && metrics && logs).then_some(())
        })
        .await;
    for backend in ["tempo", "jaeger", "loki", "prometheus"] {
        let leaks = secrets.found_in(&stack.text(backend));
        assert!(leaks.is_empty(), "to {backend}:\n{}", leaks.join("\n"));
    }
    let kept = stack.requests("tempo");
    let root = spans(&kept)
        .into_iter()
        .find(|span| span["name"] == "root")
        .unwrap();
    let logs = stack.requests("loki");
    let records = all(&logs, &["resourceLogs", "scopeLogs", "logRecords"]);
    let last = records.last().unwrap();
    for (number, innocent) in INNOCENT.iter().enumerate() {
        let key = format!("app.innocent.{number}");
        assert_eq!(told(root, &key), Some(*innocent));
        assert_eq!(told(last, &key), Some(*innocent));
    }
    assert_eq!(told(root, "app.password"), Some("[redacted:collector]"));
    assert_eq!(
        told(root, "app.form.0"),
        Some("no mailbox [redacted:collector] here")
    );
}

#[tokio::test]
async fn rates_are_of_all_spans_and_exemplars_of_kept_traces() {
    let Some(program) = otelcol() else { return };
    let settings = [
        ("TAIL_QUIET_SPANS_PER_SECOND", "0"),
        ("TAIL_CHECKOUT_PERCENT", "5"),
        ("TAIL_BASELINE_PERCENT", "5"),
    ];
    let mut stack = Stack::new(&program, files("single"), &settings);
    stack.start_backends().await;
    stack.start_collector().await;
    let kind_of = kinds::send(&stack).await;

    let decided = "otelcol_processor_tail_sampling_global_count_traces_sampled";
    stack
        .wait(
            "decision on every trace, or metric of every span",
            async || {
                let all_decided = stack.own_metric(decided, "").await >= kind_of.len() as f64;
                let kept = stack.own_metric(decided, "sampled=\"true\"").await;
                let delivered = spans(&stack.requests("tempo")).len() as f64 >= 2.0 * kept;
                // Both instances of the gateway are in one series: what is not summed up is missed here.
                let calls = kinds::calls(&stack.backends);
                let counted = ["gateway", "pricing"].map(|service| calls.get(service).copied());
                let all_counted = counted == [Some(kind_of.len()); 2];
                (all_decided && delivered && all_counted).then_some(())
            },
        )
        .await;

    let mut kept: HashMap<String, usize> = HashMap::new();
    for span in spans(&stack.requests("tempo")) {
        *kept
            .entry(span["traceId"].as_str().unwrap().to_owned())
            .or_default() += 1;
    }
    assert!(
        kept.values().all(|spans| *spans == 2),
        "a trace is kept whole or not at all"
    );
    let wrong: Vec<_> = kind_of
        .iter()
        .filter(|(trace, kind)| kept.contains_key(*trace) != kinds::kept(kind, trace, 5.0))
        .collect();
    assert!(wrong.is_empty(), "kept or dropped by mistake: {wrong:?}");
    let exemplars = stack
        .wait("exemplar", async || {
            let found = kinds::exemplars(&stack.requests("prometheus"));
            (!found.is_empty()).then_some(found)
        })
        .await;
    let foreign: Vec<_> = exemplars
        .iter()
        .filter(|trace| !kept.contains_key(*trace))
        .collect();
    assert!(
        foreign.is_empty(),
        "exemplars of dropped traces: {foreign:?}"
    );
}

#[tokio::test]
async fn what_a_dead_backend_was_owed_is_delivered_after_a_kill() {
    let Some(program) = otelcol() else { return };
    let mut stack = Stack::new(&program, files("single"), &[]);
    stack.start_collector().await;
    let mut owed = Vec::new();
    for number in 0..300 {
        let mut span = span(&trace_id(number), 1, "failed");
        span["status"] = json!({ "code": 2 });
        owed.push(span);
    }
    let lines: Vec<_> = (0..200)
        .map(|number| json!({ "body": text(format!("line {number}")), "timeUnixNano": before(0) }))
        .collect();
    let logs = json!({ "resourceLogs": [{ "scopeLogs": [{ "logRecords": lines }] }] });
    stack.send("traces", &traces("gateway", "a", &owed)).await;
    stack.send("logs", &logs).await;
    stack
        .wait("full queues", async || {
            let taken = "otelcol_exporter_enqueue_size_count";
            let tempo = stack.own_metric(taken, "otlp_grpc/tempo").await;
            let jaeger = stack.own_metric(taken, "otlp_grpc/jaeger").await;
            let loki = stack.own_metric(taken, "otlp_http/loki").await;
            (tempo >= 300.0 && jaeger >= 300.0 && loki >= 1.0).then_some(())
        })
        .await;
    stack.kill_collector();
    stack.start_collector().await;
    stack.start_backends().await;
    stack
        .wait("delivery", async || {
            let came = |backend: &str| {
                let requests = stack.requests(backend);
                let spans = spans(&requests);
                let distinct: HashSet<_> =
                    spans.iter().map(|span| span["traceId"].as_str()).collect();
                distinct.len() == owed.len()
            };
            let logs = stack.requests("loki");
            let logs = all(&logs, &["resourceLogs", "scopeLogs", "logRecords"]).len();
            (came("tempo") && came("jaeger") && logs >= lines.len()).then_some(())
        })
        .await;
}
