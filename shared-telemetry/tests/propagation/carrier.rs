//! Headers as they are sent: in order, names in any case, and a name may come twice.

use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, Injector};
use shared_telemetry::propagation::{Format, Propagation};

#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Headers(pub(crate) Vec<(String, String)>);

impl Headers {
    pub(crate) fn new<N: AsRef<str>, V: AsRef<str>>(
        headers: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let owned = |(name, value): (N, V)| (name.as_ref().to_owned(), value.as_ref().to_owned());
        Self(headers.into_iter().map(owned).collect())
    }

    /// The values of a header.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let named = self.0.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_str()).collect()
    }

    /// The context that these headers bring.
    pub(crate) fn read(&self, formats: &[Format]) -> Context {
        Propagation::new(formats, &[]).extract(self)
    }
}

/// What is sent of a context.
pub(crate) fn written(context: &Context, formats: &[Format]) -> Headers {
    let mut headers = Headers::default();
    Propagation::new(&[], formats).inject(context, &mut headers);
    headers
}

impl Extractor for Headers {
    fn get(&self, key: &str) -> Option<&str> {
        self.all(key).first().copied()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).collect()
    }

    fn get_all(&self, key: &str) -> Option<Vec<&str>> {
        let all = self.all(key);
        (!all.is_empty()).then_some(all)
    }
}

impl Injector for Headers {
    fn set(&mut self, key: &str, value: String) {
        self.0.retain(|(name, _)| !name.eq_ignore_ascii_case(key));
        self.0.push((key.to_owned(), value));
    }
}
