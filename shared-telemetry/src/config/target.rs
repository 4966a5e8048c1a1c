//! Who writes spans as OTLP, and where our own sender sends them to.

use std::time::Duration;

use super::read::Reader;

/// Who writes spans as OTLP, `TELEMETRY_SPAN_ENCODER`.
///
/// `own` by default, which costs a fifth of the other. It can do less: where one of
/// `OTEL_EXPORTER_OTLP_HEADERS`, `…_COMPRESSION` or their variants for traces is set, or the
/// endpoint is `https`, it is `stock` whatever is asked for, and does with it what it can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpanEncoder {
    /// This crate.
    Own(OtlpTarget),
    /// `opentelemetry-otlp`.
    Stock,
}

/// Where spans are sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtlpTarget {
    /// `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` or `OTEL_EXPORTER_OTLP_ENDPOINT`, by default a
    /// collector of this machine. For gRPC; over HTTP the path differs between the two.
    pub endpoint: String,
    /// `OTEL_EXPORTER_OTLP_TRACES_TIMEOUT` or `OTEL_EXPORTER_OTLP_TIMEOUT`: how long one export
    /// may take, repetitions included; ten seconds by default.
    pub timeout: Duration,
}

pub(super) fn span_encoder(reader: &mut Reader<'_>) -> SpanEncoder {
    let own = match reader.text("TELEMETRY_SPAN_ENCODER") {
        None => true,
        Some(word) if word.eq_ignore_ascii_case("own") => true,
        Some(word) if word.eq_ignore_ascii_case("stock") => false,
        Some(word) => {
            reader.warn("TELEMETRY_SPAN_ENCODER", &word, "own or stock");
            true
        }
    };
    let endpoint = of_traces(reader, "ENDPOINT");
    let endpoint = endpoint.unwrap_or_else(|| "http://localhost:4317".to_owned());
    let more = of_traces(reader, "HEADERS").is_some()
        || of_traces(reader, "COMPRESSION").is_some_and(|how| !how.eq_ignore_ascii_case("none"))
        || !is_plain(&endpoint);
    if !own || more {
        return SpanEncoder::Stock;
    }
    let mut timeout = |name: &str, default| reader.milliseconds(name, default);
    let general = timeout("OTEL_EXPORTER_OTLP_TIMEOUT", 10_000);
    let general = u64::try_from(general.as_millis()).unwrap_or(u64::MAX);
    let timeout = timeout("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", general);
    SpanEncoder::Own(OtlpTarget { endpoint, timeout })
}

/// The value for traces, or the one for all signals.
fn of_traces(reader: &Reader<'_>, what: &str) -> Option<String> {
    let own = reader.text(&format!("OTEL_EXPORTER_OTLP_TRACES_{what}"));
    own.or_else(|| reader.text(&format!("OTEL_EXPORTER_OTLP_{what}")))
}

fn is_plain(endpoint: &str) -> bool {
    let scheme = endpoint.split_once("://").map_or("", |(scheme, _)| scheme);
    scheme.eq_ignore_ascii_case("http")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    fn encoder(environment: &[(&str, &str)]) -> (SpanEncoder, Vec<String>) {
        let find = |name: &str| environment.iter().find(|(known, _)| *known == name);
        let settings = Settings::from_lookup(&|name| Some(find(name)?.1.to_owned()));
        (settings.span_encoder, settings.warnings)
    }

    fn own(endpoint: &str, milliseconds: u64) -> (SpanEncoder, Vec<String>) {
        let target = OtlpTarget {
            endpoint: endpoint.to_owned(),
            timeout: Duration::from_millis(milliseconds),
        };
        (SpanEncoder::Own(target), Vec::new())
    }

    #[test]
    fn it_is_ours_and_what_is_set_for_traces_beats_what_is_set_for_all() {
        assert_eq!(encoder(&[]), own("http://localhost:4317", 10_000));
        let all = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://all:1"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "5"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "none"),
        ];
        assert_eq!(encoder(&all), own("http://all:1", 5));
        let traces = [
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "HTTP://traces:1"),
            ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "7"),
        ];
        assert_eq!(
            encoder(&[&all[..], &traces].concat()),
            own("HTTP://traces:1", 7)
        );
    }

    #[test]
    fn it_is_the_stock_one_where_that_is_asked_for_or_ours_can_not_do_it() {
        for variable in [
            ("TELEMETRY_SPAN_ENCODER", "stock"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://collector:4317"),
            ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "a=b"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "a=b"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
        ] {
            let ours = ("TELEMETRY_SPAN_ENCODER", "own");
            let expected = (SpanEncoder::Stock, Vec::new());
            assert_eq!(encoder(&[variable, ours]), expected, "{variable:?}");
        }
    }

    #[test]
    fn a_strange_word_is_told() {
        let (encoder, warnings) = encoder(&[("TELEMETRY_SPAN_ENCODER", "fast")]);
        assert_ne!(encoder, SpanEncoder::Stock);
        assert_eq!(
            warnings,
            ["TELEMETRY_SPAN_ENCODER is \"fast\": expected own or stock; using the default"]
        );
    }
}
