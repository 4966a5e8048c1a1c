-- Checkouts that the gateway remembers: each order that was accepted, and whatever came of a
-- checkout under an Idempotency-Key.
CREATE TABLE checkouts (
    order_id       TEXT   NOT NULL PRIMARY KEY,
    -- SHA-256 of the key; NULL without one, and once the key is free again.
    key_hash       TEXT   UNIQUE,
    -- SHA-256 of key and cart.
    cart_hash      TEXT,
    -- working, written, accepted or refused
    stage          TEXT   NOT NULL,
    -- Who works at it, and until when nobody else may. Milliseconds since the Unix epoch.
    holder         TEXT   NOT NULL,
    held_until_ms  BIGINT NOT NULL,
    -- The order.created event as it is published, and the sums of the answer. Both are JSON.
    payload        TEXT,
    sums           TEXT,
    -- A refusal: the status and the sentence.
    refusal_status BIGINT,
    refusal        TEXT,
    -- The span in which the customer was answered.
    trace_id       TEXT,
    span_id        TEXT,
    created_at_ms  BIGINT NOT NULL
);

CREATE INDEX checkouts_by_age ON checkouts (created_at_ms);
