//! `tracectl verify`, asked for its report.

use reqwest::Url;
use serde_json::Value;

use super::programs::{self, TRACECTL};

/// tracectl's report, and whether all of its checks passed. `arguments` without the command.
///
/// # Errors
/// When it can't be asked, or says something else.
pub async fn verify(
    arguments: &[String],
    collector: Option<&Url>,
) -> Result<(bool, Value), String> {
    let arguments = [&["verify".to_owned(), "--json".to_owned()], arguments].concat();
    let output = programs::run(TRACECTL, &arguments, collector).await?;
    let told = String::from_utf8_lossy(&output.stdout);
    let report: Value = serde_json::from_slice(&output.stdout).map_err(|_| {
        let complaint = String::from_utf8_lossy(&output.stderr);
        format!("tracectl {}: {complaint}{told}", arguments.join(" "))
    })?;
    Ok((output.status.success(), report))
}

/// The report, when all passed.
///
/// # Errors
/// The checks that failed.
pub fn passed((good, report): (bool, Value)) -> Result<Value, String> {
    if good {
        return Ok(report);
    }
    let failed: Vec<_> = failed(&report).map(Value::to_string).collect();
    Err(format!("tracectl verify:\n{}", failed.join("\n")))
}

/// The checks of a report.
pub fn checks(report: &Value) -> impl Iterator<Item = &Value> {
    report["checks"].as_array().into_iter().flatten()
}

/// What has failed of it.
pub fn failed(report: &Value) -> impl Iterator<Item = &Value> {
    checks(report).filter(|check| check["result"] == "failed")
}
