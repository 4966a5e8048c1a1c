//! The faults that a caller may ask of pricing: see `contracts::fault`.

use std::time::Duration;

use contracts::{Fault, Faults};
use tokio::time::sleep;

/// Stands out in any waterfall.
const DELAY: Duration = Duration::from_secs(2);

/// The request fails because it asked to.
#[derive(Debug, thiserror::Error)]
#[error("the request asked for the fault pricing.error")]
pub(crate) struct AskedFor;

/// Lets happen what the request asks for, before it is worked on.
pub(crate) async fn meet(faults: Faults) -> Result<(), AskedFor> {
    if faults.asked(Fault::PricingSlow) {
        sleep(DELAY).await;
    }
    if faults.asked(Fault::PricingError) {
        return Err(AskedFor);
    }
    Ok(())
}
