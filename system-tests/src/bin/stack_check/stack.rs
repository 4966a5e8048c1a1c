//! The stack, started and measured.

use std::time::Instant;

use reqwest::Url;

use crate::backends::Backends;
use crate::compose::Compose;
use system_tests::check::Shop;
use system_tests::check::http;
use system_tests::check::{Report, Said};

/// Everything is healthy.
#[derive(Debug)]
pub(crate) struct Stack {
    pub(crate) compose: Compose,
    pub(crate) backends: Backends,
    pub(crate) shop: Shop,
    /// Where loadgen sends its own spans.
    pub(crate) collector: Url,
    pub(crate) client: reqwest::Client,
}

/// It did not start, and is still to be taken away.
pub(crate) struct NotStarted {
    pub(crate) compose: Compose,
    pub(crate) why: String,
}

impl Stack {
    /// Builds what is to be built, if it should, and starts it from nothing.
    pub(crate) async fn start(report: &mut Report, build: bool) -> Result<Self, NotStarted> {
        let mut compose = Compose::new();
        match Self::found(&mut compose, report, build).await {
            Ok((backends, shop, collector)) => Ok(Self {
                compose,
                backends,
                shop,
                collector,
                client: http::client(),
            }),
            Err(why) => Err(NotStarted { compose, why }),
        }
    }

    async fn found(
        compose: &mut Compose,
        report: &mut Report,
        build: bool,
    ) -> Result<(Backends, Shop, Url), String> {
        report.begin("docker compose up");
        compose.run(&["down", "-v", "--remove-orphans"]).await?;
        if build {
            let began = Instant::now();
            compose.run(&["build"]).await?;
            println!("   images built in {:.0} s", began.elapsed().as_secs_f64());
        }
        if !has_service_graph(compose).await? {
            compose.set("SERVICE_GRAPH", "single.yaml");
            report.leave_out(
                "service_graph: this collector was built without it, so there is no service map"
                    .to_owned(),
            );
        }
        let began = Instant::now();
        compose.up().await?;
        println!("   all healthy in {:.0} s", began.elapsed().as_secs_f64());
        report.leave_out_stand_ins(&compose.stand_ins().await?);
        let backends = Backends::find(compose, report).await?;
        let shop = Shop::new(compose.url("gateway", "8080").await?);
        let collector = compose.url("collector", "4318").await?;
        report.end(memory(compose).await);
        Ok((backends, shop, collector))
    }
}

/// The collector's own list of what it was built with.
async fn has_service_graph(compose: &Compose) -> Result<bool, String> {
    let components = ["run", "--rm", "--no-deps", "-T", "collector", "components"];
    let components = compose.run(&components).await?;
    Ok(components.contains("service_graph") || components.contains("servicegraph"))
}

/// What every container uses at this moment.
pub(crate) async fn memory(compose: &Compose) -> Said {
    let all = compose.memory().await?;
    let of_stack = |(name, _, _): &&(String, f64, f64)| name != "trace-viewer";
    let used: f64 = all.iter().filter(of_stack).map(|(_, used, _)| used).sum();
    let limit: f64 = all.iter().filter(of_stack).map(|(_, _, limit)| limit).sum();
    let each: Vec<_> = all
        .iter()
        .map(|(name, used, limit)| format!("{name} {used:.0}/{limit:.0}"))
        .collect();
    Ok(vec![format!(
        "memory, MiB used/allowed: {}; {used:.0} of {limit:.0} without the viewer",
        each.join(", ")
    )])
}
