//! The statements, which both databases understand.

use shared_telemetry::sql::Statement;

pub(super) static SELECT_ORDER: Statement = Statement::new(
    "SELECT",
    "orders",
    "SELECT state, reason, checkout_trace_id, fulfillment_trace_id, attempts, dead_letter \
     FROM orders WHERE order_id = $1",
);

pub(super) static INSERT_ORDER: Statement = Statement::new(
    "INSERT",
    "orders",
    "INSERT INTO orders (order_id, state, reason, checkout_trace_id, fulfillment_trace_id, \
     attempts, dead_letter, recorded_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
     ON CONFLICT (order_id) DO NOTHING",
);

pub(super) static DEAD_LETTER_SENT: Statement = Statement::new(
    "UPDATE",
    "orders",
    "UPDATE orders SET dead_letter = 'sent' WHERE order_id = $1 AND dead_letter = 'due'",
);

pub(super) static FORGET_FAILED: Statement = Statement::new(
    "DELETE",
    "orders",
    "DELETE FROM orders WHERE order_id = $1 AND state = 'failed' AND dead_letter = 'sent'",
);

pub(super) static INSERT_CRASH: Statement = Statement::new(
    "INSERT",
    "crashed_orders",
    "INSERT INTO crashed_orders (order_id, trace_id, crashed_at_ms) VALUES ($1, $2, $3) \
     ON CONFLICT (order_id) DO NOTHING",
);

pub(super) static SELECT_CRASH: Statement = Statement::new(
    "SELECT",
    "crashed_orders",
    "SELECT trace_id FROM crashed_orders WHERE order_id = $1",
);
