//! What the rules promise.

use super::*;

fn line(sku: &str, quantity: u32) -> Line {
    Line {
        sku: sku.to_owned(),
        quantity,
    }
}

#[test]
fn lines_are_taken_in_sku_order_whatever_order_they_came_in() {
    let lines = Lines::new(vec![
        line("TRAY-7", 1),
        line("CADDY-5", 2),
        line("MUG-2", 3),
    ])
    .unwrap();
    let skus: Vec<_> = lines.iter().map(|line| line.sku.as_str()).collect();
    assert_eq!(skus, ["CADDY-5", "MUG-2", "TRAY-7"]);
}

#[test]
fn a_request_that_makes_no_sense_is_refused() {
    let refused = |order_id: &str, lines| Reservation::new(order_id.to_owned(), lines).unwrap_err();
    let good = || vec![line("MUG-2", 1)];
    assert_eq!(refused("", good()), InvalidRequest::EmptyOrderId);
    assert_eq!(
        refused(&"x".repeat(129), good()),
        InvalidRequest::LongOrderId
    );
    assert_eq!(refused("o-1", vec![]), InvalidRequest::NoLine);
    let zero = vec![line("MUG-2", 1), line("TRAY-7", 0)];
    assert_eq!(
        refused("o-1", zero),
        InvalidRequest::ZeroQuantity("TRAY-7".to_owned())
    );
    let repeated = vec![line("MUG-2", 1), line("TRAY-7", 1), line("MUG-2", 2)];
    assert_eq!(
        refused("o-1", repeated),
        InvalidRequest::RepeatedSku("MUG-2".to_owned())
    );
}

#[test]
fn a_line_is_refused_only_when_it_exceeds_the_stock() {
    assert_eq!(line("MUG-2", 5).refusal(Some(5)), None);
    let shortage = Refusal::Shortage {
        sku: "MUG-2".to_owned(),
        wanted: 5,
        left: 4,
    };
    assert_eq!(shortage.to_string(), "5 of MUG-2 are wanted and 4 are left");
    assert_eq!(line("MUG-2", 5).refusal(Some(4)), Some(shortage));
    assert_eq!(
        line("X", 1).refusal(None),
        Some(Refusal::UnknownSku("X".to_owned()))
    );
}

#[test]
fn a_missing_line_tells_what_is_left() {
    assert_eq!(line("MUG-2", 5).shortage(Some(5)), None);
    assert_eq!(line("MUG-2", 5).shortage(Some(4)), Some(line("MUG-2", 4)));
    assert_eq!(line("X", 1).shortage(None), Some(line("X", 0)));
    assert_eq!(line("MUG-2", u32::MAX).shortage(Some(u64::MAX)), None);
}
