//! The cluster check: makes a kind cluster, builds and loads the images, applies an overlay of `k8s/` as its page
//! says, and asks whether it does what the pages promise, in a rolling update under load and in faults.
//!
//! ```text
//! cargo run -p system-tests --bin cluster-check                   everything, and the cluster goes again
//! cargo run -p system-tests --bin cluster-check -- --keep         the cluster stays
//! cargo run -p system-tests --bin cluster-check -- --cluster unbroken-check --only rolling     one that is there
//! ```
//!
//! Needs docker, kind and kubectl, and the ports of `k8s/kind-cluster.yaml`. What it could not check is listed at the
//! end, with the reason.
//!
//! Exit codes: 0 all that could be checked is so, 1 something is not, 2 it could not be tried.

mod cluster;
mod drills;
mod images;
mod kubectl;
mod metadata;
mod rolling;
mod traces;
mod verify;

use std::process::ExitCode;

use clap::{Parser, ValueEnum};

use cluster::Cluster;
use system_tests::check::{Report, Said, programs};
use system_tests::program::called_as;

/// Starts k8s/ on a kind cluster and checks it there.
#[derive(Debug, Parser)]
#[command(after_help = "Exit codes: 0 all is well, 1 a check failed, 2 it could not be tried.")]
struct Arguments {
    /// Leave the cluster running
    #[arg(long)]
    keep: bool,
    /// Take the images as they are, however old
    #[arg(long)]
    no_build: bool,
    /// Check the kind cluster of this name, to which the overlay kind-viewer has been applied, and leave it there
    #[arg(long, value_name = "NAME")]
    cluster: Option<String>,
    /// The nodes' image, in place of that in kind-cluster.yaml
    #[arg(long, value_name = "IMAGE")]
    node_image: Option<String>,
    /// Only this check; may be given several times
    #[arg(long, value_enum, value_name = "NAME")]
    only: Vec<Check>,
    /// Orders a second during a rolling update
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000))]
    rate: u32,
}

/// In the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Check {
    /// `tracectl verify`, from inside as a Job and from outside
    Verify,
    /// Which pod, Deployment, namespace and node, on spans, log records and metrics
    Metadata,
    /// A rolling update of every service under load
    Rolling,
    /// The drills of the runbooks: fault, symptom, cure
    Drills,
}

/// It is also tracectl, by the name under which it is started: so it is one build.
fn main() -> ExitCode {
    match called_as().as_deref() {
        Some(programs::TRACECTL) => tracectl::main(),
        _ => Report::of("cluster-check", run(&Arguments::parse())),
    }
}

async fn run(arguments: &Arguments) -> Result<Report, String> {
    let mut report = Report::default();
    let cluster = match &arguments.cluster {
        Some(name) => Cluster::named(name),
        None => Cluster::create(arguments.node_image.as_deref()).await?,
    };
    let checked = checked(arguments, &cluster, &mut report).await;
    if arguments.keep || arguments.cluster.is_some() {
        println!(
            "\nThe cluster is up. To delete it: kind delete cluster --name {}",
            cluster.name
        );
    } else {
        cluster.delete().await?;
    }
    checked.map(|()| report)
}

async fn checked(
    arguments: &Arguments,
    cluster: &Cluster,
    report: &mut Report,
) -> Result<(), String> {
    if arguments.cluster.is_none() {
        cluster.deploy(report, !arguments.no_build).await?;
    }
    for check in Check::value_variants() {
        if arguments.only.is_empty() || arguments.only.contains(check) {
            report.begin(check.title());
            let said = check.run(cluster, arguments.rate).await;
            report.end(said);
        }
    }
    Ok(())
}

impl Check {
    const fn title(self) -> &'static str {
        match self {
            Self::Verify => "an order is one unbroken trace, seen from inside and from outside",
            Self::Metadata => "all telemetry says which pod it is of",
            Self::Rolling => "a rolling update of every service, under load",
            Self::Drills => "faults, their symptoms, and their cures",
        }
    }

    async fn run(self, cluster: &Cluster, rate: u32) -> Said {
        match self {
            Self::Verify => verify::both(cluster).await,
            Self::Metadata => metadata::on_everything(cluster).await,
            Self::Rolling => rolling::every_service(cluster, rate).await,
            Self::Drills => drills::all(cluster).await,
        }
    }
}
