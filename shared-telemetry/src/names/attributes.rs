//! Attributes of spans.

use super::Seen::{Always, When};
use super::entries;

entries! {
    ATTRIBUTES: super::What::Attribute, super::Source::Conventions;
    CLIENT_ADDRESS = "client.address": Text, Always,
        "the address of who called, as the socket has it";
    DB_COLLECTION_NAME = "db.collection.name": Text, Always,
        "the table that a statement is mainly about";
    DB_NAMESPACE = "db.namespace": Text, Always, "the database's name, not its path";
    DB_OPERATION_NAME = "db.operation.name": Text, Always, "the statement's verb, `SELECT`";
    DB_QUERY_SUMMARY = "db.query.summary": Text, Always, "verb and table, `SELECT items`";
    DB_QUERY_TEXT = "db.query.text": Text, Always,
        "the statement with placeholders; no bound value";
    DB_RESPONSE_STATUS_CODE = "db.response.status_code": Text,
        When("the database refused a statement with a code"), "the database's error code";
    DB_SYSTEM_NAME = "db.system.name": Text, Always, "`sqlite` or `postgresql`";
    ERROR_TYPE = "error.type": Text, Always,
        "why a span failed, of low cardinality: a status code, a code's name or an error's type";
    HTTP_REQUEST_METHOD = "http.request.method": Text, Always,
        "one of the nine known methods, or `_OTHER`";
    HTTP_REQUEST_METHOD_ORIGINAL = "http.request.method_original": Text,
        When("a method is none of the nine"), "the word that was sent";
    HTTP_RESPONSE_STATUS_CODE = "http.response.status_code": Int, Always,
        "the answer's status; none without an answer";
    HTTP_ROUTE = "http.route": Text, Always,
        "the matched route's template; none when no route matched";
    MESSAGING_BATCH_MESSAGE_COUNT = "messaging.batch.message_count": Int, Always,
        "how many messages a batch has; on spans of batches only";
    MESSAGING_CONSUMER_GROUP_NAME = "messaging.consumer.group.name": Text, Always,
        "the consumer group";
    MESSAGING_DESTINATION_NAME = "messaging.destination.name": Text, Always, "the topic";
    MESSAGING_DESTINATION_PARTITION_ID = "messaging.destination.partition.id": Text, Always,
        "the partition; text, because partitions have names in other systems";
    MESSAGING_KAFKA_MESSAGE_KEY = "messaging.kafka.message.key": Text, Always,
        "the record's key, if it is UTF-8";
    MESSAGING_KAFKA_MESSAGE_TOMBSTONE = "messaging.kafka.message.tombstone": Bool,
        When("a record has no value"), "`true`";
    MESSAGING_KAFKA_OFFSET = "messaging.kafka.offset": Int, Always,
        "the record's offset in its partition; on a send only once the broker has acknowledged";
    MESSAGING_MESSAGE_ID = "messaging.message.id": Text, Always,
        "the application's id of a message";
    MESSAGING_OPERATION_NAME = "messaging.operation.name": Text, Always,
        "`send`, `process`, `process_batch` or `commit`";
    MESSAGING_OPERATION_TYPE = "messaging.operation.type": Text, Always,
        "`send`, `process` or `settle`";
    MESSAGING_SYSTEM = "messaging.system": Text, Always, "`kafka`";
    NETWORK_PROTOCOL_VERSION = "network.protocol.version": Text, Always,
        "the version of HTTP, `1.1`";
    RPC_METHOD = "rpc.method": Text, Always,
        "`package.Service/Method`, or `_OTHER` for what no service has";
    RPC_METHOD_ORIGINAL = "rpc.method_original": Text, When("no service has the method"),
        "the method that was asked for";
    RPC_RESPONSE_STATUS_CODE = "rpc.response.status_code": Text, Always,
        "the status code's name, `NOT_FOUND`";
    RPC_SYSTEM_NAME = "rpc.system.name": Text, Always, "`grpc`";
    SERVER_ADDRESS = "server.address": Text, Always,
        "the host that was asked, as the caller named it";
    SERVER_PORT = "server.port": Int, Always, "the port that was asked";
    URL_FULL = "url.full": Text, Always,
        "what a client asked for, without credentials, each query value `REDACTED`";
    URL_PATH = "url.path": Text, Always, "the path that a server was asked for, without its query";
    URL_SCHEME = "url.scheme": Text, Always, "`http`: TLS ends in front of the process";
    USER_AGENT_ORIGINAL = "user_agent.original": Text, When("the caller sends `User-Agent`"),
        "what the caller calls itself";
}
