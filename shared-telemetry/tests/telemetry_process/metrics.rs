//! Metrics of a whole program: what it counts itself, and what its telemetry tells of itself.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use shared_telemetry::http::{Edge, ServerLayer, Trust};
use shared_telemetry::metrics::{self, Counter, Histogram, UpDownCounter};
use shared_telemetry::names::{self, Entry, Instrument, Metric, Seen, What};
use shared_telemetry::otlp::proto::metrics::v1::metric::Data;
use shared_telemetry::otlp::proto::metrics::v1::{
    self as wire, NumberDataPoint, number_data_point,
};

use crate::child::{Work, run};
use crate::collector::{Attributes, Collector, attributes, serve};

const fn metric(
    name: &'static str,
    instrument: Instrument,
    unit: &'static str,
    attributes: &'static [&'static str],
) -> Metric {
    Metric::ours(name, instrument, unit, attributes, Seen::Always, "a test")
}

const RINGS: Metric = metric("app.rings", Instrument::Counter, "{ring}", &["app.door"]);
const GUESTS: Metric = metric("app.guests", Instrument::UpDownCounter, "{guest}", &[]);
const STAY: Metric = metric("app.stay", Instrument::Histogram(&[1.0, 10.0]), "s", &[]);
const LEVEL: Metric = metric("app.level", Instrument::Gauge, "{lamp}", &["app.room"]);
const BROKEN: Metric = metric("app.broken", Instrument::Gauge, "1", &[]);

static RUNG: Counter = Counter::new(&RINGS);
static INSIDE: UpDownCounter = UpDownCounter::new(&GUESTS);
static STAYED: Histogram = Histogram::new(&STAY);

pub(crate) fn before_the_start() {
    RUNG.add(1_000, &[]);
    metrics::gauge(&LEVEL, |observe| observe(1_000, &[]));
}

pub(crate) fn measure() {
    RUNG.add(2, &[("app.door", "front".into())]);
    RUNG.add(1, &[("app.door", "back".into())]);
    RUNG.add(3, &[("app.door", "front".into())]);
    INSIDE.add(5, &[]);
    INSIDE.add(-2, &[]);
    for seconds in [0.5, 2.0, 3.0, 60.0] {
        STAYED.record(seconds, &[]);
    }
    metrics::gauge(&LEVEL, |observe| {
        observe(7, &[("app.room", "hall".into())]);
        observe(-1, &[("app.room", "cellar".into())]);
    });
    // One that can't be read must not cost the others their thread.
    metrics::gauge(&BROKEN, |_| panic!("not to be read"));
}

pub(crate) fn collect() {
    static COLLECTED: AtomicU64 = AtomicU64::new(0);
    metrics::gauge(&LEVEL, |observe| {
        let times = COLLECTED.fetch_add(1, Ordering::SeqCst);
        observe(i64::try_from(times).expect("few"), &[]);
    });
    let deadline = Instant::now() + Duration::from_secs(30);
    while COLLECTED.load(Ordering::SeqCst) < 3 {
        assert!(Instant::now() < deadline, "nobody collects");
        std::thread::yield_now();
    }
}

pub(crate) fn strange_baggage() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        let edge = Edge::new(Trust::default()).accept_baggage(&["known"]);
        let router = Router::new().route("/", get(async || ()));
        let front = serve(router.layer(ServerLayer::edge(edge))).await;
        let client = reqwest::Client::new();
        for baggage in ["known=1,a=1,b=2", "c=3"] {
            let request = client.get(format!("http://{front}/"));
            request.header("baggage", baggage).send().await.expect("up");
        }
    });
}

/// The last export's metrics by name.
fn last(collector: &Collector) -> BTreeMap<String, wire::Metric> {
    let last = collector.metrics().pop().expect("an export of metrics");
    last.into_iter()
        .map(|metric| (metric.name.clone(), metric))
        .collect()
}

/// Sums and gauges, by their attributes.
fn points(metric: &wire::Metric) -> Vec<(Attributes, i64)> {
    let points: &[NumberDataPoint] = match metric.data.as_ref() {
        Some(Data::Sum(sum)) => &sum.data_points,
        Some(Data::Gauge(gauge)) => &gauge.data_points,
        other => panic!("{other:?}"),
    };
    let value = |point: &NumberDataPoint| match point.value {
        Some(number_data_point::Value::AsInt(value)) => value,
        other => panic!("{other:?}"),
    };
    points
        .iter()
        .map(|point| (attributes(&point.attributes), value(point)))
        .collect()
}

/// The value of the point that has all of these attributes.
#[track_caller]
pub(crate) fn value(collector: &Collector, name: &str, of: &[(&str, &str)]) -> i64 {
    let metrics = last(collector);
    let points = points(metrics.get(name).expect(name));
    let has = |attributes: &Attributes| {
        of.iter()
            .all(|(key, value)| attributes.get(*key).is_some_and(|is| is == value))
    };
    let mut found = points.iter().filter(|(attributes, _)| has(attributes));
    match (found.next(), found.next()) {
        (Some((_, value)), None) => *value,
        _ => panic!("one point of {name} with {of:?} in {points:?}"),
    }
}

