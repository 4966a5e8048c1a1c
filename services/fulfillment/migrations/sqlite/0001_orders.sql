-- Orders in their final state. A row is written once and never changed.
CREATE TABLE orders (
    order_id             TEXT   NOT NULL PRIMARY KEY,
    -- reserved, out_of_stock or failed
    state                TEXT   NOT NULL,
    -- Why it is not reserved.
    reason               TEXT,
    checkout_trace_id    TEXT,
    fulfillment_trace_id TEXT,
    -- Milliseconds since the Unix epoch.
    recorded_at_ms       BIGINT NOT NULL
);
