//! Headers made of bytes, and what must hold for whatever they are.

use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, Injector};
use opentelemetry::trace::TraceContextExt;
use shared_telemetry::propagation::{Format, Propagation};

#[derive(Debug, Default, PartialEq)]
struct Headers(Vec<(String, String)>);

impl Extractor for Headers {
    fn get(&self, key: &str) -> Option<&str> {
        let named = self
            .0
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(key));
        named.map(|(_, value)| value.as_str())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).collect()
    }

    fn get_all(&self, key: &str) -> Option<Vec<&str>> {
        let named = self
            .0
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case(key));
        let values: Vec<_> = named.map(|(_, value)| value.as_str()).collect();
        (!values.is_empty()).then_some(values)
    }
}

impl Injector for Headers {
    fn set(&mut self, key: &str, value: String) {
        self.0.push((key.to_owned(), value));
    }
}

/// One header a line; its first byte chooses the name.
fn headers(bytes: &[u8], names: &[&str]) -> Headers {
    let header = |line: &[u8]| {
        let (choice, value) = line.split_first()?;
        let name = names[usize::from(*choice) % names.len()];
        Some((name.to_owned(), String::from_utf8_lossy(value).into_owned()))
    };
    Headers(
        bytes
            .split(|byte| *byte == b'\n')
            .filter_map(header)
            .collect(),
    )
}

fn written(propagation: &Propagation, context: &Context) -> Headers {
    let mut headers = Headers::default();
    propagation.inject(context, &mut headers);
    headers
}

/// Reads the bytes as headers of these names and holds what comes out to its promises.
pub fn hold(bytes: &[u8], names: &[&str], format: Format) {
    let propagation = Propagation::new(&[format], &[format]);
    let context = propagation.extract(&headers(bytes, names));
    let span = context.span().span_context().clone();
    assert!(!context.has_active_span() || (span.is_valid() && span.is_remote()));
    let sent = written(&propagation, &context);
    for (name, value) in &sent.0 {
        let visible = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
        assert!(
            !value.is_empty() && value.len() <= 8192,
            "{name}: {} bytes",
            value.len()
        );
        assert!(value.bytes().all(visible), "{name}: {value:?}");
    }
    assert_eq!(written(&propagation, &propagation.extract(&sent)), sent);
}
