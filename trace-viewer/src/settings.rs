//! What the embedding program decides: where to listen and how much to keep.

use std::net::SocketAddr;

use shared_telemetry::names::Entry;

/// Everything a [`Viewer`](crate::Viewer) is told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the page and the JSON API answer.
    pub query: Address,
    /// Where OTLP over HTTP is received.
    pub otlp_http: Address,
    /// Where OTLP over gRPC is received.
    pub otlp_grpc: Address,
    /// How much is kept.
    pub limits: Limits,
    /// What the application's own names mean, beside those of `shared_telemetry::names`.
    pub meanings: Vec<&'static Entry>,
    /// Origins of other pages that may read the JSON API, such as `http://127.0.0.1:8080`.
    pub readers: Vec<String>,
}

/// An address to listen on, and what to do when its port is busy.
#[derive(Clone, Copy, Debug)]
pub struct Address {
    /// The wanted address. Port 0 asks the system for a free one.
    pub socket: SocketAddr,
    /// Whether a busy port is replaced by a free one of the same interface.
    pub replace_busy_port: bool,
}

impl Address {
    /// This address and no other.
    pub fn exactly(socket: SocketAddr) -> Self {
        Self {
            socket,
            replace_busy_port: false,
        }
    }

    /// This address, or a free port of the same interface when the port is busy.
    pub fn or_a_free_port(socket: SocketAddr) -> Self {
        Self {
            socket,
            replace_busy_port: true,
        }
    }
}

/// How much the store keeps. The trace whose data arrived longest ago is dropped first, whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Traces, those known only by their logs included.
    pub traces: usize,
    /// Bytes of spans and logs, as the store estimates them; one trace may use a quarter of it.
    pub bytes: usize,
    /// Spans of one trace, and likewise log records of one trace. What is over is refused.
    pub spans_per_trace: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            traces: 2_000,
            bytes: 48 * 1024 * 1024,
            spans_per_trace: 20_000,
        }
    }
}