#[tokio::test]
async fn each_sort_of_instrument_arrives_with_unit_attributes_and_nothing_from_before_the_start() {
    for collector in [Collector::http().await, Collector::grpc().await] {
        let ended = run(Work::Measure, &collector.environment(&[])).await;
        assert_eq!(ended.stopped().0, "ok");
        let metrics = last(&collector);
        assert_eq!(metrics["app.rings"].unit, "{ring}");
        assert_eq!(metrics["app.rings"].description, "a test");
        assert_eq!(value(&collector, "app.rings", &[("app.door", "front")]), 5);
        assert_eq!(value(&collector, "app.rings", &[("app.door", "back")]), 1);
        assert_eq!(points(&metrics["app.rings"]).len(), 2);
        assert_eq!(value(&collector, "app.guests", &[]), 3);
        assert_eq!(value(&collector, "app.level", &[("app.room", "hall")]), 7);
        assert_eq!(
            value(&collector, "app.level", &[("app.room", "cellar")]),
            -1
        );
        assert_eq!(points(&metrics["app.level"]).len(), 2);
        let Some(Data::Histogram(stay)) = &metrics["app.stay"].data else {
            panic!("{:?}", metrics["app.stay"]);
        };
        assert_eq!(stay.data_points[0].bucket_counts, [1, 2, 1]);
        assert_eq!(stay.data_points[0].explicit_bounds, [1.0, 10.0]);
    }
}

#[tokio::test]
async fn metrics_are_sent_again_after_each_interval() {
    let collector = Collector::http().await;
    let interval = ("OTEL_METRIC_EXPORT_INTERVAL", "20");
    let ended = run(Work::Collect, &collector.environment(&[interval])).await;
    assert_eq!(ended.stopped().0, "ok");
    let exports = collector.metrics().len();
    assert!(exports >= 3, "{exports}");
}

#[tokio::test]
async fn baggage_that_an_edge_drops_is_counted_sampled_or_not() {
    for sampler in ["always_on", "always_off"] {
        let collector = Collector::http().await;
        let sampler = ("OTEL_TRACES_SAMPLER", sampler);
        run(Work::StrangeBaggage, &collector.environment(&[sampler])).await;
        assert_eq!(value(&collector, "baggage.dropped", &[]), 3);
    }
}

#[tokio::test]
async fn what_the_export_tells_of_itself_is_true() {
    let collector = Collector::http().await;
    run(Work::HundredSpans, &collector.environment(&[])).await;
    let told = |name: &str, of: &[(&str, &str)]| value(&collector, name, of);
    let processor = ("otel.component.name", "batching_span_processor/0");
    assert_eq!(told("otel.sdk.processor.span.queue.size", &[processor]), 0);
    assert_eq!(
        told("otel.sdk.processor.span.queue.capacity", &[processor]),
        2048
    );
    let full = ("error.type", "queue_full");
    assert_eq!(told("otel.sdk.processor.span.processed", &[full]), 0);
    let exported = "otel.sdk.exporter.span.exported";
    let metrics = last(&collector);
    let good = points(&metrics[exported]);
    let good: Vec<_> = good
        .iter()
        .filter(|(attributes, _)| !attributes.contains_key("error.type"))
        .collect();
    assert_eq!(good.len(), 1);
    assert_eq!(good[0].1, 100);
    assert_eq!(good[0].0["otel.component.type"], "otlp_http_span_exporter");
    assert_eq!(told(exported, &[("error.type", "timeout")]), 0);
    assert_eq!(told("otel.sdk.exporter.span.inflight", &[]), 0);
    assert_eq!(told("otel.sdk.processor.log.queue.capacity", &[]), 2048);
}

#[tokio::test]
async fn the_dictionary_has_the_metrics_that_are_exported_and_no_other_as_always_there() {
    let collector = Collector::http().await;
    run(Work::Lines, &collector.environment(&[])).await;
    let dictionary: BTreeMap<&str, &Entry> = names::all()
        .filter(|entry| matches!(entry.what, What::Metric { .. }))
        .map(|entry| (entry.name, entry))
        .collect();
    let exported = last(&collector);
    for (name, metric) in &exported {
        let entry = dictionary.get(name.as_str());
        let entry = entry.unwrap_or_else(|| panic!("{name} is not in the dictionary"));
        let What::Metric {
            instrument,
            unit,
            attributes,
        } = entry.what
        else {
            unreachable!("filtered before");
        };
        assert_eq!(metric.unit, unit, "{name}");
        let told = match metric.data.as_ref() {
            Some(Data::Sum(sum)) if sum.is_monotonic => Instrument::Counter,
            Some(Data::Sum(_)) => Instrument::UpDownCounter,
            Some(Data::Gauge(_)) => Instrument::Gauge,
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(told, instrument, "{name}");
        for (point, _) in points(metric) {
            let strange = point.keys().find(|key| !attributes.contains(&key.as_str()));
            assert_eq!(strange, None, "{name}");
        }
    }
    // Others are there where there is a database, or an edge.
    let own = |entry: &&&Entry| entry.name.starts_with("otel.sdk.");
    for entry in dictionary.values().filter(own) {
        assert!(
            entry.seen == Seen::Always && exported.contains_key(entry.name),
            "{} is not there",
            entry.name
        );
    }
}
