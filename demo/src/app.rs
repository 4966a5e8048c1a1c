//! The composition root of the demo: broker, databases, viewer, services, in that order, and
//! down again in the other.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use serving::{Shutdown, StartError};
use shared_telemetry::config::Settings as TelemetrySettings;
use shared_telemetry::{Service, Telemetry, task};
use tempfile::TempDir;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;
use trace_viewer::{Address, Addresses, Limits, Viewer};

use crate::announce::Places;
use crate::broker::Broker;
use crate::config::{DemoOptions, ServiceName, Surroundings};
use crate::ports::Ports;
use crate::supervisor::Supervised;

/// How long the services may take until they are ready; a first start creates four databases.
const READY_LIMIT: Duration = Duration::from_secs(30);

pub(crate) fn main(options: DemoOptions) -> ExitCode {
    // The demo itself has nothing to trace; its lines look like everybody's.
    let settings = TelemetrySettings {
        disabled: true,
        ..TelemetrySettings::from_environment()
    };
    let service = Service::new("demo", env!("CARGO_PKG_VERSION"), "unbroken");
    if let Err(error) = Telemetry::start_with(service, &settings) {
        eprintln!("demo: {error}");
        return ExitCode::FAILURE;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let outcome = runtime
        .map_err(StartError::from)
        .and_then(|runtime| runtime.block_on(run(options, Surroundings::read())));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("demo: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: DemoOptions, surroundings: Surroundings) -> Result<(), StartError> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let demo = Demo::start(&options, &surroundings).await?;
    demo.places.log("starting");
    let outcome = tokio::select! {
        ready = demo.ready() => match ready {
            Ok(()) => {
                demo.places.log("ready");
                println!("{}", demo.places.text());
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                Ok(())
            }
            Err(error) => Err(error),
        },
        _ = interrupt.recv() => Ok(()),
        _ = terminate.recv() => Ok(()),
    };
    demo.stop().await;
    outcome
}

/// Everything that runs, in the order in which it was started.
struct Demo {
    places: Places,
    databases: TempDir,
    broker: Broker,
    viewer: Option<RunningViewer>,
    services: Vec<Supervised>,
}

struct RunningViewer {
    stop: serving::ShutdownTrigger,
    task: JoinHandle<std::io::Result<()>>,
}

impl Demo {
    async fn start(options: &DemoOptions, surroundings: &Surroundings) -> Result<Self, StartError> {
        let mut ports = Ports::new(options.free_ports);
        let databases = tempfile::Builder::new().prefix("unbroken-").tempdir()?;
        let topics = [
            contracts::topics::ORDER_CREATED,
            contracts::topics::ORDER_CREATED_DLQ,
        ];
        let broker = Broker::start(&topics, ports.wanted(9092)).await?;
        let viewer = (!surroundings.exports_elsewhere)
            .then(|| start_viewer(&ports))
            .transpose()?;
        let places = Places {
            gateway: ports.take("the gateway", 8080)?,
            pricing: ports.take("pricing", 8081)?,
            inventory: ports.take("inventory", 8082)?,
            inventory_grpc: ports.take("inventory's gRPC", 50051)?,
            fulfillment: ports.take("fulfillment", 8083)?,
            kafka: broker.public,
            viewer: viewer.as_ref().map(|(_, addresses)| *addresses),
        };
        // From here on the ports belong to the children.
        drop(ports);
        let services = ServiceName::ALL
            .into_iter()
            .map(|name| {
                let mut environment =
                    environment_of(name, &places, &broker.bootstrap, databases.path());
                environment.extend(telemetry_environment(&places, surroundings));
                environment.extend(
                    options
                        .set
                        .iter()
                        .filter(|setting| setting.service == name)
                        .map(|setting| (setting.variable.clone(), setting.value.clone().into())),
                );
                Supervised::start(name, environment)
            })
            .collect::<Result<Vec<_>, _>>()?;
        let viewer = viewer.map(|(running, _)| running);
        Ok(Self {
            places,
            databases,
            broker,
            viewer,
            services,
        })
    }

    /// Waits until every service says that it is ready.
    async fn ready(&self) -> Result<(), StartError> {
        let client = reqwest::Client::new();
        let all_ready = async {
            for address in [
                self.places.gateway,
                self.places.pricing,
                self.places.inventory,
                self.places.fulfillment,
            ] {
                while !is_ready(&client, address).await {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        };
        tokio::time::timeout(READY_LIMIT, all_ready)
            .await
            .map_err(|elapsed| StartError::new("the services did not become ready", elapsed))
    }

    /// Callers before callees, and the viewer when everybody has flushed.
    async fn stop(self) {
        for service in self.services {
            service.stop().await;
        }
        if let Some(viewer) = self.viewer {
            viewer.stop.request();
            let _ = viewer.task.await;
        }
        drop(self.broker);
        if let Err(error) = self.databases.close() {
            tracing::warn!("the databases' directory could not be removed: {error}");
        }
    }
}

async fn is_ready(client: &reqwest::Client, address: SocketAddr) -> bool {
    let answer = client.get(format!("http://{address}/readyz")).send().await;
    answer.is_ok_and(|answer| answer.status().is_success())
}

fn start_viewer(ports: &Ports) -> Result<(RunningViewer, Addresses), StartError> {
    let address = |port| Address::or_a_free_port(ports.wanted(port));
    let viewer = Viewer::build(trace_viewer::Settings {
        query: address(16686),
        otlp_http: address(4318),
        otlp_grpc: address(4317),
        limits: Limits::default(),
    })
    .map_err(|error| StartError::new("no trace viewer", error))?;
    let addresses = viewer.addresses();
    let (stop, stopping) = Shutdown::new();
    let task = task::spawn(viewer.run(async move { stopping.requested().await }));
    Ok((RunningViewer { stop, task }, addresses))
}

/// Who listens where and finds whom: the wiring, as docker-compose.yaml has it.
fn environment_of(
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
            // Who can reach it sits at this machine, and may want to see their own trace go on.
            ("EDGE_TRUST", "trust".into()),
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
fn telemetry_environment(places: &Places, surroundings: &Surroundings) -> Vec<(String, OsString)> {
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
        variables.push((
            "TRACE_URL",
            format!("http://{}/trace/{{trace_id}}", viewer.query),
        ));
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
