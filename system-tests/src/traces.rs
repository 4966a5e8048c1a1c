//! Reading traces from the viewer, through its API.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Demo;
use crate::demo::PATIENCE;

/// A trace as the viewer tells it.
#[derive(Debug)]
pub struct Trace {
    /// The viewer's answer.
    pub json: Value,
}

/// One span of it.
#[derive(Debug, Clone, Copy)]
pub struct Span<'t>(&'t Value);

impl Demo {
    /// Waits until a trace is complete by `complete`; gives what there is when it never is, so
    /// that the assertions that follow say what is missing.
    pub async fn trace_when(&self, id: &str, complete: impl Fn(&Trace) -> bool) -> Trace {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self.get("viewer", &format!("/api/traces/{id}")).await;
            let trace = Trace { json: answer.json };
            if Instant::now() > deadline || complete(&trace) {
                return trace;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until the viewer has a log record of a service under a trace.
    pub async fn stored_log(&self, trace_id: &str, service: &str) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self
                .get("viewer", &format!("/api/traces/{trace_id}/logs"))
                .await;
            let logs = answer.json["logs"].as_array().cloned().unwrap_or_default();
            if let Some(log) = logs.into_iter().find(|log| log["service"] == service) {
                return log;
            }
            assert!(
                Instant::now() < deadline,
                "no log of {service} under {trace_id} by OTLP"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The checkout's trace and the trace behind the queue, both complete.
    pub async fn both_traces(&self, order: &crate::Order) -> (Trace, Trace) {
        let state = self.order_in_state(&order.id(), "reserved").await;
        let behind = state["fulfillment_trace_id"].as_str().unwrap().to_owned();
        // Each process exports by itself, what ended first first: its outermost spans are its
        // last word.
        let checkout = self
            .trace_when(&order.trace_id(), |trace| {
                trace.has("POST /checkout")
                    && trace.every_call_is_answered()
                    && trace.back_links() > 1
            })
            .await;
        let fulfillment = self
            .trace_when(&behind, |trace| {
                trace.has("process_batch order.created") && trace.every_call_is_answered()
            })
            .await;
        (checkout, fulfillment)
    }
}

impl Trace {
    /// All spans by start.
    pub fn spans(&self) -> impl Iterator<Item = Span<'_>> {
        self.json["spans"]
            .as_array()
            .into_iter()
            .flatten()
            .map(Span)
    }

    /// True when a span of that name is there.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.spans().any(|span| span.name() == name)
    }

    /// True when every CLIENT span, but those of SQL and Kafka, has its SERVER span.
    fn every_call_is_answered(&self) -> bool {
        let is_call = |span: &Span<'_>| {
            span.kind() == "client"
                && span.attribute("db.system.name").is_null()
                && span.attribute("messaging.system").is_null()
        };
        let answered = |call: Span<'_>| self.spans().any(|span| span.parent_id() == call.id());
        self.spans().filter(is_call).all(answered)
    }

    /// The spans of a service with that name.
    #[must_use]
    pub fn all(&self, service: &str, name: &str) -> Vec<Span<'_>> {
        self.spans()
            .filter(|span| span.service() == service && span.name() == name)
            .collect()
    }

    /// The first span of a service with that name.
    ///
    /// # Panics
    /// When there is none, listing those that are.
    #[must_use]
    #[track_caller]
    pub fn first(&self, service: &str, name: &str) -> Span<'_> {
        let all = self.all(service, name);
        *all.first()
            .unwrap_or_else(|| panic!("no {name:?} of {service} in {}", self.names()))
    }

    /// The span with that id.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<Span<'_>> {
        self.spans().find(|span| span.id() == id)
    }

    /// Spans whose parent is not in the trace.
    #[must_use]
    pub fn orphans(&self) -> usize {
        self.json["missing_parents"].as_array().map_or(0, Vec::len)
    }

    /// Links from elsewhere into this trace.
    #[must_use]
    pub fn back_links(&self) -> usize {
        self.json["linked_from"].as_array().map_or(0, Vec::len)
    }

    /// `service: name` of all spans, for messages.
    #[must_use]
    pub fn names(&self) -> String {
        let names: Vec<_> = self
            .spans()
            .map(|span| format!("{}: {}", span.service(), span.name()))
            .collect();
        names.join(", ")
    }
}

impl<'t> Span<'t> {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> &'t str {
        self.text("span_id")
    }

    /// Its parent's id, `""` for a root.
    #[must_use]
    pub fn parent_id(&self) -> &'t str {
        self.text("parent_span_id")
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'t str {
        self.text("name")
    }

    /// Its service.
    #[must_use]
    pub fn service(&self) -> &'t str {
        self.text("service")
    }

    /// Its kind in lower case.
    #[must_use]
    pub fn kind(&self) -> &'t str {
        self.text("kind")
    }

    /// `unset`, `ok` or `error`.
    #[must_use]
    pub fn status(&self) -> &'t str {
        self.0["status"]["code"].as_str().unwrap_or_default()
    }

    /// An attribute, `null` when it is missing.
    #[must_use]
    pub fn attribute(&self, key: &str) -> &'t Value {
        &self.0["attributes"][key]
    }

    /// Its `tracestate`.
    #[must_use]
    pub fn trace_state(&self) -> &'t str {
        self.text("trace_state")
    }

    /// Trace and span id of what its links point at.
    #[must_use]
    pub fn links(&self) -> Vec<(&'t str, &'t str)> {
        let links = self.0["links"].as_array().into_iter().flatten();
        links
            .filter_map(|link| Some((link["trace_id"].as_str()?, link["span_id"].as_str()?)))
            .collect()
    }

    /// An event of that name, `null` when there is none.
    #[must_use]
    pub fn event(&self, name: &str) -> &'t Value {
        let events = self.0["events"].as_array().into_iter().flatten();
        events
            .into_iter()
            .find(|event| event["name"] == name)
            .unwrap_or(&Value::Null)
    }

    fn text(&self, key: &str) -> &'t str {
        self.0[key].as_str().unwrap_or_default()
    }
}
