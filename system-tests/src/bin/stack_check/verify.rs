//! `tracectl verify` with every backend that is there.

use serde_json::Value;

use crate::stack::Stack;
use system_tests::check::http;
use system_tests::check::{self, Said};

/// Metrics are made each quarter of a minute, and a new series needs two of them.
const PATIENCE: &str = "120s";
/// A failure is known when this is over.
const SHORT_PATIENCE: &str = "30s";

/// An order is whole in each, and `fraud`, which is not of our code, stands in its trace.
pub(crate) async fn whole(stack: &Stack) -> Said {
    let verified = verified(stack).await?;
    let mut facts = counts(&verified);
    let id = verified["checkout_trace_id"].as_str().unwrap_or_default();
    let joined = async || {
        let trace = stack.backends.traces[0].trace(&stack.client, id).await;
        trace.is_some_and(|trace| trace.to_string().contains("\"fraud\""))
    };
    if !http::until(std::time::Duration::from_secs(20), joined, |found| *found).await {
        return Err(format!(
            "no span of fraud in trace {id}\n{}",
            facts.join("\n")
        ));
    }
    facts.push("fraud, in Python, has joined the trace".to_owned());
    Ok(facts)
}

/// tracectl's report, when all its checks have passed.
pub(crate) async fn verified(stack: &Stack) -> Result<Value, String> {
    let prometheus = format!("prometheus={}", stack.backends.prometheus);
    run(stack, &[prometheus]).await
}

/// The same without metrics: exemplars outlive a backend that keeps its traces in memory.
pub(crate) async fn traces_verified(stack: &Stack) -> Result<Value, String> {
    run(stack, &[]).await
}

/// tracectl's report, when a check of the traces has failed.
pub(crate) async fn broken(stack: &Stack) -> Result<Value, String> {
    let (good, report) = ask(stack, &[], SHORT_PATIENCE).await?;
    if good {
        return Err("tracectl verify passes".to_owned());
    }
    Ok(report)
}

async fn run(stack: &Stack, more: &[String]) -> Result<Value, String> {
    check::passed(ask(stack, more, PATIENCE).await?)
}

/// Whether all is well, and what tracectl has to say.
async fn ask(stack: &Stack, more: &[String], patience: &str) -> Result<(bool, Value), String> {
    let backends = &stack.backends;
    let mut arguments = Vec::new();
    let mut add = |name: &str, value: String| arguments.extend([name.to_owned(), value]);
    add("--gateway", stack.shop.gateway.to_string());
    add("--timeout", patience.to_owned());
    for traces in &backends.traces {
        add("--backend", traces.argument());
    }
    add("--backend", format!("loki={}", backends.loki));
    for backend in more {
        add("--backend", backend.clone());
    }
    check::verify(&arguments, Some(&stack.collector)).await
}

/// What a check of tracectl has found.
pub(crate) fn detail(report: &Value, name: &str) -> Option<String> {
    let check = check::checks(report).find(|check| check["name"] == name)?;
    Some(check["detail"].as_str()?.to_owned())
}

/// How many checks passed in which backend.
fn counts(report: &Value) -> Vec<String> {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for check in check::checks(report) {
        let backend = check["backend"].as_str().unwrap_or_default();
        match counts.iter_mut().find(|(name, _)| *name == backend) {
            Some((_, count)) => *count += 1,
            None => counts.push((backend, 1)),
        }
    }
    let told = counts
        .iter()
        .map(|(name, count)| format!("{name}: {count} checks passed"));
    told.collect()
}
