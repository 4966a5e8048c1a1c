//! Tasks and threads: the boundary inside a process.
//!
//! The active context is thread-local, and a new task starts without one. A span made inside a
//! bare `tokio::spawn` is therefore the root of a trace of its own: an orphan that nobody will
//! find from the request that caused it. These functions carry the context over. There is no
//! span for the hand-off itself; spans made inside are children of the span that was active at
//! the call.
//!
//! Only the context is carried, not the `tracing` span: a handle to it would keep the caller's
//! span open until the task ends.

use opentelemetry::Context;
use opentelemetry::trace::FutureExt;
use tokio::task::JoinHandle;

/// [`tokio::spawn`] with the caller's context.
#[allow(clippy::disallowed_methods)] // The one place that may.
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    tokio::spawn(future.with_context(Context::current()))
}

/// [`tokio::task::spawn_blocking`] with the caller's context.
#[allow(clippy::disallowed_methods)] // The one place that may.
pub fn spawn_blocking<F, T>(work: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let context = Context::current();
    tokio::task::spawn_blocking(move || {
        let _active = context.attach();
        work()
    })
}

/// A new named thread with the caller's context.
///
/// # Errors
/// When the operating system has no thread to give.
pub fn thread<F, T>(name: &str, work: F) -> std::io::Result<std::thread::JoinHandle<T>>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let context = Context::current();
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || {
            let _active = context.attach();
            work()
        })
}

/// A future that keeps the context of the moment it was wrapped, wherever it is polled: for
/// hand-offs that are not a spawn, such as a channel whose receiver runs the work.
pub fn carry<F: Future>(future: F) -> impl Future<Output = F::Output> {
    future.with_context(Context::current())
}
