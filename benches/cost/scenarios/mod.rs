//! What is measured: the groups of rows, in the order of the table.

mod boundaries;
mod http;
mod inside;
mod start;

use benches::gate::Noise;
use benches::system::System;

use crate::planted;
use crate::rows::{Environment, Group, Row};

/// Whoever made the caller's trace decides.
pub(crate) const ON: Environment = &[("OTEL_TRACES_SAMPLER", "parentbased_always_on")];
/// Ids without an export, for log lines.
const IDS: Environment = &[("OTEL_TRACES_EXPORTER", "none")];

/// The row that the gate's own test lets grow.
pub(crate) const GROWING: &str = "ServerLayer, unsampled";

/// Hash tables are seeded anew in every process, and tables of other sizes are walked. Three runs were less than 1 % apart.
const NOISE: Noise = Noise {
    percent: 3.0,
    instructions: 30.0,
    allocations: 0.4,
    background: 5.0,
};

pub(crate) fn all() -> Vec<Group> {
    vec![
        http::requests(),
        http::three_spans(),
        http::failures(),
        inside::log_lines(),
        boundaries::messages(),
        inside::spans(),
        inside::exports(),
        boundaries::statements(),
        boundaries::calls(),
        start::starts(),
    ]
}

/// By its name, also such as are only for the gate's own test.
pub(crate) fn named(name: &str) -> Option<Row> {
    let rows = all().into_iter().flat_map(|group| group.rows);
    rows.chain([planted::row()]).find(|row| row.name == name)
}

/// Peers with a layer for axum, where they are built.
fn layers() -> Vec<System> {
    #[cfg(feature = "peers")]
    return benches::peers::LAYERS.to_vec();
    #[cfg(not(feature = "peers"))]
    Vec::new()
}
