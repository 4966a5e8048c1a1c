//! Propagation by public vectors, by property, and through a real hop.

mod b3_vectors;
mod baggage_vectors;
mod carrier;
mod hop;
mod hop_bounds;
mod hop_formats;
mod hop_traceparent;
mod hop_tracestate;
mod precedence;
mod properties;
#[path = "../../examples/hop/service.rs"]
mod service;
