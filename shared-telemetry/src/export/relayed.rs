//! A second way out, for the spans of a program that this one relays.

use std::sync::{Arc, OnceLock};

use opentelemetry::{Key, KeyValue};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanProcessor};
use tokio::runtime::Handle;

use super::processors::Spans;
use super::queue::{Exporting, Signal};
use super::report;
use super::send::Sender;
use crate::config::Settings;
use crate::names;
use crate::relay::Origin;

/// What of the service that relays is true of the relayed program too: they are one delivery.
const IN_COMMON: [&str; 3] = [
    names::SERVICE_VERSION,
    names::SERVICE_NAMESPACE,
    names::DEPLOYMENT_ENVIRONMENT_NAME,
];

/// The way out, once somebody asks for it: until then it costs nothing.
#[derive(Clone)]
pub(crate) struct Relayed {
    settings: Settings,
    resource: Resource,
    runtime: Handle,
    opened: Arc<OnceLock<Arc<Exporting<SpanData>>>>,
}

impl Relayed {
    pub(super) fn new(settings: &Settings, resource: &Resource, runtime: &Handle) -> Self {
        Self {
            settings: settings.clone(),
            resource: resource.clone(),
            runtime: runtime.clone(),
            opened: Arc::default(),
        }
    }

    /// The queue, if it was asked for.
    pub(super) fn opened(&self) -> Option<&Exporting<SpanData>> {
        self.opened.get().map(Arc::as_ref)
    }

    /// Starts the export; `None` when it runs already.
    pub(crate) fn open(&self, origin: Origin) -> Option<Box<dyn SpanProcessor>> {
        let _entered = self.runtime.enter();
        // By the same variables as the process's own, which could be made.
        let exporter = Sender::new(&self.settings).ok()?;
        let (resource, settings) = (resource(origin, &self.resource), &self.settings);
        let mut fresh = None;
        self.opened.get_or_init(|| {
            let signal = Signal::RelayedSpans;
            let spans = super::spans(signal, exporter, settings, &resource, &self.runtime);
            report::relayed_spans(&spans, settings.traces_protocol);
            fresh.insert(spans).clone()
        });
        Some(Box::new(Spans(fresh?)))
    }
}

fn resource(origin: Origin, own: &Resource) -> Resource {
    let own = IN_COMMON.into_iter().filter_map(|key| {
        let value = own.get(&Key::from_static_str(key))?;
        Some(KeyValue::new(key, value))
    });
    Resource::builder_empty()
        .with_attributes(own)
        .with_attributes([
            KeyValue::new(names::SERVICE_NAME, origin.name),
            KeyValue::new(names::TELEMETRY_SDK_LANGUAGE, origin.language),
        ])
        .build()
}
