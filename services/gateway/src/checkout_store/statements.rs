//! The statements of the checkout store, the same for both databases.

use shared_telemetry::sql::Statement;

/// Whoever inserts the row has the key; whoever comes second finds it.
pub(super) static CLAIM: Statement = Statement::new(
    "INSERT",
    "checkouts",
    "INSERT INTO checkouts (order_id, key_hash, cart_hash, stage, holder, held_until_ms, \
     created_at_ms) VALUES ($1, $2, $3, 'working', $4, $5, $6) ON CONFLICT (key_hash) DO NOTHING",
);

pub(super) static FIND_KEY: Statement = Statement::new(
    "SELECT",
    "checkouts",
    "SELECT order_id, cart_hash, stage, holder, held_until_ms, payload, sums, refusal_status, \
     refusal, trace_id, span_id, created_at_ms FROM checkouts WHERE key_hash = $1",
);

pub(super) static FREE_KEY: Statement = Statement::new(
    "UPDATE",
    "checkouts",
    "UPDATE checkouts SET key_hash = NULL WHERE key_hash = $1 AND order_id = $2",
);

/// Of two that take over the same hold, one finds it changed.
pub(super) static TAKE_OVER: Statement = Statement::new(
    "UPDATE",
    "checkouts",
    "UPDATE checkouts SET holder = $4, held_until_ms = $5 \
     WHERE order_id = $1 AND holder = $2 AND stage = $3",
);

/// From here on the order is what it is: only one hold gets past `working`.
pub(super) static WRITE: Statement = Statement::new(
    "UPDATE",
    "checkouts",
    "UPDATE checkouts SET stage = 'written', payload = $3, sums = $4, trace_id = $5, span_id = $6 \
     WHERE order_id = $1 AND holder = $2 AND stage = 'working'",
);

/// Whoever hears the broker's word may write it down: there is one order.
pub(super) static ACCEPT: Statement = Statement::new(
    "UPDATE",
    "checkouts",
    "UPDATE checkouts SET stage = 'accepted', trace_id = $2, span_id = $3 \
     WHERE order_id = $1 AND stage = 'written'",
);

pub(super) static REFUSE: Statement = Statement::new(
    "UPDATE",
    "checkouts",
    "UPDATE checkouts SET stage = 'refused', refusal_status = $3, refusal = $4, trace_id = $5, \
     span_id = $6 WHERE order_id = $1 AND holder = $2 AND stage = 'working'",
);

pub(super) static GIVE_UP: Statement = Statement::new(
    "DELETE",
    "checkouts",
    "DELETE FROM checkouts WHERE order_id = $1 AND holder = $2 AND stage = 'working'",
);

pub(super) static GIVE_BACK: Statement = Statement::new(
    "UPDATE",
    "checkouts",
    "UPDATE checkouts SET held_until_ms = 0 \
     WHERE order_id = $1 AND holder = $2 AND stage = 'written'",
);

pub(super) static REMEMBER: Statement = Statement::new(
    "INSERT",
    "checkouts",
    "INSERT INTO checkouts (order_id, stage, holder, held_until_ms, trace_id, span_id, \
     created_at_ms) VALUES ($1, 'accepted', '', 0, $2, $3, $4)",
);

pub(super) static FIND_ORDER: Statement = Statement::new(
    "SELECT",
    "checkouts",
    "SELECT trace_id FROM checkouts WHERE order_id = $1 AND stage = 'accepted'",
);

pub(super) static SWEEP: Statement = Statement::new(
    "DELETE",
    "checkouts",
    "DELETE FROM checkouts WHERE order_id IN (SELECT order_id FROM checkouts \
     WHERE created_at_ms < $1 ORDER BY created_at_ms LIMIT $2)",
);
