//! The statements of the stock database, which both systems understand.

use shared_telemetry::sql::Statement;

pub(super) static SELECT_STOCK: Statement = Statement::new(
    "SELECT",
    "stock",
    "SELECT available FROM stock WHERE sku = $1",
);

/// Takes the units only when they are there: the check and the change are one step.
pub(super) static TAKE_STOCK: Statement = Statement::new(
    "UPDATE",
    "stock",
    "UPDATE stock SET available = available - $2 WHERE sku = $1 AND available >= $2",
);

pub(super) static GIVE_STOCK: Statement = Statement::new(
    "UPDATE",
    "stock",
    "UPDATE stock SET available = available + $2 WHERE sku = $1",
);

/// Whoever inserts the row reserves; whoever comes second finds it.
pub(super) static INSERT_RESERVATION: Statement = Statement::new(
    "INSERT",
    "reservations",
    "INSERT INTO reservations (order_id, state) VALUES ($1, 'reserved') ON CONFLICT (order_id) DO NOTHING",
);

pub(super) static SELECT_RESERVATION: Statement = Statement::new(
    "SELECT",
    "reservations",
    "SELECT state FROM reservations WHERE order_id = $1",
);

/// Whoever changes the state gives back; whoever comes second changes nothing.
pub(super) static RELEASE_RESERVATION: Statement = Statement::new(
    "UPDATE",
    "reservations",
    "UPDATE reservations SET state = 'released' WHERE order_id = $1 AND state = 'reserved'",
);

/// An order that is released before it was ever reserved: its row keeps a late reservation out.
pub(super) static INSERT_RELEASED: Statement = Statement::new(
    "INSERT",
    "reservations",
    "INSERT INTO reservations (order_id, state) VALUES ($1, 'released') ON CONFLICT (order_id) DO NOTHING",
);

/// Whoever changes the state takes the stock; whoever comes second changes nothing.
pub(super) static RESERVE_RELEASED: Statement = Statement::new(
    "UPDATE",
    "reservations",
    "UPDATE reservations SET state = 'reserved' WHERE order_id = $1 AND state = 'released'",
);

pub(super) static INSERT_LINE: Statement = Statement::new(
    "INSERT",
    "reservation_lines",
    "INSERT INTO reservation_lines (order_id, sku, quantity) VALUES ($1, $2, $3)",
);

pub(super) static DELETE_LINES: Statement = Statement::new(
    "DELETE",
    "reservation_lines",
    "DELETE FROM reservation_lines WHERE order_id = $1",
);

pub(super) static SELECT_LINES: Statement = Statement::new(
    "SELECT",
    "reservation_lines",
    "SELECT sku, quantity FROM reservation_lines WHERE order_id = $1 ORDER BY sku",
);

/// Not a [`Statement`]: it has no span.
pub(super) const LEVELS: &str = "SELECT sku, available FROM stock ORDER BY sku LIMIT 1000";
