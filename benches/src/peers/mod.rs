//! What one would use instead of ours, each in a module of its own, as its documentation shows it.

pub mod axum_tracing;
pub mod fastrace;
pub mod instrumentation_tower;
pub mod sdk;
pub mod stock;

use std::error::Error;
use std::fmt::Write as _;

use crate::system::System;

/// Those that have a layer for axum.
pub const LAYERS: [System; 4] = [
    stock::STOCK,
    axum_tracing::AXUM_TRACING,
    instrumentation_tower::INSTRUMENTATION_TOWER,
    fastrace::FASTRACE,
];

/// An error with its sources, where a peer leaves that to its user.
#[must_use]
pub fn stack(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let _ = write!(text, "\ncaused by: {cause}");
        source = cause.source();
    }
    text
}
