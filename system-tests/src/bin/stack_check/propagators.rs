//! Two formats that don't understand each other: the gateway writes B3, its neighbours read W3C Trace
//! Context only. The trace breaks, the record in Kafka shows why, and with both written it is whole.

use serde_json::Value;

use crate::compose::Compose;
use crate::stack::Stack;
use crate::verify;
use system_tests::check::{self, Said};

const SETTING: &str = "GATEWAY_INJECT";
/// The first hop behind the gateway.
const HOP: &str = "HTTP gateway → pricing";

pub(crate) async fn mismatched(stack: &Stack) -> Said {
    let said = then_both(stack).await;
    // Other checks find it as it was, whatever came out.
    stack.compose.up().await?;
    said
}

async fn then_both(stack: &Stack) -> Said {
    let mut facts = Vec::new();
    let b3 = "b3,baggage";
    let compose = stack.compose.with(SETTING, b3);
    compose.up().await?;
    let told = verify::broken(stack).await?;
    let broken: Vec<_> = check::failed(&told).collect();
    if !broken.iter().any(|check| check["name"] == HOP) {
        return Err(format!("{SETTING}={b3}: tracectl does not name {HOP}"));
    }
    facts.push(format!("{SETTING}={b3}: tracectl verify fails:"));
    facts.extend(broken.iter().map(|check| said(check)));
    let headers = headers(&compose, &told).await?;
    if !headers.contains("b3:") || headers.contains("traceparent:") {
        return Err(format!("the record's headers are {headers}"));
    }
    facts.push(format!("the record in Kafka: {headers}"));
    let both = "b3,tracecontext,baggage";
    stack.compose.with(SETTING, both).up().await?;
    verify::traces_verified(stack).await?;
    facts.push(format!("{SETTING}={both}: tracectl verify passes"));
    Ok(facts)
}

fn said(check: &Value) -> String {
    let text = |key: &str| check[key].as_str().unwrap_or_default();
    format!("  {}: {}", text("name"), text("detail"))
}

/// The headers of the order's record, as Kafka's own tool prints them.
async fn headers(compose: &Compose, told: &Value) -> Result<String, String> {
    let order = told["order_id"].as_str().unwrap_or_default();
    // A JVM beside the broker's, in the same container's memory.
    let tool = "KAFKA_HEAP_OPTS=-Xmx64m /opt/kafka/bin/kafka-console-consumer.sh \
                --bootstrap-server localhost:9092 --topic order.created --from-beginning --timeout-ms 8000 \
                --property print.headers=true --property print.key=true --property print.value=false";
    let records = compose
        .run(&["exec", "-T", "kafka", "bash", "-c", tool])
        .await?;
    let record = records.lines().find(|line| line.contains(order));
    record
        .map(str::to_owned)
        .ok_or_else(|| format!("no record of order {order}"))
}
