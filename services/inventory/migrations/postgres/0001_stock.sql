-- How many of each article can still be reserved. SKUs are ordered by their bytes, whatever the
-- server's language: whoever changes several rows takes them in that order.
CREATE TABLE stock (
    sku       TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    available BIGINT NOT NULL CHECK (available >= 0)
);

-- One row an order, for good: it is what makes a second call change nothing.
CREATE TABLE reservations (
    order_id TEXT NOT NULL PRIMARY KEY,
    state    TEXT NOT NULL CHECK (state IN ('reserved', 'released'))
);

CREATE TABLE reservation_lines (
    order_id TEXT   NOT NULL REFERENCES reservations (order_id),
    sku      TEXT   COLLATE "C" NOT NULL REFERENCES stock (sku),
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (order_id, sku)
);
