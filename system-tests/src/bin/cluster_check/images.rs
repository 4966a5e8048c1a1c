//! The images that an overlay runs: those that this machine has are loaded into the nodes; the others they pull.

use std::collections::BTreeSet;

use system_tests::check::command::run;
use system_tests::check::{Report, STAND_IN};

use crate::cluster::OVERLAY;

/// With the Job that verifies.
const VERIFY: &str = "k8s/overlays/kind-viewer/verify";

/// Builds our own, as the page says.
pub(crate) async fn build() -> Result<(), String> {
    let services = ["gateway", "pricing", "fraud", "fulfillment", "inventory"];
    let build = ["compose", "build", "trace-viewer"];
    run("docker", &[&build[..], &services].concat()).await?;
    let tracectl = [
        "build",
        "--target=tracectl",
        "--tag=unbroken/tracectl:dev",
        ".",
    ];
    run("docker", &tracectl).await.map(drop)
}

/// Loads what is here, and tells what is not what its name says.
pub(crate) async fn load(cluster: &str, report: &mut Report) -> Result<usize, String> {
    let (mut here, mut told) = (Vec::new(), String::new());
    for image in used().await? {
        let inspect = ["image", "inspect", "--format", STAND_IN, &image];
        let Ok(said) = run("docker", &inspect).await else {
            continue;
        };
        told.push_str(&said);
        here.push(image);
    }
    report.leave_out_stand_ins(&told);
    let images = here.iter().map(String::as_str);
    let load = ["load", "docker-image", "--name", cluster];
    let all: Vec<_> = load.into_iter().chain(images).collect();
    run("kind", &all).await?;
    Ok(here.len())
}

/// By name, each once.
async fn used() -> Result<BTreeSet<String>, String> {
    let mut all = BTreeSet::new();
    for folder in [OVERLAY, VERIFY] {
        let manifests = run("kubectl", &["kustomize", folder]).await?;
        let images = manifests
            .lines()
            .filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("image: "));
        all.extend(images.map(str::to_owned));
    }
    Ok(all)
}
