//! Attributes of the Resource: who speaks.

use super::Seen::{Always, When};
use super::entries;
use super::{Entry, Source, Type, What};

entries! {
    FOUND: super::What::Resource, super::Source::Conventions;
    CONTAINER_ID = "container.id": Text, When("the process runs in a container"),
        "the container's id";
    DEPLOYMENT_ENVIRONMENT_NAME = "deployment.environment.name": Text, Always,
        "`development`, unless `OTEL_RESOURCE_ATTRIBUTES` says otherwise";
    HOST_ARCH = "host.arch": Text, Always, "the processor's architecture, `amd64`";
    HOST_NAME = "host.name": Text, When("the system is a Linux"), "the machine's name";
    K8S_NAMESPACE_NAME = "k8s.namespace.name": Text, When("`K8S_NAMESPACE_NAME` is set"),
        "the pod's namespace";
    K8S_NODE_NAME = "k8s.node.name": Text, When("`K8S_NODE_NAME` is set"), "the pod's node";
    K8S_POD_NAME = "k8s.pod.name": Text, When("`K8S_POD_NAME` is set"), "the pod's name";
    K8S_POD_UID = "k8s.pod.uid": Text, When("`K8S_POD_UID` is set"), "the pod's uid";
    OS_TYPE = "os.type": Text, Always, "the operating system, `linux`";
    PROCESS_EXECUTABLE_NAME = "process.executable.name": Text, Always,
        "the program's file name";
    PROCESS_PID = "process.pid": Int, Always, "the process's id";
    SERVICE_INSTANCE_ID = "service.instance.id": Text, Always,
        "a new UUID at each start";
    SERVICE_NAME = "service.name": Text, Always, "the service";
    SERVICE_NAMESPACE = "service.namespace": Text, Always, "the system that it belongs to";
    SERVICE_VERSION = "service.version": Text, Always, "the program's version";
}

/// The language of the program that made the spans.
pub const TELEMETRY_SDK_LANGUAGE: &str = "telemetry.sdk.language";

/// What else the SDK says of itself has no constant: nobody here writes it.
const fn of_the_sdk(name: &'static str, meaning: &'static str) -> Entry {
    Entry {
        name,
        what: What::Resource(Type::Text),
        meaning,
        source: Source::Conventions,
        seen: Always,
    }
}

pub(super) const SDK: &[Entry] = &[
    of_the_sdk(
        TELEMETRY_SDK_LANGUAGE,
        "`rust`; `webjs` where a page in a browser has made the spans",
    ),
    of_the_sdk("telemetry.sdk.name", "`opentelemetry`"),
    of_the_sdk("telemetry.sdk.version", "the SDK's version"),
];
