//! Every service is updated, one after the other, while customers come: no order is lost or done twice, and no trace
//! of one lacks anything.

use std::time::{Duration, Instant};

use system_tests::check::{Customers, Said};

use crate::cluster::Cluster;
use crate::traces;

const SERVICES: [&str; 5] = ["gateway", "pricing", "fraud", "fulfillment", "inventory"];
/// How long customers come for each, and when it begins.
const LOAD: Duration = Duration::from_secs(30);
const WELL: Duration = Duration::from_secs(5);
/// So many faults are told one by one.
const TOLD: usize = 5;

pub(crate) async fn every_service(cluster: &Cluster, rate: u32) -> Said {
    cluster.keep_all_traces().await?;
    let mut facts = vec![format!(
        "{rate} orders a second, {} s for each service",
        LOAD.as_secs()
    )];
    for service in SERVICES {
        let fact = updated(cluster, service, rate).await;
        let fact = fact.map_err(|why| format!("{}\n{service}: {why}", facts.join("\n")))?;
        println!("   {service}: {fact}");
        facts.push(format!("{service}: {fact}"));
    }
    Ok(facts)
}

async fn updated(cluster: &Cluster, service: &str, rate: u32) -> Result<String, String> {
    // Keys of an earlier run on the same cluster are orders already.
    let run = std::process::id();
    let customers = Customers::of(&cluster.shop, &format!("rolling-{service}-{run}")).await?;
    let count = rate * u32::try_from(LOAD.as_secs()).expect("half a minute");
    let every = Duration::from_secs(1) / rate;
    let (came, took) = tokio::join!(customers.come(count, every), restart(cluster, service));
    let took = took?;
    came?;
    let served = customers.are_served().await?;
    let promises = customers.promises();
    let counts = traces::of(cluster, &promises).await;
    if !counts.wrong.is_empty() {
        let shown = &counts.wrong[..counts.wrong.len().min(TOLD)];
        return Err(format!(
            "{served}; of {} traces {} are not whole, such as:\n{}",
            promises.len(),
            counts.wrong.len(),
            shown.join("\n")
        ));
    }
    Ok(format!(
        "new pods in {:.0} s; {served}; {} traces and their {} of fulfillment whole, {} spans",
        took.as_secs_f64(),
        counts.checkouts,
        counts.batches,
        counts.spans
    ))
}

/// How long it took.
async fn restart(cluster: &Cluster, service: &str) -> Result<Duration, String> {
    tokio::time::sleep(WELL).await;
    let began = Instant::now();
    let deployment = format!("deployment/{service}");
    cluster
        .kubectl
        .run(&["rollout", "restart", &deployment])
        .await?;
    let status = ["rollout", "status", &deployment, "--timeout=180s"];
    cluster.kubectl.run(&status).await?;
    Ok(began.elapsed())
}
