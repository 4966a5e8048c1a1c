//! The scripts that make the order database; they are part of the binary.

use database::Script;

pub(super) static SQLITE: &[Script] = &[(
    1,
    "orders",
    include_str!("../../migrations/sqlite/0001_orders.sql"),
)];
