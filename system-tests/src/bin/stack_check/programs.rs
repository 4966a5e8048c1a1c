//! tracectl and loadgen, as processes of their own, out of this program.

use std::process::Output;

use reqwest::Url;
use tokio::process::Command;

pub(crate) const TRACECTL: &str = "tracectl";
pub(crate) const LOADGEN: &str = "loadgen";

/// Runs this program under that name until it ends.
pub(crate) async fn run(
    name: &'static str,
    arguments: &[String],
    collector: &Url,
) -> Result<Output, String> {
    let me = std::env::current_exe().map_err(|error| error.to_string())?;
    Command::new(me)
        .arg0(name)
        .args(arguments)
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.as_str())
        .env("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| format!("{name} cannot be started: {error}"))
}
