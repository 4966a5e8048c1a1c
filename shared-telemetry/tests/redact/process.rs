//! A program that is careless with secrets in every way, run as a process of its own.

use std::collections::HashMap;
use std::process::Stdio;
use std::time::Duration;

use opentelemetry::Context;
use shared_telemetry::metrics::{Counter, Instrument, Metric};
use shared_telemetry::names::Seen;
use shared_telemetry::propagation::{Format, Propagation};
use shared_telemetry::{Service, Telemetry, current, error, redact};
use tokio::process::Command;

use crate::collector::Collector;

/// Unset in an ordinary run of the tests.
const PROGRAM: &str = "CARELESS";

/// A part of each secret that the program lets slip; no secret has two.
const CANARIES: [&str; 22] = [
    "name.canary@",
    "key.canary@",
    "value.canary@",
    "list.canary@",
    "status.canary@",
    "4242424242424242",
    "5555555555554444",
    "4000056655665556",
    "6011000990139424",
    "event.canary@",
    "s3cretFieldCanary",
    "stack.canary@",
    "body.canary@",
    "s3cretJsonCanary",
    "s3cretMapCanary",
    "s3cretTraceCanary",
    "voucherCanary",
    "metric.canary@",
    "resource.canary@",
    "state.canary@",
    "baggage.canary@",
    "propertyCanary4",
];
/// What is no secret leaves as it is.
const HARMLESS: [&str; 4] = ["TEAPOT-1", "1760000000000000000", "kept=1", "tier=gold"];

#[derive(Debug, thiserror::Error)]
#[error("no mailbox stack.canary@example.com")]
struct NoMailbox(#[source] Refused);

#[derive(Debug, thiserror::Error)]
#[error("POST /login?password=s3cretTraceCanary is refused")]
struct Refused;

/// `tracing` has no maps: a program shows them by `Debug`.
#[derive(Debug)]
#[allow(dead_code)] // Read by `Debug`.
struct Login {
    user: u8,
    password: &'static str,
}

const SENT: Metric = Metric::ours(
    "app.sent",
    Instrument::Counter,
    "{letter}",
    &["app.to"],
    Seen::Always,
    "letters",
);
static LETTERS: Counter = Counter::new(&SENT);

/// Run by the other tests as a process of its own; in an ordinary run there is nothing to do.
#[test]
#[allow(clippy::disallowed_methods)] // The program's own setting, set by `run`.
fn the_program() {
    if std::env::var_os(PROGRAM).is_none() {
        return;
    }
    let service = Service::new("lamp", "1.2.3", "house").with_secret_names(&["voucher"]);
    let telemetry = Telemetry::start(service).expect("the environment is good enough");
    let formats = [Format::TraceContext, Format::Baggage];
    let propagation = Propagation::new(&formats, &formats);
    let caller: HashMap<String, String> = [
        (
            "traceparent",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ),
        ("tracestate", "kept=1,vendor=state.canary@example.com"),
        (
            "baggage",
            "tier=gold,note=baggage.canary@example.com,a=1;token=propertyCanary4",
        ),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    let _called = propagation.extract(&caller).attach();
    careless();
    tracing::info_span!("call").in_scope(|| {
        let mut headers = HashMap::new();
        propagation.inject(&Context::current(), &mut headers);
        println!("\nSENT {headers:?}");
    });
    telemetry.stop(Duration::from_secs(10)).expect("delivered");
}

fn careless() {
    let span = tracing::info_span!(
        "work",
        otel.name = "letter to name.canary@example.com",
        sku = "TEAPOT-1",
        at = 1_760_000_000_000_000_000_i64,
        note = "to value.canary@example.com",
        card = 4_242_424_242_424_242_i64,
        fraction = 4_000_056_655_665_556.0_f64,
    );
    let refused = tracing::info_span!(
        "refused",
        otel.status_code = "ERROR",
        otel.status_description = "no mailbox status.canary@example.com",
    );
    drop(refused);
    span.in_scope(|| {
        current::set("key.canary@example.com", "x");
        current::set("app.card", 6_011_000_990_139_424_i64);
        tracing::info!(
            name: "letter.sent",
            { to = "event.canary@example.com", card = 5_555_555_555_554_444_i64 },
            "letter sent"
        );
        tracing::info!(
            api_key = "s3cretFieldCanary",
            people = ?["list.canary@example.com"],
            voucher = "voucherCanary",
            "for body.canary@example.com"
        );
        let login = Login {
            user: 7,
            password: "s3cretMapCanary",
        };
        tracing::info!(
            ?login,
            "{{\"user\": 7, \"password\": \"s3cretJsonCanary\"}}"
        );
        error::record(&NoMailbox(Refused));
        LETTERS.add(1, &[("app.to", "metric.canary@example.com".into())]);
    });
}

/// All that left the program: by OTLP, by standard output, in headers.
async fn everything(redaction: &str) -> String {
    let collector = Collector::default();
    let endpoint = format!("http://{}", collector.start().await);
    let program = std::env::current_exe().expect("the path of this test binary");
    let output = Command::new(program)
        .args(["--exact", "process::the_program", "--nocapture"])
        .env_clear()
        .env(PROGRAM, "1")
        .env("TELEMETRY_REDACTION", redaction)
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
        .env("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
        .env(
            "OTEL_RESOURCE_ATTRIBUTES",
            "owner=resource.canary@example.com",
        )
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .expect("a child process");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{stdout}\n{stderr}");
    let received = collector.received();
    for signal in ["/v1/traces", "/v1/logs", "/v1/metrics"] {
        assert!(received.contains(signal), "nothing at {signal}");
    }
    format!("{received}{stdout}{stderr}")
}

#[tokio::test]
async fn a_careless_program_lets_no_secret_out() {
    let out = everything("on").await;
    let leaked: Vec<_> = CANARIES
        .iter()
        .filter(|canary| out.contains(**canary))
        .collect();
    assert!(leaked.is_empty(), "{leaked:?} in\n{out}");
    for kept in HARMLESS {
        assert!(out.contains(kept), "{kept} is gone from\n{out}");
    }
    for kind in [
        redact::Kind::Email,
        redact::Kind::Card,
        redact::Kind::Secret,
    ] {
        assert!(
            out.contains(kind.marker()),
            "nothing says that there was {kind:?}"
        );
    }
}

#[tokio::test]
async fn without_redaction_the_same_program_lets_all_of_them_out() {
    let out = everything("off").await;
    let missed: Vec<_> = CANARIES
        .iter()
        .filter(|canary| !out.contains(**canary))
        .collect();
    assert!(missed.is_empty(), "{missed:?} are not in\n{out}");
}
