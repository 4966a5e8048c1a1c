//! `stop` keeps to its limit and says what was not delivered.

use std::time::Duration;

use tokio::net::TcpListener;

use crate::child::{Ended, Work, run};

/// Runs the program against `address` with so many milliseconds to stop.
async fn stop_against(address: &str, protocol: &str, limit: &str) -> Ended {
    let endpoint = format!("http://{address}");
    let environment = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
        ("CHILD_STOP_LIMIT_MS", limit),
    ];
    run(Work::Lines, &environment).await
}

/// Well below the exporter's own time-out of ten seconds, and above any pause of the machine.
const SOON: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_collector_that_never_answers_does_not_hold_up_the_end_of_the_program() {
    // It takes connections, and nobody reads from them.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap().to_string();
    for protocol in ["grpc", "http/protobuf"] {
        let ended = stop_against(&address, protocol, "500").await;
        let (result, time) = ended.stopped();
        assert!(time < SOON, "{protocol}: {time:?}");
        assert!(
            result.starts_with("telemetry was not flushed in full: traces: "),
            "{protocol}: {result}"
        );
    }
}

#[tokio::test]
async fn a_collector_that_is_not_there_is_told_at_the_end() {
    // Nobody listens on port 1.
    let address = "127.0.0.1:1";
    // Long enough for the exporter to give up by itself: refused is refused.
    for protocol in ["grpc", "http/protobuf"] {
        let ended = stop_against(address, protocol, "8000").await;
        let (result, time) = ended.stopped();
        assert!(time < Duration::from_secs(8), "{protocol}: {time:?}");
        assert_eq!(
            result,
            "telemetry was not flushed in full: \
             metrics: the last values were not delivered; \
             spans not delivered: 1; log records not delivered: 2",
            "{protocol}"
        );
        let warnings = ended.warnings();
        for what in ["spans", "log records", "metrics"] {
            let begin = format!("{what} can't be exported: ");
            let told = warnings.iter().filter(|line| line.starts_with(&begin));
            assert_eq!(told.count(), 1, "{protocol}: {warnings:?}");
        }
    }
}

#[tokio::test]
async fn metrics_alone_do_not_hold_up_the_end_of_the_program_either() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    for protocol in ["grpc", "http/protobuf"] {
        let environment = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
            ("OTEL_TRACES_EXPORTER", "none"),
            ("OTEL_LOGS_EXPORTER", "none"),
            ("CHILD_STOP_LIMIT_MS", "300"),
        ];
        let ended = run(Work::Measure, &environment).await;
        let (result, time) = ended.stopped();
        assert!(time < Duration::from_secs(3), "{protocol}: {time:?}");
        assert_eq!(
            result,
            "telemetry was not flushed in full: metrics: the last values were not delivered",
            "{protocol}"
        );
    }
}
