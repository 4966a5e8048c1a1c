//! The collector in three tiers: the same counts and whole traces, and a sampler that is killed.

use crate::faults;
use crate::queries;
use crate::rates;
use crate::stack::Stack;
use system_tests::check::Said;

const FILES: &str = "docker-compose.yaml:docker-compose.tail-tiers.yaml";

pub(crate) async fn hold(stack: &Stack) -> Said {
    let said = in_tiers(stack).await;
    // Other checks find it as it was, whatever came out.
    stack.compose.up().await?;
    said
}

async fn in_tiers(stack: &Stack) -> Said {
    let tiers = stack.compose.with("COMPOSE_FILE", FILES);
    tiers.up().await?;
    let mut facts = rates::equal(stack).await?;
    facts.extend(queries::of_tiers(stack).await?);
    facts.push("a sampler is killed under load:".to_owned());
    facts.extend(faults::killed(stack, &tiers, "sampler-1").await?);
    Ok(facts)
}
