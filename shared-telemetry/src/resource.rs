//! The Resource: what every span and log record of this process has in common.
//!
//! Precedence, weakest first: what can be found out, what the program says of itself,
//! `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_SERVICE_NAME`.

use std::fs;

use opentelemetry::KeyValue;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::resource::TelemetryResourceDetector;
use uuid::Uuid;

use crate::config::Settings;
use crate::{Service, names};

pub(crate) fn build(service: &Service, settings: &Settings) -> Resource {
    let mut builder = Resource::builder_empty()
        .with_detector(Box::new(TelemetryResourceDetector))
        .with_attributes(process())
        .with_attributes(host())
        .with_attributes(container_id().map(|id| KeyValue::new(names::CONTAINER_ID, id)))
        .with_attributes(
            settings
                .pod
                .iter()
                .map(|(key, value)| KeyValue::new(*key, value.clone())),
        )
        .with_attributes([
            KeyValue::new(names::SERVICE_NAME, service.name),
            KeyValue::new(names::SERVICE_VERSION, service.version),
            KeyValue::new(names::SERVICE_NAMESPACE, service.namespace),
            KeyValue::new(names::SERVICE_INSTANCE_ID, Uuid::new_v4().to_string()),
            KeyValue::new(names::DEPLOYMENT_ENVIRONMENT_NAME, "development"),
        ])
        .with_attributes(
            settings
                .resource_attributes
                .iter()
                .map(|(key, value)| KeyValue::new(key.clone(), value.clone())),
        );
    if let Some(name) = &settings.service_name {
        builder = builder.with_attribute(KeyValue::new(names::SERVICE_NAME, name.clone()));
    }
    builder.build()
}

fn process() -> Vec<KeyValue> {
    let executable = std::env::current_exe().ok();
    let name = executable
        .as_deref()
        .and_then(|path| path.file_name())
        .and_then(|name| name.to_str());
    let mut attributes = vec![KeyValue::new(
        names::PROCESS_PID,
        i64::from(std::process::id()),
    )];
    attributes
        .extend(name.map(|name| KeyValue::new(names::PROCESS_EXECUTABLE_NAME, name.to_owned())));
    attributes
}

fn host() -> Vec<KeyValue> {
    let mut attributes = vec![
        KeyValue::new(names::OS_TYPE, std::env::consts::OS),
        KeyValue::new(names::HOST_ARCH, host_arch()),
    ];
    let name = fs::read_to_string("/proc/sys/kernel/hostname").ok();
    attributes.extend(name.map(|name| KeyValue::new(names::HOST_NAME, name.trim().to_owned())));
    attributes
}

/// The conventions' words for what Rust calls `x86_64` and `aarch64`.
fn host_arch() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

/// The id of the container this process runs in: 64 hex digits in a cgroup's path (cgroup v1) or
/// in the mount of `/etc/hostname` (cgroup v2). `None` outside of containers.
fn container_id() -> Option<String> {
    let cgroup = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    find_container_id(&cgroup).or_else(|| {
        let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
        mounts
            .lines()
            .filter(|line| line.contains("/etc/hostname"))
            .find_map(find_container_id)
    })
}

fn find_container_id(text: &str) -> Option<String> {
    text.split(|c: char| !c.is_ascii_hexdigit())
        .find(|word| word.len() == 64)
        .map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use opentelemetry::Key;

    use super::*;

    fn resource(variables: &'static [(&str, &str)]) -> Resource {
        let lookup = |name: &str| {
            variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        };
        let service = Service::new("pricing", "1.2.3", "shop");
        build(&service, &Settings::from_lookup(&lookup))
    }

    fn value(resource: &Resource, key: &'static str) -> Option<String> {
        resource.get(&Key::new(key)).map(|value| value.to_string())
    }

    #[test]
    fn the_program_names_itself_and_each_start_is_an_instance_of_its_own() {
        let (one, two) = (resource(&[]), resource(&[]));
        assert_eq!(value(&one, "service.name").unwrap(), "pricing");
        assert_eq!(value(&one, "service.version").unwrap(), "1.2.3");
        assert_ne!(
            value(&one, "service.instance.id"),
            value(&two, "service.instance.id")
        );
    }

    #[test]
    fn otel_service_name_beats_the_resource_attribute() {
        let both = resource(&[
            ("OTEL_SERVICE_NAME", "by-name"),
            (
                "OTEL_RESOURCE_ATTRIBUTES",
                "service.name=by-attribute,team=a%20b",
            ),
        ]);
        assert_eq!(value(&both, "service.name").unwrap(), "by-name");
        assert_eq!(value(&both, "team").unwrap(), "a b");
        let one = resource(&[("OTEL_RESOURCE_ATTRIBUTES", "service.name=by-attribute")]);
        assert_eq!(value(&one, "service.name").unwrap(), "by-attribute");
    }

    #[test]
    fn a_pod_is_named_by_the_downward_api() {
        let pod = resource(&[
            ("K8S_POD_NAME", "pricing-0"),
            ("K8S_NAMESPACE_NAME", "unbroken"),
        ]);
        assert_eq!(value(&pod, "k8s.pod.name").unwrap(), "pricing-0");
        assert_eq!(value(&pod, "k8s.namespace.name").unwrap(), "unbroken");
        assert_eq!(value(&resource(&[]), "k8s.pod.name"), None);
    }

    #[test]
    fn a_container_is_known_by_its_cgroup() {
        let id = "ab".repeat(32);
        let found = find_container_id(&format!("0::/system.slice/docker-{id}.scope\n"));
        assert_eq!(found, Some(id));
        assert_eq!(find_container_id("0::/init.scope"), None);
    }
}
