//! `kubectl`, with the cluster and the namespace said.

use std::process::Stdio;
use std::time::Duration;

use reqwest::Url;
use serde_json::Value;
use system_tests::check::command;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// A port is forwarded at once, or never.
const FORWARDED: Duration = Duration::from_secs(20);

/// For one cluster and the namespace of the shop.
#[derive(Debug)]
pub(crate) struct Kubectl {
    context: String,
}

/// A Service's port on this machine, until this is dropped.
pub(crate) struct Forward {
    pub(crate) url: Url,
    _process: Child,
}

/// A pod, as `kubectl get pods` shows it, and more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pod {
    pub(crate) name: String,
    /// Of `app.kubernetes.io/name`.
    pub(crate) of: String,
    pub(crate) is_ready: bool,
    pub(crate) restarts: u64,
    /// `Running`, or why it waits.
    pub(crate) says: String,
}

impl Kubectl {
    pub(crate) fn new(cluster: &str) -> Self {
        let context = format!("--context=kind-{cluster}");
        Self { context }
    }

    pub(crate) async fn run(&self, arguments: &[&str]) -> Result<String, String> {
        self.with_input(arguments, "").await
    }

    pub(crate) async fn with_input(
        &self,
        arguments: &[&str],
        input: &str,
    ) -> Result<String, String> {
        command::told(self.command().args(arguments), input).await
    }

    fn command(&self) -> Command {
        let mut command = command::in_root("kubectl");
        command.args([&self.context, "--namespace=unbroken"]);
        command
    }

    /// What `get … --output json` lists.
    pub(crate) async fn list(&self, what: &str) -> Result<Vec<Value>, String> {
        let text = self.run(&["get", what, "--output=json"]).await?;
        let list: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        Ok(list["items"].as_array().cloned().unwrap_or_default())
    }

    /// Those of workloads; a Job's pod is ready never.
    pub(crate) async fn pods(&self) -> Result<Vec<Pod>, String> {
        let all = self.list("pods").await?;
        let of_job = |pod: &Value| pod["metadata"]["ownerReferences"][0]["kind"] == "Job";
        Ok(all.iter().filter(|pod| !of_job(pod)).map(Pod::of).collect())
    }

    /// A port of this machine that leads to a Service's.
    pub(crate) async fn forward(&self, service: &str, port: u16) -> Result<Forward, String> {
        let mut process = self
            .command()
            .arg("port-forward")
            .arg(format!("service/{service}"))
            .arg(format!(":{port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("kubectl cannot be started: {error}"))?;
        let output = process.stdout.take().expect("it is piped");
        let mut lines = BufReader::new(output).lines();
        let first = tokio::time::timeout(FORWARDED, lines.next_line()).await;
        let first = first.ok().and_then(Result::ok).flatten();
        let first = first.ok_or_else(|| format!("no port of this machine leads to {service}"))?;
        let address = first
            .strip_prefix("Forwarding from ")
            .and_then(|rest| rest.split(' ').next())
            .ok_or_else(|| format!("kubectl port-forward said: {first}"))?;
        // What it says of each connection has to go somewhere.
        shared_telemetry::task::spawn(
            async move { while let Ok(Some(_)) = lines.next_line().await {} },
        );
        let url = Url::parse(&format!("http://{address}")).map_err(|error| error.to_string())?;
        let _process = process;
        Ok(Forward { url, _process })
    }
}

impl Pod {
    fn of(pod: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let status = &pod["status"];
        let lists = ["initContainerStatuses", "containerStatuses"];
        let containers = lists.iter().flat_map(|list| status[list].as_array());
        let containers: Vec<_> = containers.flatten().collect();
        let waits = containers.iter().find_map(|container| {
            let reason = container["state"]["waiting"]["reason"].as_str();
            reason.filter(|reason| *reason != "PodInitializing")
        });
        let conditions = status["conditions"].as_array().into_iter().flatten();
        let ready = conditions
            .filter(|condition| condition["type"] == "Ready")
            .any(|condition| condition["status"] == "True");
        let restarts = containers
            .iter()
            .filter_map(|container| container["restartCount"].as_u64());
        Self {
            name: text(&pod["metadata"]["name"]),
            of: text(&pod["metadata"]["labels"]["app.kubernetes.io/name"]),
            is_ready: ready && pod["metadata"]["deletionTimestamp"].is_null(),
            restarts: restarts.sum(),
            says: waits.map_or_else(|| text(&status["phase"]), str::to_owned),
        }
    }
}
