//! JSON over HTTP, with a deadline and an error that names the address.

use std::time::{Duration, Instant};

use reqwest::{Client, Url};
use serde_json::Value;

/// Between two questions of the same thing.
const PAUSE: Duration = Duration::from_secs(2);

/// For backends on this machine.
///
/// # Panics
/// Never.
#[must_use]
pub fn client() -> Client {
    let builder = Client::builder()
        .timeout(Duration::from_secs(15))
        .no_proxy();
    builder
        .build()
        .expect("a client without TLS has nothing that can fail to load")
}

/// The JSON of a 200.
///
/// # Errors
/// What there was instead.
pub async fn get(
    client: &Client,
    base: &Url,
    path: &str,
    query: &[(&str, &str)],
) -> Result<Value, String> {
    let mut url = base.join(path).map_err(|error| error.to_string())?;
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    let failed = |error: reqwest::Error| format!("{base} {path}: {error}");
    let answer = client.get(url.clone()).send().await.map_err(failed)?;
    let status = answer.status();
    let text = answer.text().await.map_err(failed)?;
    let shown = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown: String = shown.chars().take(200).collect();
    if !status.is_success() {
        return Err(format!("{url} answers {status}: {shown}"));
    }
    serde_json::from_str(&text).map_err(|_| format!("{base} {path}: not JSON: {shown}"))
}

/// Asks again and again until the answer is good or `patience` is over; then the last one.
pub async fn until<T>(
    patience: Duration,
    mut ask: impl AsyncFnMut() -> T,
    good: impl Fn(&T) -> bool,
) -> T {
    let deadline = Instant::now() + patience;
    loop {
        let answer = ask().await;
        if good(&answer) || Instant::now() > deadline {
            return answer;
        }
        tokio::time::sleep(PAUSE).await;
    }
}
