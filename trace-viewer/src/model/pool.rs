//! What many spans share, kept once: names and attribute keys, resources, scopes.

use std::{collections::HashSet, hash::Hash, mem::size_of, sync::Arc};

use serde::Serialize;

use super::{ALLOCATION, Attributes, UNKNOWN_SERVICE};

/// A longer string is hardly a repeated name: it is kept, and counted, where it is used.
const LONGEST_SHARED: usize = 256;
/// Reference counts, the slot in the set, and the allocation.
const ENTRY: usize = 32 + ALLOCATION;

/// Who sent a span or a log record.
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Resource {
    pub(crate) service: Arc<str>,
    pub(crate) attributes: Attributes,
    pub(crate) dropped_attributes: u32,
    pub(crate) schema_url: Arc<str>,
}

/// The instrumentation that made a span.
#[derive(PartialEq, Eq, Hash, Serialize)]
pub(crate) struct Scope {
    pub(crate) name: Arc<str>,
    pub(crate) version: Arc<str>,
    #[serde(skip_serializing_if = "Attributes::is_empty")]
    pub(crate) attributes: Attributes,
    #[serde(skip)]
    pub(crate) dropped_attributes: u32,
    #[serde(skip)]
    pub(crate) schema_url: Arc<str>,
}

/// The shared parts. An entry that no span or log uses any more goes at the next sweep.
pub(crate) struct Pool {
    strings: HashSet<Arc<str>>,
    resources: HashSet<Arc<Resource>>,
    scopes: HashSet<Arc<Scope>>,
    bytes: usize,
    sweep_at: usize,
    smallest_sweep: usize,
}

impl Pool {
    /// `smallest_sweep`: bytes below which a sweep is not worth its time; at least 1, so that an
    /// empty pool is never due.
    pub(crate) fn new(smallest_sweep: usize) -> Self {
        Self {
            strings: HashSet::new(),
            resources: HashSet::new(),
            scopes: HashSet::new(),
            bytes: 0,
            sweep_at: smallest_sweep,
            smallest_sweep,
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn string(&mut self, text: &str) -> Arc<str> {
        if text.len() > LONGEST_SHARED {
            return text.into();
        }
        if let Some(known) = self.strings.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        self.bytes += string_bytes(&new);
        self.strings.insert(Arc::clone(&new));
        new
    }

    pub(crate) fn resource(
        &mut self,
        attributes: Attributes,
        dropped_attributes: u32,
        schema_url: &str,
    ) -> Arc<Resource> {
        let service = attributes.text("service.name").unwrap_or(UNKNOWN_SERVICE);
        let resource = Resource {
            service: self.string(service),
            attributes,
            dropped_attributes,
            schema_url: self.string(schema_url),
        };
        share(
            &mut self.resources,
            &mut self.bytes,
            resource,
            resource_bytes,
        )
    }

    pub(crate) fn scope(&mut self, scope: Scope) -> Arc<Scope> {
        share(&mut self.scopes, &mut self.bytes, scope, scope_bytes)
    }

    /// Whether so much has come since the last sweep that another pays.
    pub(crate) fn sweep_is_due(&self) -> bool {
        self.bytes >= self.sweep_at
    }

    /// Drops what nobody else holds. Resources and scopes first: they hold strings.
    pub(crate) fn sweep(&mut self) {
        self.resources.retain(|entry| Arc::strong_count(entry) > 1);
        self.scopes.retain(|entry| Arc::strong_count(entry) > 1);
        self.strings.retain(|entry| Arc::strong_count(entry) > 1);
        self.strings.shrink_to(self.strings.len() * 2);
        self.bytes = self
            .resources
            .iter()
            .map(|entry| resource_bytes(entry))
            .sum::<usize>()
            + self
                .scopes
                .iter()
                .map(|entry| scope_bytes(entry))
                .sum::<usize>()
            + self.strings.iter().map(string_bytes).sum::<usize>();
        self.sweep_at = self.smallest_sweep.max(self.bytes * 2);
    }
}

fn share<T: Eq + Hash>(
    set: &mut HashSet<Arc<T>>,
    bytes: &mut usize,
    value: T,
    size: fn(&T) -> usize,
) -> Arc<T> {
    if let Some(known) = set.get(&value) {
        return Arc::clone(known);
    }
    *bytes += size(&value);
    let new = Arc::new(value);
    set.insert(Arc::clone(&new));
    new
}

/// The bytes of a string that its user answers for, because the pool does not.
pub(crate) fn unshared_bytes(text: &Arc<str>) -> usize {
    if text.len() > LONGEST_SHARED {
        ALLOCATION + 16 + text.len()
    } else {
        0
    }
}

fn string_bytes(text: &Arc<str>) -> usize {
    ENTRY + text.len()
}

fn resource_bytes(resource: &Resource) -> usize {
    let strings = unshared_bytes(&resource.service) + unshared_bytes(&resource.schema_url);
    ENTRY + size_of::<Resource>() + strings + resource.attributes.heap_bytes()
}

fn scope_bytes(scope: &Scope) -> usize {
    let strings = [&scope.name, &scope.version, &scope.schema_url];
    let strings: usize = strings.into_iter().map(unshared_bytes).sum();
    ENTRY + size_of::<Scope>() + strings + scope.attributes.heap_bytes()
}
