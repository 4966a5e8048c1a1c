//! What every service process does alike: read settings, start and stop, listen with limits,
//! answer with problem details. Nothing in here knows what a service is for.
#![warn(missing_docs)]

pub mod config;
pub mod extract;
pub mod listen;

mod problem;
mod process;
mod routes;
mod shutdown;

pub use config::{Environment, InvalidSetting};
pub use problem::Problem;
pub use process::{Application, StartError, main};
pub use routes::routes;
pub use shutdown::{Shutdown, ShutdownTrigger};
