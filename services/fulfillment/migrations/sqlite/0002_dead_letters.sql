-- How often inventory was asked before the order had ended.
ALTER TABLE orders ADD COLUMN attempts BIGINT NOT NULL DEFAULT 1;

-- Only of failed orders: 'due' until the stock is given back and the dead letter is with the
-- broker, then 'sent'. The one change that a row sees; a replayed dead letter removes it.
ALTER TABLE orders ADD COLUMN dead_letter TEXT;

-- Orders in whose middle the process was ended because their caller wanted to see it.
CREATE TABLE crashed_orders (
    order_id      TEXT   NOT NULL PRIMARY KEY,
    -- The trace that ended there.
    trace_id      TEXT,
    crashed_at_ms BIGINT NOT NULL
);
