//! Which pod, Deployment, namespace and node: on every span, log record and metric of a service.

use serde_json::Value;
use system_tests::check::{Said, http};

use crate::cluster::Cluster;
use crate::verify;

const KEYS: [&str; 4] = [
    "k8s.pod.name",
    "k8s.namespace.name",
    "k8s.deployment.name",
    "k8s.node.name",
];

pub(crate) async fn on_everything(cluster: &Cluster) -> Said {
    let (_, trace_id) = verify::outside(cluster).await?;
    Ok(vec![
        spans(cluster, &trace_id).await?,
        logs(cluster, &trace_id).await?,
        metrics(cluster).await?,
    ])
}

/// Every resource of an order's trace.
async fn spans(cluster: &Cluster, trace_id: &str) -> Result<String, String> {
    let path = format!("/api/traces/{trace_id}");
    let trace = http::get(&cluster.client, &cluster.viewer, &path, &[]).await?;
    let resources = trace["resources"].as_array().cloned().unwrap_or_default();
    for resource in &resources {
        all_of(resource, KEYS.map(str::to_owned))?;
    }
    let spans = trace["spans"].as_array().map_or(0, Vec::len);
    Ok(format!("{spans} spans of {} resources", resources.len()))
}

/// Every log record of that trace.
async fn logs(cluster: &Cluster, trace_id: &str) -> Result<String, String> {
    let loki = cluster.kubectl.forward("loki", 3100).await?;
    let query = format!(r#"{{service_namespace="unbroken"}} | trace_id="{trace_id}""#);
    let query = [("query", query.as_str()), ("since", "1h"), ("limit", "500")];
    let path = "/loki/api/v1/query_range";
    let answer = http::get(&cluster.client, &loki.url, path, &query).await?;
    let sources = all_labelled(&answer, "stream")?;
    Ok(format!("log records of {sources} sources"))
}

/// Every source of metrics in the shop: what Prometheus does not make a label of each series is one of `target_info`.
/// Rates that the collector makes of spans are of a service, and have no instance.
async fn metrics(cluster: &Cluster) -> Result<String, String> {
    let prometheus = cluster.kubectl.forward("prometheus", 9090).await?;
    let query = [(
        "query",
        r#"target_info{service_namespace="unbroken", instance!=""}"#,
    )];
    let path = "/api/v1/query";
    let answer = http::get(&cluster.client, &prometheus.url, path, &query).await?;
    let sources = all_labelled(&answer, "metric")?;
    Ok(format!("metrics of {sources} sources"))
}

/// How many there are in an answer of Loki or Prometheus, when there is one and each has all labels. Both write dots as
/// underlines.
fn all_labelled(answer: &Value, labels: &str) -> Result<usize, String> {
    let found = answer["data"]["result"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    for one in found {
        all_of(&one[labels], KEYS.map(|key| key.replace('.', "_")))?;
    }
    if found.is_empty() {
        return Err(format!("nothing was found: {answer}"));
    }
    Ok(found.len())
}

fn all_of(holder: &Value, keys: [String; 4]) -> Result<(), String> {
    let missing = keys.iter().find(|key| !holder[key.as_str()].is_string());
    missing.map_or(Ok(()), |key| Err(format!("no {key} in {holder}")))
}
