//! What metrics must say: every service has its rates, and an exemplar's trace can be opened.

use std::time::Duration;

use crate::backend::{Backend, Prometheus};
use crate::http_client::RequestError;
use crate::verify::check::{Check, Failure, Verdict};
use crate::verify::names::{FULFILLMENT, GATEWAY, INVENTORY, PRICING};

/// From all spans, before the sampler.
const CALLS: &str = "sum by (service_name) (traces_span_metrics_calls_total)";
/// From the spans that were kept.
const KEPT_BUCKETS: &str = "traces_sampled_duration_seconds_bucket";
/// Younger ones only: a backend does not keep traces for ever.
const AGE: Duration = Duration::from_secs(15 * 60);
/// So many exemplars are opened.
const OPENED: usize = 50;

pub(crate) async fn all(
    prometheus: &Prometheus,
    traces: &Backend,
) -> Result<Vec<Check>, RequestError> {
    Ok(vec![
        Check::new("RED metrics", rates(prometheus).await?),
        Check::new("exemplars open", exemplars(prometheus, traces).await?),
    ])
}

async fn rates(prometheus: &Prometheus) -> Result<Verdict, RequestError> {
    let calls = prometheus.by_label(CALLS, "service_name").await?;
    let silent = |service: &&str| calls.get(*service).is_none_or(|calls| *calls <= 0.0);
    let silent: Vec<_> = [GATEWAY, PRICING, FULFILLMENT, INVENTORY]
        .into_iter()
        .filter(silent)
        .collect();
    if silent.is_empty() {
        return Ok(Ok(format!("calls of {} services", calls.len())));
    }
    Ok(Err(Failure {
        what: format!("there are no calls of {}", silent.join(", ")),
        expected: "traces_span_metrics_calls_total of every service".to_owned(),
        seen: format!("calls of {} services", calls.len()),
        likely_cause: "the collector derives no metrics, or Prometheus does not get them; a new \
            series shows its count only with its second flush"
            .to_owned(),
    }
    .into()))
}

async fn exemplars(prometheus: &Prometheus, traces: &Backend) -> Result<Verdict, RequestError> {
    let ids = prometheus.exemplars(KEPT_BUCKETS, AGE).await?;
    let newest = &ids[..ids.len().min(OPENED)];
    let mut closed = Vec::new();
    for id in newest {
        if traces.trace(id).await?.is_none() {
            closed.push(id.as_str());
        }
    }
    if newest.is_empty() {
        return Ok(Err(Failure {
            what: "there are no exemplars".to_owned(),
            expected: format!("trace ids beside {KEPT_BUCKETS}"),
            seen: "none of the last 15 minutes".to_owned(),
            likely_cause: "Prometheus runs without --enable-feature=exemplar-storage, or the \
                collector makes none"
                .to_owned(),
        }
        .into()));
    }
    if let Some(first) = closed.first() {
        return Ok(Err(Failure {
            what: format!(
                "{} of {} exemplars do not open in {}",
                closed.len(),
                newest.len(),
                traces.name()
            ),
            expected: "a trace behind each of them".to_owned(),
            seen: format!("no trace {first}"),
            likely_cause: "exemplars are made of spans before the sampler, or the backend has \
                forgotten the trace"
                .to_owned(),
        }
        .into()));
    }
    Ok(Ok(format!(
        "{} of {} in {}",
        newest.len(),
        newest.len(),
        traces.name()
    )))
}
