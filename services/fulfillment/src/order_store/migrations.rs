//! The scripts that make the order database; they are part of the binary.

use database::Script;

pub(super) static SQLITE: &[Script] = &[
    (
        1,
        "orders",
        include_str!("../../migrations/sqlite/0001_orders.sql"),
    ),
    (
        2,
        "dead letters",
        include_str!("../../migrations/sqlite/0002_dead_letters.sql"),
    ),
];

pub(super) static POSTGRES: &[Script] = &[(
    1,
    "orders",
    include_str!("../../migrations/postgres/0001_orders.sql"),
)];
