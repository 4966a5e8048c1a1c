//! The two curves of a result: latency by percentile and over time.

use super::chart::{Chart, Line, nice_step, short};
use super::shape::{CurvePoint, Moment};
use crate::tally::{Latencies, Scores};

/// The latency at every percentile, closer together towards the end, where it matters.
pub(super) fn curve(total: &Scores) -> Vec<CurvePoint> {
    const POINTS: u32 = 48;
    let count = total.latency.len();
    if count == 0 {
        return Vec::new();
    }
    // At 1000 requests the last one stands for 99.9 %; what is beyond nobody has measured.
    let end = (count as f64).log10().max(1.0);
    let at = |latencies: &Latencies, quantile| latencies.at(quantile).unwrap_or_default();
    (0..=POINTS)
        .map(|point| {
            let nines = end * f64::from(point) / f64::from(POINTS);
            let quantile = if point == POINTS {
                1.0
            } else {
                1.0 - 10_f64.powf(-nines)
            };
            CurvePoint {
                nines,
                percentile: (quantile * 1e7).round() / 1e5,
                latency_from_intended_start_ms: at(&total.latency, quantile),
                service_time_ms: at(&total.service, quantile),
            }
        })
        .collect()
}

/// The picture of [`curve`].
pub(super) fn by_percentile(points: &[CurvePoint]) -> String {
    let end = points.last().map_or(1.0, |point| point.nines);
    let ticks = [
        (0.0, "0 %"),
        (0.5_f64.log10().abs(), "50 %"),
        (1.0, "90 %"),
        (2.0, "99 %"),
        (3.0, "99.9 %"),
        (4.0, "99.99 %"),
        (5.0, "99.999 %"),
    ];
    let line = |name, class, value: fn(&CurvePoint) -> f64| Line {
        name,
        class,
        points: points
            .iter()
            .map(|point| (point.nines, value(point)))
            .collect(),
    };
    Chart {
        label: "Latency by percentile, from the intended start and as service time",
        x_title: "share of requests that were at least so fast",
        y_title: "milliseconds",
        x_ticks: ticks
            .into_iter()
            .filter(|(at, _)| *at <= end)
            .map(|(at, text)| (at, text.to_owned()))
            .collect(),
        x_end: end,
        lines: vec![
            line("from intended start", "a", |point| {
                point.latency_from_intended_start_ms
            }),
            line("service time", "b", |point| point.service_time_ms),
        ],
    }
    .html()
}

/// The picture of the slices of time.
pub(super) fn over_time(moments: &[Moment]) -> String {
    let end = moments.last().map_or(1.0, |moment| moment.from_s).max(0.25);
    let step = nice_step(end);
    let ticks = (0..=5)
        .map(|number| f64::from(number) * step)
        .filter(|at| *at <= end);
    let line = |name, class, value: fn(&Moment) -> Option<f64>| Line {
        name,
        class,
        points: moments
            .iter()
            .filter_map(|moment| Some((moment.from_s, value(moment)?)))
            .collect(),
    };
    Chart {
        label: "Latency from the intended start over time: highest, p99 and p50",
        x_title: "seconds since the start",
        y_title: "milliseconds",
        x_ticks: ticks.map(|at| (at, short(at))).collect(),
        x_end: end,
        lines: vec![
            line("highest", "c", |moment| {
                moment.latency_from_intended_start_ms.max
            }),
            line("p99", "b", |moment| {
                moment.latency_from_intended_start_ms.p99
            }),
            line("p50", "a", |moment| {
                moment.latency_from_intended_start_ms.p50
            }),
        ],
    }
    .html()
}
