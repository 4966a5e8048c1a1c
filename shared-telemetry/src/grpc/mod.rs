//! gRPC: SERVER and CLIENT spans by tower services around tonic.
//!
//! A call is over when its *trailers* are there: they carry the status. A span that ended with
//! the response's head would call every failure after the first byte a success, so the spans
//! here follow the body to its end.
//!
//! Source: OpenTelemetry semantic conventions v1.44.0, "gRPC".

mod body;
mod client;
mod server;
mod status;

pub use body::TracedBody;
pub use client::{Client, ClientFuture};
pub use server::{ServerFuture, ServerLayer, ServerService};

pub(crate) use status::number_of;

use opentelemetry::KeyValue;

use crate::names;

/// `package.Service/Method` of a request path such as `/package.Service/Method`.
fn method_of(path: &str) -> String {
    path.strip_prefix('/').unwrap_or(path).to_owned()
}

fn attributes(method: &str, authority: Option<&http::uri::Authority>) -> Vec<KeyValue> {
    let mut attributes = vec![
        KeyValue::new(names::RPC_SYSTEM_NAME, "grpc"),
        KeyValue::new(names::RPC_METHOD, method.to_owned()),
    ];
    if let Some(authority) = authority {
        attributes.push(KeyValue::new(
            names::SERVER_ADDRESS,
            authority.host().to_owned(),
        ));
        if let Some(port) = authority.port_u16() {
            attributes.push(KeyValue::new(names::SERVER_PORT, i64::from(port)));
        }
    }
    attributes
}
