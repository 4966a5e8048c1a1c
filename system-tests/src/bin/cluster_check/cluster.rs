//! A kind cluster, and the shop in it.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use reqwest::{Client, Url};
use system_tests::check::command::run;
use system_tests::check::{Report, Said, Shop, http};

use crate::images;
use crate::kubectl::{Kubectl, Pod};

/// Not that of the page: what somebody has made by hand stays.
const NAME: &str = "unbroken-check";
/// With the viewer, which can be asked about every trace.
pub(crate) const OVERLAY: &str = "k8s/overlays/kind-viewer";
/// The ports of `k8s/kind-cluster.yaml`.
const GATEWAY: &str = "http://127.0.0.1:8080";
const VIEWER: &str = "http://127.0.0.1:16686";
/// For everything to be ready; the nodes may have to pull.
const READY: Duration = Duration::from_secs(600);
/// Each trace is kept, and the viewer has room for them, while something is counted.
const KEEP_ALL: [&str; 2] = ["TAIL_CHECKOUT_PERCENT=100", "TAIL_BASELINE_PERCENT=100"];
const VIEWER_MEMORY: &str = "--limits=memory=1Gi";
const VIEWER_ROOM: [&str; 2] = ["MAX_TRACES=40000", "MAX_BYTES=400000000"];

/// One that runs.
#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) name: String,
    pub(crate) kubectl: Kubectl,
    pub(crate) shop: Shop,
    pub(crate) viewer: Url,
    pub(crate) client: Client,
}

impl Cluster {
    pub(crate) fn named(name: &str) -> Self {
        let url = |text| Url::parse(text).expect("written here");
        Self {
            name: name.to_owned(),
            kubectl: Kubectl::new(name),
            shop: Shop::new(url(GATEWAY)),
            viewer: url(VIEWER),
            client: http::client(),
        }
    }

    /// An empty one.
    pub(crate) async fn create(node_image: Option<&str>) -> Result<Self, String> {
        let began = Instant::now();
        let config = "--config=k8s/kind-cluster.yaml";
        let mut arguments = vec!["create", "cluster", "--name", NAME, config, "--wait=180s"];
        if let Some(image) = node_image {
            arguments.extend(["--image", image]);
        }
        run("kind", &arguments).await?;
        println!(
            "kind create cluster: {:.0} s",
            began.elapsed().as_secs_f64()
        );
        Ok(Self::named(NAME))
    }

    pub(crate) async fn delete(&self) -> Result<(), String> {
        run("kind", &["delete", "cluster", "--name", &self.name])
            .await
            .map(drop)
    }

    /// Images, namespace, Secret, overlay, until all is ready.
    pub(crate) async fn deploy(&self, report: &mut Report, build: bool) -> Result<(), String> {
        report.begin("kubectl apply");
        if build {
            let began = Instant::now();
            images::build().await?;
            println!("   images built in {:.0} s", began.elapsed().as_secs_f64());
        }
        let began = Instant::now();
        let loaded = images::load(&self.name, report).await?;
        println!(
            "   {loaded} images loaded in {:.0} s",
            began.elapsed().as_secs_f64()
        );
        self.apply("k8s/base/namespace.yaml", "-f").await?;
        self.make_secret().await?;
        let began = Instant::now();
        self.apply(OVERLAY, "-k").await?;
        let said = self.until_ready(began).await;
        let failed = said.clone().err();
        report.end(said);
        failed.map_or(Ok(()), Err)
    }

    async fn apply(&self, what: &str, how: &str) -> Result<(), String> {
        // A Deployment whose pods will be refused is taken with a warning.
        let arguments = ["apply", how, what, "--warnings-as-errors"];
        self.kubectl.run(&arguments).await.map(drop)
    }

    /// Passwords that nobody knows. By standard input: arguments can be seen by all.
    async fn make_secret(&self) -> Result<(), String> {
        let mut file = String::new();
        for user in ["postgres", "gateway", "pricing", "fulfillment", "inventory"] {
            let password = run("openssl", &["rand", "-hex", "24"]).await?;
            let _ = writeln!(file, "{user}={}", password.trim());
        }
        let arguments = [
            "create",
            "secret",
            "generic",
            "databases",
            "--from-env-file=/dev/stdin",
        ];
        self.kubectl.with_input(&arguments, &file).await.map(drop)
    }

    async fn until_ready(&self, began: Instant) -> Said {
        let pods = self.all_ready(READY).await?;
        let restarted: Vec<_> = pods.iter().filter(|pod| pod.restarts > 0).collect();
        if !restarted.is_empty() {
            return Err(format!("pods that were started again: {restarted:?}"));
        }
        Ok(vec![format!(
            "{} pods ready in {:.0} s, none started twice",
            pods.len(),
            began.elapsed().as_secs_f64()
        )])
    }

    /// Every pod that there should be, once all are ready.
    pub(crate) async fn all_ready(&self, patience: Duration) -> Result<Vec<Pod>, String> {
        let timeout = format!("--timeout={}s", patience.as_secs());
        for kind in ["statefulset", "daemonset", "deployment"] {
            let workloads = self.kubectl.list(kind).await?;
            for workload in workloads {
                let name = workload["metadata"]["name"].as_str().unwrap_or_default();
                let workload = format!("{kind}/{name}");
                self.kubectl
                    .run(&["rollout", "status", &workload, &timeout])
                    .await?;
            }
        }
        let settled = |pods: &Result<Vec<Pod>, String>| {
            pods.as_ref()
                .is_ok_and(|pods| pods.iter().all(|pod| pod.is_ready))
        };
        let pods = http::until(patience, async || self.kubectl.pods().await, settled).await?;
        let late: Vec<_> = pods.iter().filter(|pod| !pod.is_ready).collect();
        if late.is_empty() {
            Ok(pods)
        } else {
            Err(format!("not ready: {late:?}"))
        }
    }

    /// The samplers keep every trace, and the viewer has room for them.
    pub(crate) async fn keep_all_traces(&self) -> Result<(), String> {
        let samplers = ["set", "env", "statefulset/collector-sampler"];
        self.kubectl
            .run(&[&samplers[..], &KEEP_ALL].concat())
            .await?;
        let viewer = "deployment/trace-viewer";
        self.kubectl
            .run(&["set", "resources", viewer, VIEWER_MEMORY])
            .await?;
        self.kubectl
            .run(&[&["set", "env", viewer][..], &VIEWER_ROOM].concat())
            .await?;
        self.all_ready(READY).await.map(drop)
    }
}
