-- What is sold, one row a currency, and who pays less for it. SKUs are ordered by their bytes,
-- whatever the server's language.
CREATE TABLE items (
    sku        TEXT   COLLATE "C" NOT NULL,
    currency   TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    unit_cents BIGINT NOT NULL CHECK (unit_cents >= 0),
    PRIMARY KEY (sku, currency)
);

-- Valid from the first second up to, and without, the last: seconds since the Unix epoch, UTC.
CREATE TABLE promotions (
    coupon      TEXT   NOT NULL PRIMARY KEY,
    percent     BIGINT NOT NULL CHECK (percent BETWEEN 0 AND 100),
    valid_from  BIGINT NOT NULL,
    valid_until BIGINT NOT NULL
);
