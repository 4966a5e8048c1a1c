//! tracectl and loadgen, as processes of their own, out of this program.

use std::process::Output;

use reqwest::Url;
use tokio::process::Command;

/// The name of tracectl.
pub const TRACECTL: &str = "tracectl";
/// The name of loadgen.
pub const LOADGEN: &str = "loadgen";

/// Runs this program under that name until it ends, its own spans sent to `collector` by OTLP over HTTP, or to
/// nobody.
///
/// # Errors
/// When it can't be started.
pub async fn run(
    name: &'static str,
    arguments: &[String],
    collector: Option<&Url>,
) -> Result<Output, String> {
    let me = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(me);
    match collector {
        Some(collector) => command
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.as_str())
            .env("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        None => command.env("OTEL_SDK_DISABLED", "true"),
    };
    command
        .arg0(name)
        .args(arguments)
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| format!("{name} cannot be started: {error}"))
}
