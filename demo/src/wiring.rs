//! Who listens where and finds whom, as docker-compose.yaml has it, and where telemetry goes.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::Path;

use crate::announce::Places;
use crate::config::{ServiceName, Surroundings};

/// What a service is started with, before what the user has set for it.
pub(crate) fn environment_of(
    name: ServiceName,
    places: &Places,
    bootstrap: &str,
    databases: &Path,
    surroundings: &Surroundings,
) -> Vec<(String, OsString)> {
    let mut environment = wiring(name, places, bootstrap, databases);
    environment.extend(telemetry(places, surroundings));
    environment
}

fn wiring(
    name: ServiceName,
    places: &Places,
    bootstrap: &str,
    databases: &Path,
) -> Vec<(String, OsString)> {
    let url = |address: SocketAddr| OsString::from(format!("http://{address}"));
    let at = |address: SocketAddr| OsString::from(address.to_string());
    let database = || {
        let mut url = OsString::from("sqlite:");
        url.push(databases.join(format!("{}.db", name.as_str())));
        url
    };
    let variables = match name {
        ServiceName::Gateway => vec![
            ("HTTP_ADDR", at(places.gateway)),
            ("PRICING_URL", url(places.pricing)),
            ("INVENTORY_URL", url(places.inventory)),
            ("FULFILLMENT_URL", url(places.fulfillment)),
            ("KAFKA_BROKERS", bootstrap.into()),
            ("DATABASE_URL", database()),
            // Who can reach it sits at this machine, and may want to see their own trace go on.
            ("EDGE_TRUST", "trust".into()),
            ("BROWSER_SPANS", "on".into()),
        ],
        ServiceName::Pricing => {
            vec![
                ("HTTP_ADDR", at(places.pricing)),
                ("DATABASE_URL", database()),
            ]
        }
        ServiceName::Fulfillment => vec![
            ("HTTP_ADDR", at(places.fulfillment)),
            ("KAFKA_BROKERS", bootstrap.into()),
            // The mock broker answers a waiting fetch when its time is up, not when a message
            // comes, as a real one does.
            ("KAFKA_FETCH_MAX_WAIT_MS", "20".into()),
            ("INVENTORY_GRPC_URL", url(places.inventory_grpc)),
            ("DATABASE_URL", database()),
        ],
        ServiceName::Inventory => vec![
            ("HTTP_ADDR", at(places.inventory)),
            ("GRPC_ADDR", at(places.inventory_grpc)),
            ("DATABASE_URL", database()),
        ],
    };
    variables
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// Export to the viewer, soon: who has just typed `curl` wants to see the trace now, not in the
/// five seconds that the specification lets a batch wait. What the user has set stays.
fn telemetry(places: &Places, surroundings: &Surroundings) -> Vec<(String, OsString)> {
    let mut variables = vec![
        ("OTEL_BSP_SCHEDULE_DELAY", "200".to_owned()),
        ("OTEL_BLRP_SCHEDULE_DELAY", "200".to_owned()),
    ];
    if let Some(viewer) = places.viewer {
        variables.push((
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            format!("http://{}", viewer.otlp_http),
        ));
        variables.push(("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf".to_owned()));
        variables.push(("VIEWER_URL", format!("http://{}", viewer.query)));
    }
    if std::io::IsTerminal::is_terminal(&std::io::stdout()) {
        // Children write into a pipe and can't see the terminal behind it.
        variables.push(("LOG_FORMAT", "pretty".to_owned()));
    }
    variables
        .into_iter()
        .filter(|(name, _)| !surroundings.has(name))
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect()
}
