//! A run from its settings to its result: the load, and the questions after it.

use std::io::IsTerminal as _;
use std::sync::Arc;

use shared_telemetry::task;

use crate::closed_loop::{self, Workers};
use crate::config::Settings;
use crate::draw::Customers;
use crate::launch::LoadError;
use crate::open_loop::{self, Bounds};
use crate::order_book::{Acknowledged, OrderBook};
use crate::progress;
use crate::report::Report;
use crate::run::Run;
use crate::shop_client::{self, ShopClient};
use crate::shopper::Shopper;
use crate::stop::Stop;
use crate::target::Target;
use crate::verification::{self, Verification};

/// A result, and the orders behind it.
#[derive(Debug)]
pub struct Driven {
    /// What was measured.
    pub report: Report,
    pub(crate) book: Vec<Acknowledged>,
}

/// Sends the load to the target and verifies the orders, if that is asked for. Starts no
/// telemetry and writes nothing.
///
/// # Errors
/// When no client or thread can be made. What the target does wrong is in the report.
pub async fn drive(settings: &Settings, target: &Target, stop: Stop) -> Result<Driven, LoadError> {
    let run = Arc::new(prepare(settings, target, stop.clone())?);
    let progress = std::io::stderr()
        .is_terminal()
        .then(|| task::spawn(progress::show(Arc::clone(&run))));
    if let Some(workers) = settings.closed {
        let workers = Workers {
            workers: usize::from(workers),
            length: settings.length(),
            warm_up: settings.warm_up(),
        };
        closed_loop::run(Arc::clone(&run), workers).await;
    } else {
        let bounds = Bounds {
            in_flight: settings.max_in_flight,
            waiting: settings.max_waiting,
        };
        open_loop::run(Arc::clone(&run), settings.schedule(), bounds).await?;
    }
    if let Some(progress) = progress {
        progress.abort();
        let _ = progress.await;
    }
    let book = run.shopper.orders.all();
    let mut report = Report::new(settings, target, &run);
    if settings.verify_orders && !stop.is_requested() {
        report.verification = Some(verify(settings, target, &book, &stop).await?);
    }
    Ok(Driven { report, book })
}

fn prepare(settings: &Settings, target: &Target, stop: Stop) -> Result<Run, LoadError> {
    let connections = settings.closed.map_or(settings.max_in_flight, usize::from);
    let customers = Customers {
        seed: settings.seed(),
        mix: settings.mix,
        faults: settings.faults(),
        articles: settings.articles().into(),
    };
    let shopper = Shopper {
        shop: ShopClient::new(target, connections, settings.timeout)?,
        orders: OrderBook::default(),
        run_id: fastrand::u64(..),
    };
    Ok(Run::new(customers, shopper, stop, settings.timeout))
}

async fn verify(
    settings: &Settings,
    target: &Target,
    book: &[Acknowledged],
    stop: &Stop,
) -> Result<Verification, LoadError> {
    let client = shop_client::pinned(target, settings.timeout).build()?;
    let limit = settings.verify_timeout;
    Ok(verification::verify(client, target.base(), book, limit, stop).await)
}
