//! Asking a process to stop, as a value that is passed along.

use tokio_util::sync::CancellationToken;

/// Tells when to stop. Clones tell the same.
#[derive(Debug, Clone)]
pub struct Shutdown(CancellationToken);

/// Asks to stop. Dropping it asks nothing.
#[derive(Debug)]
pub struct ShutdownTrigger(CancellationToken);

impl Shutdown {
    /// A new pair.
    #[must_use]
    #[allow(clippy::new_ret_no_self)] // A pair, as channels are.
    pub fn new() -> (ShutdownTrigger, Self) {
        let token = CancellationToken::new();
        (ShutdownTrigger(token.clone()), Self(token))
    }

    /// Waits until somebody asks to stop.
    pub async fn requested(&self) {
        self.0.cancelled().await;
    }

    /// True when somebody has asked to stop.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        self.0.is_cancelled()
    }
}

impl ShutdownTrigger {
    /// Asks to stop, once and for all.
    pub fn request(&self) {
        self.0.cancel();
    }
}
