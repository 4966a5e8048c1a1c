//! One log line, to standard output, inside a span.

/// So many lines with two fields.
pub fn lines(rounds: u32) {
    tracing::info_span!("work").in_scope(|| {
        for _ in 0..rounds {
            tracing::info!(sku = "TEAPOT-1", app.quantity = 2, "quoted");
        }
    });
}
