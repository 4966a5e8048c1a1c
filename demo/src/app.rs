//! The composition root of the demo: broker, databases, viewer, services, in that order, and
//! down again in the other.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use serving::{Shutdown, StartError, StopSignals};
use shared_telemetry::config::Settings as TelemetrySettings;
use shared_telemetry::{Service, Telemetry, task};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use trace_viewer::{Address, Addresses, Limits, Viewer};

use crate::announce::Places;
use crate::broker::{Broker, Switch};
use crate::config::{DemoOptions, ServiceName, Surroundings};
use crate::databases::Databases;
use crate::ports::{Ports, UsualPorts};
use crate::supervisor::{GiveUp, Supervised};
use crate::variables;
use crate::wiring::environment_of;

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
        .map_err(Failure::from)
        .and_then(|runtime| runtime.block_on(run(options, Surroundings::read())));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("demo: {failure}");
            failure.code()
        }
    }
}

/// Why the demo ended without being asked to.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// In one sentence: whose setting, and what is accepted.
    #[error("{0}")]
    Settings(String),
    #[error(transparent)]
    Start(#[from] StartError),
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Start(error.into())
    }
}

impl Failure {
    fn code(&self) -> ExitCode {
        match self {
            Self::Settings(_) => ExitCode::from(2),
            Self::Start(_) => ExitCode::FAILURE,
        }
    }
}

async fn run(options: DemoOptions, surroundings: Surroundings) -> Result<(), Failure> {
    let mut signals = StopSignals::take_over()?;
    let mut switch = Switch::take_over()?;
    let (give_up, mut given_up) = mpsc::channel(1);
    let demo = tokio::select! {
        started = Demo::start(&options, &surroundings, give_up) => started?,
        _ = signals.received() => return Ok(()),
    };
    demo.places.log("starting");
    let outcome = tokio::select! {
        failed = demo.announce_when_ready() => Err(failed.into()),
        // A service that can't use its settings would not learn to by being started again.
        Some(sentence) = given_up.recv() => Err(Failure::Settings(sentence)),
        _ = signals.received() => Ok(()),
        () = demo.broker.obey(&mut switch) => Ok(()),
    };
    demo.stop().await;
    outcome
}

/// Everything that runs, in the order in which it was started.
struct Demo {
    places: Places,
    databases: Databases,
    /// Held for as long as the ports are used.
    _usual_ports: Option<UsualPorts>,
    broker: Broker,
    viewer: Option<RunningViewer>,
    services: Vec<Supervised>,
}

struct RunningViewer {
    stop: serving::ShutdownTrigger,
    task: JoinHandle<std::io::Result<()>>,
}

impl Demo {
    async fn start(
        options: &DemoOptions,
        surroundings: &Surroundings,
        give_up: GiveUp,
    ) -> Result<Self, Failure> {
        let usual_ports = UsualPorts::claim_unless(options.free_ports);
        let mut ports = Ports::new(options.free_ports, usual_ports.as_ref());
        let databases = Databases::open()?;
        let topics = [
            contracts::topics::ORDER_CREATED,
            contracts::topics::ORDER_CREATED_DLQ,
        ];
        let broker = Broker::start(&topics, ports.wanted(9092)).await?;
        let gateway = ports.take("the gateway", 8080)?;
        let viewer = (!surroundings.exports_elsewhere)
            .then(|| start_viewer(&ports, gateway))
            .transpose()?;
        let places = Places {
            gateway,
            pricing: ports.take("pricing", 8081)?,
            inventory: ports.take("inventory", 8082)?,
            inventory_grpc: ports.take("inventory's gRPC", 50051)?,
            fulfillment: ports.take("fulfillment", 8083)?,
            kafka: broker.public,
            viewer: viewer.as_ref().map(|(_, addresses)| *addresses),
        };
        let mut environments = Vec::new();
        for name in ServiceName::ALL {
            let mut environment = environment_of(
                name,
                &places,
                &broker.bootstrap,
                databases.path(),
                surroundings,
            );
            environment.extend(options.variables_of(name));
            variables::check(name, &environment, &options.set, surroundings)
                .map_err(Failure::Settings)?;
            environments.push((name, environment));
        }
        // From here on the ports belong to the children.
        drop(ports);
        let start = |(name, environment)| Supervised::start(name, environment, give_up.clone());
        let services = environments
            .into_iter()
            .map(start)
            .collect::<Result<Vec<_>, _>>()?;
        let viewer = viewer.map(|(running, _)| running);
        Ok(Self {
            places,
            databases,
            _usual_ports: usual_ports,
            broker,
            viewer,
            services,
        })
    }

    /// Says that the shop is open once it is; comes back only when it does not get there.
    async fn announce_when_ready(&self) -> StartError {
        if let Err(error) = self.ready().await {
            return error;
        }
        self.places.log("ready");
        println!("{}", self.places.text());
        std::future::pending().await
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

fn start_viewer(
    ports: &Ports,
    gateway: SocketAddr,
) -> Result<(RunningViewer, Addresses), StartError> {
    let address = |port| Address::or_a_free_port(ports.wanted(port));
    let viewer = Viewer::build(trace_viewer::Settings {
        query: address(16686),
        otlp_http: address(4318),
        otlp_grpc: address(4317),
        limits: Limits::default(),
        meanings: contracts::telemetry::all().collect(),
        // The storefront draws what became of an order, under whichever name it was opened.
        readers: ["127.0.0.1", "localhost"]
            .map(|host| format!("http://{host}:{}", gateway.port()))
            .into(),
    })
    .map_err(|error| StartError::new("no trace viewer", error))?;
    let addresses = viewer.addresses();
    let (stop, stopping) = Shutdown::new();
    let task = task::spawn(viewer.run(async move { stopping.requested().await }));
    Ok((RunningViewer { stop, task }, addresses))
}
