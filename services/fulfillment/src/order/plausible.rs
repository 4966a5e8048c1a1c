//! Orders that no shop can have taken: they are not worth a try.

use std::collections::HashSet;

use contracts::{Line, OrderCreated};

/// More than any cart holds; the gateway takes 50.
const MAX_LINES: usize = 500;
/// More than any warehouse holds of one article.
const MAX_QUANTITY: u32 = 1_000_000;
/// A UUID has 36.
const MAX_ID: usize = 128;
const MAX_SKU: usize = 64;

/// Why an order can't be one, whatever the stock. Nothing of a customer's is repeated but what
/// has passed as an article's number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum ImpossibleOrder {
    #[error("the order id is not valid: expected 1 to {MAX_ID} visible ASCII characters")]
    Id,
    #[error("the order has no line: expected at least one")]
    NoLine,
    #[error("the order has {0} lines: expected at most {MAX_LINES}")]
    TooManyLines(usize),
    #[error("a SKU is not valid: expected 1 to {MAX_SKU} visible ASCII characters")]
    Sku,
    #[error("the SKU {0:?} is repeated: expected each once")]
    RepeatedSku(String),
    #[error("the quantity of {sku:?} is {quantity}: expected 1 to {MAX_QUANTITY}")]
    Quantity { sku: String, quantity: u32 },
    #[error("the currency is not valid: expected three capital letters")]
    Currency,
    #[error("the lines add up to {lines} cents and the order says {total}")]
    Total { lines: u128, total: u64 },
}

/// Checks what must hold in every order.
///
/// # Errors
/// The first thing that does not.
pub fn check(order: &OrderCreated) -> Result<(), ImpossibleOrder> {
    if !is_word(&order.order_id, MAX_ID) {
        return Err(ImpossibleOrder::Id);
    }
    if order.lines.is_empty() {
        return Err(ImpossibleOrder::NoLine);
    }
    if order.lines.len() > MAX_LINES {
        return Err(ImpossibleOrder::TooManyLines(order.lines.len()));
    }
    let mut seen = HashSet::new();
    for line in &order.lines {
        check_line(line)?;
        if !seen.insert(&line.sku) {
            return Err(ImpossibleOrder::RepeatedSku(line.sku.clone()));
        }
    }
    let capital = |byte: u8| byte.is_ascii_uppercase();
    if order.currency.len() != 3 || !order.currency.bytes().all(capital) {
        return Err(ImpossibleOrder::Currency);
    }
    // 500 times 64 bits: no sum of them leaves 128.
    let lines = order.lines.iter().map(|line| u128::from(line.total_cents));
    let lines: u128 = lines.sum();
    if lines != u128::from(order.total_cents) {
        let total = order.total_cents;
        return Err(ImpossibleOrder::Total { lines, total });
    }
    Ok(())
}

fn check_line(line: &Line) -> Result<(), ImpossibleOrder> {
    if !is_word(&line.sku, MAX_SKU) {
        return Err(ImpossibleOrder::Sku);
    }
    if !(1..=MAX_QUANTITY).contains(&line.quantity) {
        return Err(ImpossibleOrder::Quantity {
            sku: line.sku.clone(),
            quantity: line.quantity,
        });
    }
    Ok(())
}

fn is_word(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use contracts::{Customer, order_created};

    use super::*;

    fn line(sku: &str, quantity: u32, total_cents: u64) -> Line {
        Line {
            sku: sku.to_owned(),
            quantity,
            total_cents,
        }
    }

    fn order(lines: Vec<Line>, total_cents: u64) -> OrderCreated {
        OrderCreated {
            version: order_created::VERSION.to_owned(),
            order_id: "0193".to_owned(),
            created_at_ms: 0,
            customer: Customer {
                id: "c-1".to_owned(),
                tier: "gold".to_owned(),
            },
            currency: "EUR".to_owned(),
            lines,
            total_cents,
        }
    }

    #[test]
    fn an_order_that_adds_up_is_one_a_free_one_too() {
        let lines = vec![line("MUG-2", 1, 490), line("TEAPOT-1", 2, 0)];
        assert_eq!(check(&order(lines, 490)), Ok(()));
    }

    #[test]
    fn an_impossible_order_is_told_by_what_makes_it_so() {
        let mug = || vec![line("MUG-2", 1, 490)];
        let with = |change: fn(&mut OrderCreated)| {
            let mut order = order(mug(), 490);
            change(&mut order);
            order
        };
        let most = u64::MAX;
        for (order, told) in [
            (with(|order| order.order_id.clear()), "order id"),
            (with(|order| order.order_id = "a\0b".to_owned()), "order id"),
            (with(|order| order.order_id = "x".repeat(129)), "order id"),
            (with(|order| order.currency = "eur".to_owned()), "currency"),
            (order(vec![], 0), "no line"),
            (order(vec![line("MUG-2", 1, 0); 501], 0), "501 lines"),
            (order(vec![line("", 1, 0)], 0), "SKU is not valid"),
            (order(vec![line("MUG-2", 0, 0)], 0), "\"MUG-2\" is 0"),
            (
                order(vec![line("MUG-2", 4_000_000_000, 0)], 0),
                "4000000000",
            ),
            (order([mug(), mug()].concat(), 980), "\"MUG-2\" is repeated"),
            (order(mug(), 491), "490 cents and the order says 491"),
            (
                order(vec![line("A", 1, most), line("B", 1, most)], most - 1),
                "36893488147419103230 cents",
            ),
        ] {
            let error = check(&order).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
    }
}
