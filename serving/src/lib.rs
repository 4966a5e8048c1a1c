//! What every service process does alike: read settings, start and stop, listen with limits,
//! answer with problem details. Nothing in here knows what a service is for.
#![warn(missing_docs)]

pub mod config;
pub mod extract;
pub mod listen;
pub mod page;

mod grpc;
mod healthcheck;
mod problem;
mod process;
mod routes;
mod shutdown;
mod signals;

pub use config::{Environment, InvalidSetting};
pub use grpc::grpc_routes;
pub use healthcheck::{NotReady, healthcheck};
pub use problem::Problem;
pub use process::{Application, StartError, main, program};
pub use routes::{routes, untraced};
pub use shutdown::{Shutdown, ShutdownTrigger};
pub use signals::StopSignals;
