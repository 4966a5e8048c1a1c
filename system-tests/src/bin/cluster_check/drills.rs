//! The drills of the runbooks that need a cluster: a fault is made, `kubectl get pods` shows its symptom, the page's
//! cure mends it, and no pod was started again for a dependency that was away.

use std::time::Duration;

use system_tests::check::{Said, http};

use crate::cluster::Cluster;
use crate::kubectl::Pod;
use crate::verify;

/// Until a fault shows, and until it is mended.
const SHOWS: Duration = Duration::from_secs(90);
const MENDED: Duration = Duration::from_secs(240);
const SECRET: &str = "databases";

/// One fault.
struct Drill {
    title: &'static str,
    /// kubectl's words that make it, one command each.
    fault: &'static [&'static [&'static str]],
    /// What a pod of this name then shows.
    of: &'static str,
    shows: fn(&Pod) -> bool,
    cure: &'static [&'static [&'static str]],
}

const DRILLS: [Drill; 4] = [
    Drill {
        title: "a tag that does not exist",
        fault: &[&[
            "set",
            "image",
            "deployment/pricing",
            "service=unbroken/pricing:nowhere",
        ]],
        of: "pricing",
        shows: |pod| matches!(&*pod.says, "ErrImagePull" | "ImagePullBackOff"),
        cure: &[&["rollout", "undo", "deployment/pricing"]],
    },
    Drill {
        title: "Kafka is away",
        fault: &[&["scale", "statefulset/kafka", "--replicas=0"]],
        of: "gateway",
        shows: |pod| !pod.is_ready && pod.says == "Running",
        cure: &[&["scale", "statefulset/kafka", "--replicas=1"]],
    },
    Drill {
        title: "PostgreSQL is away",
        fault: &[&["scale", "statefulset/postgres", "--replicas=0"]],
        of: "inventory",
        shows: |pod| !pod.is_ready && pod.says == "Running",
        cure: &[&["scale", "statefulset/postgres", "--replicas=1"]],
    },
    Drill {
        title: "a sampler is lost",
        fault: &[&["scale", "statefulset/collector-sampler", "--replicas=1"]],
        of: "collector-sampler",
        shows: |pod| pod.name == "collector-sampler-1" && !pod.is_ready,
        cure: &[&["scale", "statefulset/collector-sampler", "--replicas=2"]],
    },
];

pub(crate) async fn all(cluster: &Cluster) -> Said {
    let mut facts = Vec::new();
    for drill in &DRILLS {
        facts.push(drill.run(cluster).await?);
    }
    facts.push(without_secret(cluster).await?);
    let (passed, _) = verify::outside(cluster).await?;
    facts.push(format!(
        "afterwards {passed} checks of tracectl verify passed"
    ));
    Ok(facts)
}

impl Drill {
    async fn run(&self, cluster: &Cluster) -> Result<String, String> {
        let before = restarts(&cluster.all_ready(MENDED).await?);
        commands(cluster, self.fault).await?;
        let shown = shows(cluster, self.of, self.shows).await;
        commands(cluster, self.cure).await?;
        let after = restarts(&cluster.all_ready(MENDED).await?);
        let shown = shown.map_err(|why| format!("{}: {why}", self.title))?;
        if after > before {
            let more = after - before;
            return Err(format!(
                "{}: {more} containers were started again",
                self.title
            ));
        }
        Ok(format!(
            "{}: {} is {}; mended, none started twice",
            self.title, self.of, shown
        ))
    }
}

/// The Secret is gone when a pod starts, and comes back.
async fn without_secret(cluster: &Cluster) -> Result<String, String> {
    let kubectl = &cluster.kubectl;
    let kept = kubectl
        .run(&["get", "secret", SECRET, "--output=json"])
        .await?;
    kubectl.run(&["delete", "secret", SECRET]).await?;
    kubectl
        .run(&["rollout", "restart", "deployment/inventory"])
        .await?;
    let waits = |pod: &Pod| pod.says == "CreateContainerConfigError";
    let shown = shows(cluster, "inventory", waits).await;
    kubectl
        .with_input(&["create", "--filename=-"], &kept)
        .await?;
    cluster.all_ready(MENDED).await?;
    Ok(format!("a missing Secret: inventory is {}; mended", shown?))
}

async fn commands(cluster: &Cluster, commands: &[&[&str]]) -> Result<(), String> {
    for command in commands {
        cluster.kubectl.run(command).await?;
    }
    Ok(())
}

/// What `kubectl get pods` says of such a pod.
async fn shows(cluster: &Cluster, of: &str, is: fn(&Pod) -> bool) -> Result<String, String> {
    let look = async || {
        let pods = cluster.kubectl.pods().await.unwrap_or_default();
        pods.into_iter().find(|pod| pod.of == of && is(pod))
    };
    let found = http::until(SHOWS, look, Option::is_some).await;
    let found = found.ok_or_else(|| format!("no pod of {of} shows it"))?;
    Ok(format!("{}/1 {}", u8::from(found.is_ready), found.says))
}

fn restarts(pods: &[Pod]) -> u64 {
    pods.iter().map(|pod| pod.restarts).sum()
}
