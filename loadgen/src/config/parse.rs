//! The values of arguments: each refusal is a sentence that says what is accepted.

use std::ops::RangeInclusive;
use std::time::Duration;

use reqwest::Url;

use crate::schedule::Rate;

const TRACE_ID: &str = "{trace_id}";

pub(super) fn http_url(text: &str) -> Result<Url, String> {
    const ACCEPTED: &str = "accepted is http://host:port, without user, query or fragment";
    let url = Url::parse(text).map_err(|error| format!("{error}; {ACCEPTED}"))?;
    if url.scheme() == "https" {
        return Err("loadgen has no TLS: give an http:// address".to_owned());
    }
    let plain = url.scheme() == "http"
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    plain.then_some(url).ok_or_else(|| ACCEPTED.to_owned())
}

pub(super) fn rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if (0.01..=100_000.0).contains(&rate) => Ok(rate),
        _ => Err("accepted is a number of requests a second from 0.01 to 100000".to_owned()),
    }
}

pub(super) fn ramp(text: &str) -> Result<Rate, String> {
    let parts = text.split_once("..");
    let (from, to) = parts.ok_or("accepted are two rates, such as 50..400")?;
    Ok(Rate {
        from: rate(from)?,
        to: rate(to)?,
    })
}

pub(super) fn bound(text: &str) -> Result<usize, String> {
    within(text, 1..=10_000)
}

pub(super) fn line_bound(text: &str) -> Result<usize, String> {
    within(text, 0..=100_000)
}

fn within(text: &str, range: RangeInclusive<usize>) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if range.contains(&number) => Ok(number),
        _ => Err(format!(
            "accepted is a whole number from {} to {}",
            range.start(),
            range.end()
        )),
    }
}

/// A time that may be nothing.
pub(super) fn time(text: &str) -> Result<Duration, String> {
    duration(text, Duration::ZERO, Duration::from_secs(3600))
}

/// A limit of nothing would let nothing through.
pub(super) fn limit(text: &str) -> Result<Duration, String> {
    duration(text, Duration::from_millis(1), Duration::from_secs(3600))
}

pub(super) fn run_time(text: &str) -> Result<Duration, String> {
    let day = Duration::from_secs(24 * 3600);
    duration(text, Duration::from_millis(100), day)
}

fn duration(text: &str, least: Duration, most: Duration) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(time) if (least..=most).contains(&time) => Ok(time),
        _ => Err(format!(
            "accepted is a number with a unit, such as 500ms, 20s or 2m, from {} to {}",
            humantime::format_duration(least),
            humantime::format_duration(most)
        )),
    }
}

pub(super) fn sku(text: &str) -> Result<String, String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if (1..=64).contains(&text.len()) && text.bytes().all(allowed) {
        return Ok(text.to_owned());
    }
    Err("an SKU has 1 to 64 letters, digits, '-' or '_'".to_owned())
}

/// A page links to it: nothing but the web is let in.
pub(super) fn trace_url(text: &str) -> Result<String, String> {
    let is_web = text.starts_with("http://") || text.starts_with("https://");
    if is_web && text.contains(TRACE_ID) {
        return Ok(text.to_owned());
    }
    Err("accepted is an http or https URL with {trace_id} in it".to_owned())
}

/// The URL of one trace.
pub(crate) fn url_of_trace(template: &str, trace_id: &str) -> String {
    template.replace(TRACE_ID, trace_id)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use crate::Settings;

    #[test]
    fn bad_arguments_are_refused_with_what_is_accepted() {
        for (arguments, told) in [
            (vec!["--rate", "0"], "from 0.01 to 100000"),
            (vec!["--rate", "NaN"], "from 0.01 to 100000"),
            (
                vec!["--rate", "10", "--ramp", "1..2"],
                "cannot be used with",
            ),
            (vec!["--ramp", "50"], "such as 50..400"),
            (vec!["--ramp", "50..0"], "from 0.01 to 100000"),
            (vec!["--closed", "0"], "1..=1000"),
            (vec!["--closed", "2", "--rate", "3"], "cannot be used with"),
            (vec!["--count", "0"], "1..=100000000"),
            (
                vec!["--count", "5", "--duration", "1s"],
                "cannot be used with",
            ),
            (vec!["--duration", "20"], "such as 500ms"),
            (vec!["--duration", "25h"], "to 1day"),
            (vec!["--timeout", "0s"], "from 1ms"),
            (vec!["--max-in-flight", "0"], "from 1 to 10000"),
            (vec!["--skus", "A,../etc"], "letters, digits"),
            (vec!["--target", "https://127.0.0.1"], "no TLS"),
            (vec!["--target", "http://a:b@127.0.0.1"], "without user"),
            (
                vec!["--trace-url", "javascript:{trace_id}"],
                "http or https",
            ),
            (vec!["--trace-url", "http://127.0.0.1/"], "{trace_id}"),
            (vec!["--mix", "buy=1"], "checkout, stock, orders and retry"),
            (vec!["--fault", "x=1"], "pricing.slow"),
        ] {
            let line = ["loadgen"].into_iter().chain(arguments.iter().copied());
            let error = Settings::try_parse_from(line).unwrap_err();
            assert_eq!(error.exit_code(), 2);
            let text = error.to_string();
            assert!(text.contains(told), "{arguments:?}: {text}");
        }
    }
}
