//! The attribute and event names that this crate emits: OpenTelemetry semantic conventions
//! v1.44.0, each under its own name in capitals.
#![allow(missing_docs)] // The name is the meaning; the conventions are the documentation.

macro_rules! names {
    ($($(#[$doc:meta])* $constant:ident = $name:literal;)*) => {
        $($(#[$doc])* pub const $constant: &str = $name;)*
    };
}

names! {
    CLIENT_ADDRESS = "client.address";
    CONTAINER_ID = "container.id";
    DB_COLLECTION_NAME = "db.collection.name";
    DB_NAMESPACE = "db.namespace";
    DB_OPERATION_NAME = "db.operation.name";
    DB_QUERY_SUMMARY = "db.query.summary";
    DB_QUERY_TEXT = "db.query.text";
    DB_RESPONSE_STATUS_CODE = "db.response.status_code";
    DB_SYSTEM_NAME = "db.system.name";
    DEPLOYMENT_ENVIRONMENT_NAME = "deployment.environment.name";
    ERROR_TYPE = "error.type";
    EXCEPTION = "exception";
    EXCEPTION_MESSAGE = "exception.message";
    EXCEPTION_STACKTRACE = "exception.stacktrace";
    EXCEPTION_TYPE = "exception.type";
    HOST_ARCH = "host.arch";
    HOST_NAME = "host.name";
    HTTP_REQUEST_METHOD = "http.request.method";
    HTTP_REQUEST_METHOD_ORIGINAL = "http.request.method_original";
    HTTP_RESPONSE_STATUS_CODE = "http.response.status_code";
    HTTP_ROUTE = "http.route";
    K8S_NAMESPACE_NAME = "k8s.namespace.name";
    K8S_NODE_NAME = "k8s.node.name";
    K8S_POD_NAME = "k8s.pod.name";
    K8S_POD_UID = "k8s.pod.uid";
    MESSAGING_BATCH_MESSAGE_COUNT = "messaging.batch.message_count";
    MESSAGING_CLIENT_ID = "messaging.client.id";
    MESSAGING_CONSUMER_GROUP_NAME = "messaging.consumer.group.name";
    MESSAGING_DESTINATION_NAME = "messaging.destination.name";
    MESSAGING_DESTINATION_PARTITION_ID = "messaging.destination.partition.id";
    MESSAGING_KAFKA_MESSAGE_KEY = "messaging.kafka.message.key";
    MESSAGING_KAFKA_OFFSET = "messaging.kafka.offset";
    MESSAGING_MESSAGE_ID = "messaging.message.id";
    MESSAGING_OPERATION_NAME = "messaging.operation.name";
    MESSAGING_OPERATION_TYPE = "messaging.operation.type";
    MESSAGING_SYSTEM = "messaging.system";
    NETWORK_PROTOCOL_VERSION = "network.protocol.version";
    OS_TYPE = "os.type";
    PROCESS_EXECUTABLE_NAME = "process.executable.name";
    PROCESS_PID = "process.pid";
    RPC_METHOD = "rpc.method";
    RPC_METHOD_ORIGINAL = "rpc.method_original";
    RPC_RESPONSE_STATUS_CODE = "rpc.response.status_code";
    RPC_SYSTEM_NAME = "rpc.system.name";
    SERVER_ADDRESS = "server.address";
    SERVER_PORT = "server.port";
    SERVICE_INSTANCE_ID = "service.instance.id";
    SERVICE_NAME = "service.name";
    SERVICE_NAMESPACE = "service.namespace";
    SERVICE_VERSION = "service.version";
    URL_FULL = "url.full";
    URL_PATH = "url.path";
    URL_SCHEME = "url.scheme";
    USER_AGENT_ORIGINAL = "user_agent.original";
}
