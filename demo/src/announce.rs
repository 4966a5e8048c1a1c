//! What a newcomer reads first: that everything runs, and what to type next.

use std::net::SocketAddr;

use trace_viewer::Addresses;

/// Where everything listens.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    pub(crate) gateway: SocketAddr,
    pub(crate) pricing: SocketAddr,
    pub(crate) inventory: SocketAddr,
    pub(crate) inventory_grpc: SocketAddr,
    pub(crate) fulfillment: SocketAddr,
    pub(crate) kafka: SocketAddr,
    pub(crate) viewer: Option<Addresses>,
}

impl Places {
    /// One log line for programs: tests and scripts read the addresses from its fields.
    pub(crate) fn log(&self, message: &str) {
        let viewer = self
            .viewer
            .map(|viewer| format!("http://{}", viewer.query))
            .unwrap_or_default();
        tracing::info!(
            gateway = format!("http://{}", self.gateway),
            pricing = format!("http://{}", self.pricing),
            inventory = format!("http://{}", self.inventory),
            fulfillment = format!("http://{}", self.fulfillment),
            kafka = %self.kafka,
            viewer,
            "{message}"
        );
    }

    /// For eyes.
    pub(crate) fn text(&self) -> String {
        let Self {
            gateway,
            pricing,
            inventory,
            inventory_grpc,
            fulfillment,
            kafka,
            viewer,
        } = self;
        let id = std::process::id();
        let (traces, tree) = match viewer {
            Some(Addresses {
                query,
                otlp_http,
                otlp_grpc,
            }) => (
                format!("http://{query}  (OTLP on {otlp_grpc} and {otlp_http})"),
                tree_command(*query),
            ),
            None => (
                "exported to OTEL_EXPORTER_OTLP_ENDPOINT".to_owned(),
                String::new(),
            ),
        };
        format!(
            "
  The shop is open: http://{gateway} in a browser. Or place an order here:

    curl 'http://{gateway}/checkout?sku=TEAPOT-1&quantity=2'
{tree}
  gateway      http://{gateway}
  pricing      http://{pricing}
  inventory    http://{inventory}  gRPC {inventory_grpc}
  fulfillment  http://{fulfillment}
  Kafka        {kafka}  (kill -USR1 {id} takes it away, -USR2 brings it back)
  traces       {traces}

  Ctrl-C stops everything.
"
        )
    }
}

fn tree_command(query: SocketAddr) -> String {
    let elsewhere = if query.port() == 16686 {
        String::new()
    } else {
        format!(" --backend viewer=http://{query}")
    };
    format!(
        "
  Then open the trace_url of the answer, or http://{query} for all traces. In the terminal:

    cargo run -q -p tracectl -- tree <trace_id>{elsewhere}
"
    )
}
