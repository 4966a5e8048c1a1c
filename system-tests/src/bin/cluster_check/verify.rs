//! `tracectl verify`, as a Job inside and as a program outside.

use system_tests::check::{self, Said};

use crate::cluster::Cluster;

const JOB: &str = "k8s/overlays/kind-viewer/verify";
/// Metrics are made each quarter of a minute, and a new series needs two of them.
const PATIENCE: &str = "--timeout=120s";

pub(crate) async fn both(cluster: &Cluster) -> Said {
    let inside = inside(cluster).await?;
    let prometheus = cluster.kubectl.forward("prometheus", 9090).await?;
    let metrics = format!("--backend=prometheus={}", prometheus.url);
    let (passed, _) = ask(cluster, Some(metrics)).await?;
    Ok(vec![
        format!("inside: {inside}"),
        format!("outside: {passed} checks passed"),
    ])
}

/// The last line of the Job.
async fn inside(cluster: &Cluster) -> Result<String, String> {
    let kubectl = &cluster.kubectl;
    // One of before may still be there.
    kubectl
        .run(&["delete", "job", "verify", "--ignore-not-found"])
        .await?;
    kubectl
        .run(&["apply", "-k", JOB, "--warnings-as-errors"])
        .await?;
    let done = [
        "wait",
        "--for=condition=complete",
        "--timeout=120s",
        "job/verify",
    ];
    let waited = kubectl.run(&done).await;
    let said = kubectl.run(&["logs", "job/verify"]).await?;
    waited.map_err(|error| format!("{error}\n{said}"))?;
    Ok(said
        .trim_end()
        .lines()
        .last()
        .unwrap_or_default()
        .to_owned())
}

/// How many checks passed, and the trace of the checkout. Without metrics: exemplars outlive a viewer that was started
/// again, and its traces do not.
pub(crate) async fn outside(cluster: &Cluster) -> Result<(usize, String), String> {
    ask(cluster, None).await
}

async fn ask(cluster: &Cluster, metrics: Option<String>) -> Result<(usize, String), String> {
    let loki = cluster.kubectl.forward("loki", 3100).await?;
    let mut arguments = vec![
        PATIENCE.to_owned(),
        format!("--gateway={}", cluster.shop.gateway),
        format!("--backend=viewer={}", cluster.viewer),
        format!("--backend=loki={}", loki.url),
    ];
    arguments.extend(metrics);
    let report = check::passed(check::verify(&arguments, None).await?)?;
    let trace = report["checkout_trace_id"].as_str().unwrap_or_default();
    Ok((check::checks(&report).count(), trace.to_owned()))
}
