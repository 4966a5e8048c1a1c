-- Orders in their final state.
CREATE TABLE orders (
    order_id             TEXT   NOT NULL PRIMARY KEY,
    -- reserved, out_of_stock or failed
    state                TEXT   NOT NULL,
    -- Why it is not reserved.
    reason               TEXT,
    checkout_trace_id    TEXT,
    fulfillment_trace_id TEXT,
    -- Milliseconds since the Unix epoch.
    recorded_at_ms       BIGINT NOT NULL,
    -- How often inventory was asked before the order had ended.
    attempts             BIGINT NOT NULL,
    -- Only of failed orders: 'due' until the stock is given back and the dead letter is with the
    -- broker, then 'sent'. The one change that a row sees; a replayed dead letter removes it.
    dead_letter          TEXT
);

-- Orders in whose middle the process was ended because their caller wanted to see it.
CREATE TABLE crashed_orders (
    order_id      TEXT   NOT NULL PRIMARY KEY,
    -- The trace that ended there.
    trace_id      TEXT,
    crashed_at_ms BIGINT NOT NULL
);
