//! The acknowledged orders as JSON lines, for whoever checks them from the outside.

use std::fs::File;
use std::io::{BufWriter, Write as _};

use serde_json::json;

use crate::order_book::Acknowledged;

/// Writes a line for each order. `states` are those of the verification, if there was one.
pub(crate) fn write(
    file: &File,
    orders: &[Acknowledged],
    states: Option<&[String]>,
) -> std::io::Result<()> {
    let mut out = BufWriter::new(file);
    for (index, order) in orders.iter().enumerate() {
        let line = json!({
            "order_id": order.order_id,
            "trace_id": order.trace_id,
            "client_trace_id": order.client_trace_id,
            "idempotency_key": order.idempotency_key,
            "fault": order.fault.map(contracts::Fault::name),
            "lines": order.lines,
            "state": states.and_then(|states| states.get(index)),
        });
        writeln!(out, "{line}")?;
    }
    out.flush()
}
