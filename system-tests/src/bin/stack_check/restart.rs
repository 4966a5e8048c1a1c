//! `docker compose down` in the middle of the work, and up again: every acknowledged order is there,
//! and worked on once.

use std::time::{Duration, Instant};

use crate::stack::Stack;
use crate::verify;
use system_tests::check::Customers;
use system_tests::check::Said;

const CUSTOMERS: u32 = 60;
const EVERY: Duration = Duration::from_millis(50);

pub(crate) async fn keeps_orders(stack: &Stack) -> Said {
    let customers = Customers::of(&stack.shop, "restart").await?;
    customers.come(CUSTOMERS, EVERY).await?;
    let began = Instant::now();
    stack.compose.run(&["down"]).await?;
    let down = began.elapsed();
    let began = Instant::now();
    stack.compose.up().await?;
    let up = began.elapsed();
    let mut facts = vec![format!(
        "down in {:.0} s, up and healthy again in {:.0} s",
        down.as_secs_f64(),
        up.as_secs_f64()
    )];
    facts.push(customers.are_served().await?);
    verify::traces_verified(stack).await?;
    facts.push("afterwards tracectl verify passes in the backends of traces and logs".to_owned());
    Ok(facts)
}
