//! Captured telemetry as the rules see it.

pub(crate) use crate::otlp_json::{Attributes, Value};
use crate::trace::{Kind, StatusCode};

#[derive(Debug, Default)]
pub(crate) struct Captured {
    pub(crate) resources: Vec<Resource>,
    pub(crate) spans: Vec<Span>,
    pub(crate) logs: Vec<Log>,
}

#[derive(Debug)]
pub(crate) struct Resource {
    pub(crate) attributes: Attributes,
}

#[derive(Debug)]
pub(crate) struct Span {
    /// Its place in [`Captured::resources`].
    pub(crate) resource: usize,
    pub(crate) trace_id: String,
    pub(crate) span_id: String,
    pub(crate) parent_id: String,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) status: StatusCode,
    pub(crate) status_message: String,
    pub(crate) attributes: Attributes,
    pub(crate) events: Vec<Event>,
    /// The attributes of each link.
    pub(crate) links: Vec<Attributes>,
}

#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) attributes: Attributes,
}

#[derive(Debug)]
pub(crate) struct Log {
    pub(crate) resource: usize,
    pub(crate) body: Value,
    pub(crate) attributes: Attributes,
}

/// The value of an attribute.
pub(crate) fn get<'a>(attributes: &'a Attributes, key: &str) -> Option<&'a Value> {
    attributes
        .iter()
        .find_map(|(name, value)| (name == key).then_some(value))
}

impl Resource {
    pub(crate) fn service(&self) -> &str {
        get(&self.attributes, "service.name")
            .and_then(Value::text)
            .unwrap_or("a service without a name")
    }
}

impl Value {
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Calls `see` with every text inside.
    pub(crate) fn each_text(&self, see: &mut impl FnMut(&str)) {
        match self {
            Self::Text(text) => see(text),
            Self::List(values) => values.iter().for_each(|value| value.each_text(see)),
            Self::Map(entries) => entries.iter().for_each(|(_, value)| value.each_text(see)),
            Self::Int(_) | Self::Bool(_) | Self::Double(_) | Self::Other => {}
        }
    }
}

impl Span {
    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        get(&self.attributes, key)
    }

    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.text()
    }

    pub(crate) fn int(&self, key: &str) -> Option<i64> {
        match self.get(key)? {
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        !matches!(self.get(key), None | Some(Value::Other))
            && self.text(key).is_none_or(|text| !text.is_empty())
    }

    pub(crate) fn has_any_below(&self, prefix: &str) -> bool {
        self.attributes
            .iter()
            .any(|(key, _)| key.starts_with(prefix))
    }

    /// Its ids.
    pub(crate) fn ids(&self) -> Option<String> {
        Some(format!("trace {} span {}", self.trace_id, self.span_id))
    }
}

impl Captured {
    pub(crate) fn service(&self, resource: usize) -> &str {
        self.resources[resource].service()
    }

    /// ``gateway CLIENT `GET` ``.
    pub(crate) fn title(&self, span: &Span) -> String {
        let service = self.service(span.resource);
        format!("{service} {} `{}`", span.kind.as_str(), span.name)
    }
}
