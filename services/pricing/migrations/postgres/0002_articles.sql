-- The articles of the demo shop. The warehouse (services/inventory) stocks the same SKUs.
INSERT INTO items (sku, currency, name, unit_cents) VALUES
    ('TEAPOT-1',   'EUR', 'Stoneware teapot',       2490),
    ('TEAPOT-1',   'USD', 'Stoneware teapot',       2690),
    ('MUG-2',      'EUR', 'Hand-thrown mug',         990),
    ('MUG-2',      'USD', 'Hand-thrown mug',        1090),
    ('KETTLE-3',   'EUR', 'Cast-iron kettle',       5900),
    ('KETTLE-3',   'USD', 'Cast-iron kettle',       6400),
    ('INFUSER-4',  'EUR', 'Steel tea infuser',       750),
    ('INFUSER-4',  'USD', 'Steel tea infuser',       790),
    ('CADDY-5',    'EUR', 'Cherry-bark tea caddy',  3450),
    ('CADDY-5',    'USD', 'Cherry-bark tea caddy',  3750),
    ('WHISK-6',    'EUR', 'Bamboo matcha whisk',    1675),
    ('WHISK-6',    'USD', 'Bamboo matcha whisk',    1795),
    ('TRAY-7',     'EUR', 'Oak serving tray',       4200),
    ('TRAY-7',     'USD', 'Oak serving tray',       4550),
    ('SENCHA-8',   'EUR', 'Sencha, 100 g',          1299),
    ('SENCHA-8',   'USD', 'Sencha, 100 g',          1399),
    ('ONE-LEFT-9', 'EUR', 'The last gaiwan',        8800),
    ('ONE-LEFT-9', 'USD', 'The last gaiwan',        9500);

-- 2020-01-01 until 2100-01-01, and one that ended with 2020.
INSERT INTO promotions (coupon, percent, valid_from, valid_until) VALUES
    ('WELCOME10', 10, 1577836800, 4102444800),
    ('GOLD20',    20, 1577836800, 4102444800),
    ('EXPIRED5',   5, 1577836800, 1609459200);
