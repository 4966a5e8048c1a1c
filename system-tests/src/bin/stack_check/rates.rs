//! Load, with most traces dropped: the collector has counted every request nevertheless, and each
//! exemplar's trace can be opened.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use crate::stack::{self, Stack};
use crate::verify;
use system_tests::check::Said;
use system_tests::check::http;
use system_tests::check::programs;

/// Every request of loadgen, by the status that it was answered with. A collector that is gone is still
/// seen for a while: each counts by itself.
const ANSWERED: &str = r#"sum by (collector_instance_id, http_response_status_code) (traces_span_metrics_calls_total{service_name="gateway", span_kind="SPAN_KIND_SERVER", span_name=~"(GET|POST) /(checkout|stock/.*|orders/.*)"})"#;
/// What the sampler did with traces.
const DECIDED: &str =
    "sum by (sampled) (otelcol_processor_tail_sampling_global_count_traces_sampled)";
/// A share of the requests.
const TOLERANCE: f64 = 0.01;
/// Longer than metrics take from a service to a query: they are flushed each 15 s.
const STILL: Duration = Duration::from_secs(25);
const PATIENCE: Duration = Duration::from_secs(120);
/// So many exemplars tracectl opens at most.
const EXEMPLARS: &str = "50 of 50 ";

const INSTANCE_AND_STATUS: [&str; 2] = ["collector_instance_id", "http_response_status_code"];

type Counts = BTreeMap<String, f64>;

pub(crate) async fn equal(stack: &Stack) -> Said {
    let before = settled(stack).await?;
    let report = load(stack).await?;
    let mut facts = stack::memory(&stack.compose).await?;
    let counted = grown(&before, &settled(stack).await?);
    facts.push(format!("collector: {counted:?}"));
    facts.push(format!("loadgen:   {}", report["total"]["statuses"]));
    facts.push(format!(
        "latency, ms: {}",
        report["total"]["latency_from_intended_start_ms"]
    ));
    compare(&report, &counted)?;
    let decided = by_labels(stack, DECIDED, &["sampled"]).await?;
    facts.push(format!(
        "traces by the sampler's decision (sampled): {decided:?}"
    ));
    let verified = verify::verified(stack).await?;
    let exemplars = verify::detail(&verified, "exemplars open").unwrap_or_default();
    if !exemplars.starts_with(EXEMPLARS) {
        return Err(format!("exemplars that open: {exemplars}"));
    }
    facts.push(format!("exemplars that open: {exemplars}"));
    Ok(facts)
}

/// loadgen's report, when it found every promise kept.
async fn load(stack: &Stack) -> Result<Value, String> {
    let arguments = "--rate 20 --duration 60s --json --verify-orders --verify-timeout 120s \
        --fault pricing.slow=0.03,pricing.error=0.02,inventory.error=0.02,fulfillment.poison=0.01";
    let mut arguments: Vec<_> = arguments.split_whitespace().map(str::to_owned).collect();
    arguments.extend(["--target".to_owned(), stack.shop.gateway.to_string()]);
    let output = programs::run(programs::LOADGEN, &arguments, Some(&stack.collector)).await?;
    let told = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("loadgen: {told}"));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| format!("loadgen: {error}: {told}"))
}

fn compare(report: &Value, counted: &Counts) -> Result<(), String> {
    let total = &report["total"];
    let sent = total["sent"].as_f64().unwrap_or_default();
    let mut wrong = Vec::new();
    let mut judge = |what: &str, loadgen: f64, collector: f64| {
        if (loadgen - collector).abs() > (loadgen * TOLERANCE).max(1.0) {
            wrong.push(format!("{what}: loadgen {loadgen}, collector {collector}"));
        }
    };
    judge("all", sent, counted.values().sum());
    for (status, count) in total["statuses"].as_object().into_iter().flatten() {
        let collector = counted.get(status).copied().unwrap_or_default();
        judge(status, count.as_f64().unwrap_or_default(), collector);
    }
    if wrong.is_empty() && sent > 0.0 {
        return Ok(());
    }
    Err(format!("of {sent} requests: {}", wrong.join("; ")))
}

/// The counts, once they have not changed for a while.
async fn settled(stack: &Stack) -> Result<Counts, String> {
    let mut last = by_labels(stack, ANSWERED, &INSTANCE_AND_STATUS).await?;
    let mut since = std::time::Instant::now();
    let still = async || {
        let now = by_labels(stack, ANSWERED, &INSTANCE_AND_STATUS).await?;
        if now != last {
            last = now;
            since = std::time::Instant::now();
        }
        Ok((since.elapsed() > STILL).then(|| last.clone()))
    };
    let done = |answer: &Result<Option<Counts>, String>| !matches!(answer, Ok(None));
    http::until(PATIENCE, still, done)
        .await?
        .ok_or_else(|| "the counts never come to rest".to_owned())
}

async fn by_labels(stack: &Stack, query: &str, labels: &[&str]) -> Result<Counts, String> {
    let prometheus = &stack.backends.prometheus;
    let query = [("query", query)];
    let answer = http::get(&stack.client, prometheus, "/api/v1/query", &query).await?;
    let samples = answer["data"]["result"].as_array().into_iter().flatten();
    let read = |sample: &Value| {
        let values = labels.iter().map(|label| sample["metric"][*label].as_str());
        let name = values.map(Option::unwrap_or_default).collect::<Vec<_>>();
        Some((name.join(" "), sample["value"][1].as_str()?.parse().ok()?))
    };
    Ok(samples.filter_map(read).collect())
}

/// By status: what each collector has counted more than before.
fn grown(before: &Counts, after: &Counts) -> Counts {
    let mut grown = Counts::new();
    for (instance_and_status, count) in after {
        let before = before.get(instance_and_status).copied().unwrap_or_default();
        let status = instance_and_status.rsplit(' ').next().unwrap_or_default();
        *grown.entry(status.to_owned()).or_default() += count - before;
    }
    grown.retain(|_, count| *count > 0.0);
    grown
}
