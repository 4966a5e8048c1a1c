//! One container killed while customers come, and started again: nothing that was acknowledged is
//! lost, nothing is done twice, and afterwards traces are whole again.

use std::time::Duration;

use crate::compose::Compose;
use crate::stack::Stack;
use crate::verify;
use system_tests::check::Customers;
use system_tests::check::Said;
use system_tests::check::http;

/// Ten customers a second, for half a minute.
const CUSTOMERS: u32 = 300;
const EVERY: Duration = Duration::from_millis(100);
/// How long things are well at first, and then not.
const WELL: Duration = Duration::from_secs(5);
const AWAY: Duration = Duration::from_secs(6);

/// What services have dropped and counted, at their queues and at their exporters.
const DROPPED: &str =
    r#"sum(otel_sdk_processor_span_processed_total{error_type!=""}) or vector(0)"#;
const GIVEN_UP: &str = r#"sum(otel_sdk_exporter_span_exported_total{error_type!=""}) or vector(0)"#;

/// `compose` is the stack's, or one with more containers.
pub(crate) async fn killed(stack: &Stack, compose: &Compose, service: &str) -> Said {
    let customers = Customers::of(&stack.shop, service).await?;
    let fault = async {
        tokio::time::sleep(WELL).await;
        compose.kill(service).await?;
        tokio::time::sleep(AWAY).await;
        compose.start(service).await
    };
    let (came, mended) = tokio::join!(customers.come(CUSTOMERS, EVERY), fault);
    mended?;
    came?;
    let mut facts = vec![customers.are_served().await?];
    if service == "collector" {
        if customers.refusals() > 0 {
            let refusals = customers.refusals();
            return Err(format!(
                "{refusals} requests were refused for want of a collector"
            ));
        }
        let dropped = number(stack, DROPPED).await?;
        let given_up = number(stack, GIVEN_UP).await?;
        facts.push(format!(
            "no request refused; spans that services counted as lost so far: {dropped} at their queues, {given_up} at their exporters"
        ));
    }
    verify::verified(stack).await?;
    facts.push("afterwards tracectl verify passes in every backend".to_owned());
    Ok(facts)
}

async fn number(stack: &Stack, query: &str) -> Result<String, String> {
    let prometheus = &stack.backends.prometheus;
    let answer = http::get(
        &stack.client,
        prometheus,
        "/api/v1/query",
        &[("query", query)],
    )
    .await?;
    let value = answer["data"]["result"][0]["value"][1].as_str();
    Ok(value.unwrap_or("no").to_owned())
}
