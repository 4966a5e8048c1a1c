//! Backends that are away get everything later, though the collector is killed before they are back:
//! what waits for them is on its disk.

use std::time::Duration;

use crate::stack::Stack;
use system_tests::check::Customers;
use system_tests::check::Said;
use system_tests::check::http;

const CUSTOMERS: u32 = 40;
const EVERY: Duration = Duration::from_millis(200);
/// Slow traces are kept, so each of them must arrive.
const SLOW: &str = "demo.fault=pricing.slow";
/// Until the sampler has decided about the last trace, and handed it to the queues.
const DECIDED: Duration = Duration::from_secs(15);
/// Exporters try again after 10 s at most.
const DELIVERED: Duration = Duration::from_secs(120);

pub(crate) async fn late(stack: &Stack) -> Said {
    let traces = stack.backends.traces.iter().map(|one| one.service());
    let away: Vec<_> = traces.chain(["loki"]).collect();
    stack.compose.run(&[&["stop"], &away[..]].concat()).await?;
    let customers = Customers::of(&stack.shop, "delivery")
        .await?
        .with_baggage(SLOW);
    let came = customers.come(CUSTOMERS, EVERY).await;
    tokio::time::sleep(DECIDED).await;
    stack.compose.kill("collector").await?;
    stack.compose.start("collector").await?;
    for service in &away {
        stack.compose.start(service).await?;
    }
    came?;
    let mut facts = vec![customers.are_served().await?];
    let ids = customers
        .promises()
        .into_iter()
        .map(|promise| promise.trace_id);
    let ids: Vec<_> = ids.collect();
    for backend in &stack.backends.traces {
        let has = async |id: &str| backend.trace(&stack.client, id).await.is_some();
        facts.push(arrived(backend.service(), "traces", &ids, has).await?);
    }
    let has = async |id: &str| lines(stack, id).await;
    facts.push(arrived("loki", "traces' log lines", &ids, has).await?);
    Ok(facts)
}

/// All of them are there in the end.
async fn arrived(
    backend: &str,
    what: &str,
    ids: &[String],
    has: impl AsyncFn(&str) -> bool,
) -> Result<String, String> {
    let mut open: Vec<_> = ids.iter().collect();
    let ask = async || {
        let mut missing = Vec::new();
        for id in std::mem::take(&mut open) {
            if !has(id).await {
                missing.push(id);
            }
        }
        open = missing;
        open.len()
    };
    let missing = http::until(DELIVERED, ask, |missing| *missing == 0).await;
    let told = format!(
        "{backend}: {} of {} {what} came late",
        ids.len() - missing,
        ids.len()
    );
    if missing == 0 { Ok(told) } else { Err(told) }
}

/// Loki has a line under this trace id.
async fn lines(stack: &Stack, id: &str) -> bool {
    let query = format!(r#"{{service_namespace="unbroken"}} | trace_id="{id}""#);
    let query = [("query", query.as_str()), ("since", "1h"), ("limit", "5")];
    let path = "/loki/api/v1/query_range";
    let answer = http::get(&stack.client, &stack.backends.loki, path, &query).await;
    answer.is_ok_and(|answer| answer["data"]["result"][0].is_object())
}
