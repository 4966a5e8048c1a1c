//! The scripts that make the checkout database; they are part of the binary.

use database::Script;

pub(super) static SQLITE: &[Script] = &[(
    1,
    "checkouts",
    include_str!("../../migrations/sqlite/0001_checkouts.sql"),
)];

pub(super) static POSTGRES: &[Script] = &[(
    1,
    "checkouts",
    include_str!("../../migrations/postgres/0001_checkouts.sql"),
)];
