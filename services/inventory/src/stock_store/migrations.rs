//! The scripts that make the stock database; they are part of the binary.

use database::Script;

pub(super) static SQLITE: &[Script] = &[
    (
        1,
        "stock",
        include_str!("../../migrations/sqlite/0001_stock.sql"),
    ),
    (
        2,
        "articles",
        include_str!("../../migrations/sqlite/0002_articles.sql"),
    ),
];

pub(super) static POSTGRES: &[Script] = &[
    (
        1,
        "stock",
        include_str!("../../migrations/postgres/0001_stock.sql"),
    ),
    (
        2,
        "articles",
        include_str!("../../migrations/postgres/0002_articles.sql"),
    ),
];
