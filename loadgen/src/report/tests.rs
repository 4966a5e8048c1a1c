//! The forms of a result, from measurements made by hand.

use serde_json::Value;

use super::*;
use crate::shopper::Seen;
use crate::tally::Dropped;

fn finished(due: u64, latency: u64, service: u64, status: Option<u16>) -> Finished {
    Finished {
        seen: Seen {
            scenario: Scenario::Checkout,
            status,
            failure: status.is_none().then_some(Failure::Timeout),
            trace_id: shared_telemetry::TraceId::from_hex(&format!("{latency:032x}")).ok(),
        },
        due: Duration::from_millis(due),
        latency: Duration::from_millis(latency),
        service: Duration::from_millis(service),
    }
}

fn report() -> Report {
    let mut tally = Tally::default();
    for (due, latency, service, status) in [
        (0, 5, 4, Some(202)),
        (100, 7, 6, Some(202)),
        (200, 300, 9, Some(503)),
        (300, 1000, 990, None),
    ] {
        tally.sent(Duration::from_millis(latency - service));
        tally.finished(finished(due, latency, service, status));
    }
    tally.dropped(Dropped::LineFull, Duration::from_millis(400));
    Report {
        target: "http://127.0.0.1:8080".to_owned(),
        seed: 7,
        load: Load {
            kind: "open",
            arrivals: Some("constant".to_owned()),
            rate_from_per_s: Some(10.0),
            rate_to_per_s: Some(10.0),
            workers: None,
            max_in_flight: Some(2),
            max_waiting: Some(3),
        },
        interrupted: false,
        load_time: Duration::from_millis(500),
        tally,
        trace_url: "http://127.0.0.1:16686/trace/{trace_id}".to_owned(),
        acknowledged: 2,
        verification: Some(Verification {
            states: [("reserved".to_owned(), 2)].into(),
            broken: 0,
            examples: Vec::new(),
            took: Duration::from_millis(20),
            state_of_each: Vec::new(),
        }),
        telemetry_problem: None,
    }
}

#[test]
fn the_json_has_the_documented_shape() {
    let mut found: Value = serde_json::from_str(&report().json()).unwrap();
    let golden: Value = serde_json::from_str(include_str!("golden.json")).unwrap();
    let curve = found["percentile_curve"].as_array_mut().unwrap();
    assert_eq!(curve.len(), 49);
    curve.drain(1..48);
    assert_eq!(found, golden, "{found:#}");
}

#[test]
fn the_table_tells_counts_both_latencies_and_what_was_dropped() {
    let table = report().table();
    for line in [
        "rate      10/s intended, 8/s sent, 2.308/s answered",
        "requests  4 sent, 1 late (over 10 ms), 1 dropped, 0 before in the warm-up",
        "checkout           4         2         0         0         1         1",
        "statuses  202 × 2, 503 × 1",
        "errors    timeout × 1",
        "dropped   1 because too many waited",
        "    1000.0 ms  checkout -  http://127.0.0.1:16686/trace/000",
        "orders    2 acknowledged; 0.0 s later: reserved × 2; 0 not as promised",
    ] {
        assert!(table.contains(line), "no {line:?} in\n{table}");
    }
    assert!(table.lines().all(|line| line.chars().count() <= 100));
}

#[test]
fn the_page_loads_nothing_and_runs_nothing() {
    let page = report().page();
    assert!(page.contains("default-src 'none'"));
    for outside in [
        "<script", "<link", "<img", "src=", "@import", "url(", "style=\"", " on",
    ] {
        let found = page.match_indices(outside).find(|(at, _)| {
            // " on" begins an attribute only before an equals sign.
            outside != " on"
                || page[*at..]
                    .split(['>', ' '])
                    .nth(1)
                    .is_some_and(|word| word.contains('='))
        });
        assert_eq!(found, None);
    }
    let mut links = page.split("href=\"").skip(1);
    assert!(links.all(|link| link.starts_with("http://127.0.0.1:16686/trace/")));
    assert_eq!(page.matches("<a ").count(), 4);
}

#[test]
fn hostile_text_is_shown_and_not_obeyed() {
    let hostile = "http://x/\"><script>alert(1)</script>'&";
    let mut report = report();
    report.target = hostile.to_owned();
    report.trace_url = format!("{hostile}{{trace_id}}");
    report.telemetry_problem = Some(hostile.to_owned());
    if let Some(verification) = &mut report.verification {
        verification.states.insert(hostile.to_owned(), 1);
    }
    let page = report.page();
    assert!(!page.contains("<script"), "{page}");
    let shown = "http://x/&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#39;&amp;";
    assert_eq!(page.matches(shown).count(), 2 + 2 + 4);
}

#[test]
fn a_run_without_a_single_answer_has_a_table_and_a_page_all_the_same() {
    let mut empty = report();
    empty.tally = Tally::default();
    assert!(empty.table().contains("total              0"));
    assert!(!empty.page().contains("NaN"));
    assert_eq!(
        serde_json::from_str::<Value>(&empty.json()).unwrap()["total"]["service_time_ms"]["p50"],
        Value::Null
    );
}
