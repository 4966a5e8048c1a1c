-- The articles that services/pricing sells.
INSERT INTO stock (sku, available) VALUES
    ('TEAPOT-1',   10000),
    ('MUG-2',      10000),
    ('KETTLE-3',   10000),
    ('INFUSER-4',  10000),
    ('CADDY-5',    10000),
    ('WHISK-6',    10000),
    ('TRAY-7',     10000),
    ('SENCHA-8',   10000),
    ('ONE-LEFT-9', 1);
