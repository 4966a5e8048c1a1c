//! Log lines: one shape in all services, with the ids of the active span.

use std::cell::RefCell;
use std::io::Write as _;
use std::time::SystemTime;

use opentelemetry::Context as OtelContext;
use opentelemetry::trace::{SpanContext, TraceContextExt};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::Context;

use super::json::{self, Heads};
use super::pretty;
use super::stamp::Stamp;
use crate::config::LogFormat;

/// Writes each event as one line.
///
/// The ids come from the OpenTelemetry context that is active on this thread. Nobody passes them
/// along, and nobody can forget to.
pub(super) struct LogLines<W> {
    service: Box<str>,
    heads: Heads,
    format: LogFormat,
    writer: W,
}

/// What a thread keeps from line to line: no line allocates.
struct Desk {
    /// Built here and written in one piece: no half lines.
    line: Vec<u8>,
    /// Holds a value while it is searched for secrets.
    value: String,
    stamp: Stamp,
}

thread_local! {
    static DESK: RefCell<Desk> = const {
        RefCell::new(Desk { line: Vec::new(), value: String::new(), stamp: Stamp::new() })
    };
}

impl<W> LogLines<W> {
    pub(super) fn new(service: &str, format: LogFormat, writer: W) -> Self {
        Self {
            service: service.into(),
            heads: Heads::new(service),
            format,
            writer,
        }
    }

    fn write(&self, desk: &mut Desk, event: &Event<'_>, span: Option<&SpanContext>) {
        let Desk { line, value, stamp } = desk;
        let stamp = stamp.of(SystemTime::now());
        let metadata: &Metadata<'_> = event.metadata();
        line.clear();
        match self.format {
            LogFormat::Json => {
                self.heads.begin(line, stamp, metadata, span);
                let mut fields = json::Fields::new(line, value);
                event.record(&mut fields);
                fields.finish();
            }
            LogFormat::Pretty => {
                pretty::begin(line, stamp, metadata, &self.service);
                let mut fields = pretty::Fields::new(line, value);
                event.record(&mut fields);
                fields.finish();
                pretty::end(line, span);
            }
        }
        line.push(b'\n');
    }
}

impl<S, W> Layer<S> for LogLines<W>
where
    S: Subscriber,
    W: for<'w> MakeWriter<'w> + 'static,
{
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        DESK.with(|desk| {
            // Taken already only if a field's own formatting logs: that inner line is given up.
            let Ok(mut desk) = desk.try_borrow_mut() else {
                return;
            };
            OtelContext::map_current(|context| {
                let span = context.span();
                let span = Some(span.span_context()).filter(|span| span.is_valid());
                self.write(&mut desk, event, span);
            });
            // A closed pipe must not take the service down.
            let _ = self.writer.make_writer().write_all(&desk.line);
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use opentelemetry::{SpanId, TraceFlags, TraceId};
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn lines(format: LogFormat, log: impl FnOnce()) -> String {
        let captured = Captured::default();
        let writer = captured.clone();
        let layer = LogLines::new("pricing", format, move || writer.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), log);
        String::from_utf8(captured.0.lock().unwrap().clone()).unwrap()
    }

    fn in_a_span(log: impl FnOnce()) {
        let span = SpanContext::new(
            TraceId::from_bytes([0x4b; 16]),
            SpanId::from_bytes([0x0f; 8]),
            TraceFlags::SAMPLED,
            false,
            Default::default(),
        );
        let _active = OtelContext::new().with_remote_span_context(span).attach();
        log();
    }

    #[test]
    fn a_line_inside_a_span_carries_its_ids_and_is_json() {
        let text = lines(LogFormat::Json, || {
            in_a_span(|| {
                tracing::info!(
                    app.quantity = 2,
                    ok = true,
                    note = "a\"b\n\u{1}",
                    "quoted {}",
                    7
                )
            });
        });
        let line: serde_json::Value = serde_json::from_str(&text).expect(&text);
        assert_eq!(line["trace_id"], "4b".repeat(16));
        assert_eq!(line["span_id"], "0f".repeat(8));
        assert_eq!(line["trace_flags"], "01");
        assert_eq!(line["level"], "INFO");
        assert_eq!(line["service"], "pricing");
        assert_eq!(line["message"], "quoted 7");
        assert_eq!(line["fields"]["app.quantity"], 2);
        assert_eq!(line["fields"]["ok"], true);
        assert_eq!(line["fields"]["note"], "a\"b\n\u{1}");
        assert_eq!(text.matches('\n').count(), 1, "one line: {text:?}");
    }

    #[test]
    fn outside_a_span_the_ids_are_dashes() {
        let text = lines(LogFormat::Json, || tracing::warn!("nobody asked"));
        let line: serde_json::Value = serde_json::from_str(&text).expect(&text);
        assert_eq!(
            (&line["trace_id"], &line["span_id"]),
            (&"-".into(), &"-".into())
        );
    }

    #[test]
    fn a_named_event_says_its_name() {
        let text = lines(
            LogFormat::Json,
            || tracing::info!(name: "cache.miss", "not cached"),
        );
        let line: serde_json::Value = serde_json::from_str(&text).expect(&text);
        assert_eq!(line["event"], "cache.miss");
    }

    #[test]
    fn a_pretty_line_can_be_read_and_grepped() {
        let text = lines(LogFormat::Pretty, || {
            in_a_span(|| tracing::info!(sku = "A", "quoted"));
            tracing::info!(retries = 3, message = "given up");
        });
        assert!(text.contains("INFO"), "{text}");
        assert!(text.contains("pricing"), "{text}");
        assert!(text.contains("pricing     quoted sku=A"), "{text}");
        assert!(text.contains("pricing     retries=3 given up"), "{text}");
        assert!(text.contains(&"4b".repeat(16)), "{text}");
    }
}
