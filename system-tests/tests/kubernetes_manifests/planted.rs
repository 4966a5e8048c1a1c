//! Faults that somebody could make in `k8s/`, each planted into sound objects.

use serde_json::json;

use crate::objects::Objects;

/// One fault, and what is said of it.
pub(crate) struct Fault {
    pub(crate) what: &'static str,
    /// The rule that must see it.
    pub(crate) rule: &'static str,
    /// A part of what the rule then says.
    pub(crate) complaint: &'static str,
    pub(crate) plant: fn(&mut Objects),
}

const GATEWAY: &str = "/spec/template/spec/containers/0";

/// Sets something of the gateway's container.
fn gateway(objects: &mut Objects, key: &str, value: serde_json::Value) {
    let gateway = objects.change("Deployment", "gateway");
    gateway.pointer_mut(GATEWAY).unwrap()[key] = value;
}

fn context(objects: &mut Objects, key: &str, value: serde_json::Value) {
    let gateway = objects.change("Deployment", "gateway");
    gateway.pointer_mut(GATEWAY).unwrap()["securityContext"][key] = value;
}

fn variable(objects: &mut Objects, name: &str, value: &str) {
    let gateway = objects.change("Deployment", "gateway");
    let container = gateway.pointer_mut(GATEWAY).unwrap();
    let variables = container["env"].as_array_mut().unwrap();
    variables.push(json!({"name": name, "value": value}));
}

pub(crate) const FAULTS: &[Fault] = &[
    Fault {
        what: "a privileged container",
        rule: "hardened",
        complaint: "Deployment gateway, container service: may become privileged",
        plant: |objects| context(objects, "privileged", json!(true)),
    },
    Fault {
        what: "a container that keeps a capability",
        rule: "hardened",
        complaint: "has capabilities",
        plant: |objects| context(objects, "capabilities", json!({"drop": ["NET_RAW"]})),
    },
    Fault {
        what: "a root file system to write on",
        rule: "hardened",
        complaint: "may write to its root",
        plant: |objects| context(objects, "readOnlyRootFilesystem", json!(false)),
    },
    Fault {
        what: "an init container without any of it",
        rule: "hardened",
        complaint: "container wait-for-postgres: has capabilities",
        plant: |objects| {
            let gateway = objects.change("Deployment", "gateway");
            gateway["spec"]["template"]["spec"]["initContainers"][0]["securityContext"] = json!({});
        },
    },
    Fault {
        what: "a folder of the node",
        rule: "hardened",
        complaint: "mounts a folder of its node",
        plant: |objects| {
            let agent = objects.change("DaemonSet", "collector-agent");
            agent["spec"]["template"]["spec"]["volumes"][0] =
                json!({"name": "configuration", "hostPath": {"path": "/"}});
        },
    },
    Fault {
        what: "the image that is the latest",
        rule: "pinned",
        complaint: "unbroken/gateway:latest is no certain image",
        plant: |objects| gateway(objects, "image", json!("unbroken/gateway:latest")),
    },
    Fault {
        what: "an image without a tag, from a registry with a port",
        rule: "pinned",
        complaint: "is no certain image",
        plant: |objects| gateway(objects, "image", json!("registry:5000/gateway")),
    },
    Fault {
        what: "an image that is always fetched",
        rule: "pinned",
        complaint: "would be fetched",
        plant: |objects| gateway(objects, "imagePullPolicy", json!("Always")),
    },
    Fault {
        what: "a missing probe",
        rule: "probed",
        complaint: "no readinessProbe",
        plant: |objects| {
            let gateway = objects.change("Deployment", "gateway");
            let container = gateway.pointer_mut(GATEWAY).unwrap();
            container.as_object_mut().unwrap().remove("readinessProbe");
        },
    },
    Fault {
        what: "a gateway that is killed when Kafka is away",
        rule: "probed",
        complaint: "lives by its dependencies",
        plant: |objects| {
            gateway(
                objects,
                "livenessProbe",
                json!({"httpGet": {"path": "/readyz", "port": "http"}}),
            )
        },
    },
    Fault {
        what: "a port without a name",
        rule: "probed",
        complaint: "a port has no name",
        plant: |objects| gateway(objects, "ports", json!([{"containerPort": 8080}])),
    },
    Fault {
        what: "no limit of memory",
        rule: "bounded",
        complaint: "no bounds",
        plant: |objects| {
            gateway(
                objects,
                "resources",
                json!({"requests": {"cpu": "1", "memory": "1Gi"}}),
            )
        },
    },
    Fault {
        what: "no wait before SIGTERM",
        rule: "bounded",
        complaint: "stops before others know",
        plant: |objects| gateway(objects, "lifecycle", json!({})),
    },
    Fault {
        what: "a password in an address",
        rule: "no secret",
        complaint: "REPLICA_URL",
        plant: |objects| {
            variable(
                objects,
                "REPLICA_URL",
                "postgres://gateway:hunter2@postgres/gateway",
            )
        },
    },
    Fault {
        what: "a password in a variable",
        rule: "no secret",
        complaint: "KAFKA_PASSWORD",
        plant: |objects| variable(objects, "KAFKA_PASSWORD", "hunter2"),
    },
    Fault {
        what: "a password in a configuration",
        rule: "no secret",
        complaint: "KAFKA_BROKERS",
        plant: |objects| {
            objects.change("ConfigMap", "shop-")["data"]["KAFKA_BROKERS"] =
                json!("sasl://shop:hunter2@kafka:9092");
        },
    },
    Fault {
        what: "a service of which all pods may go at once",
        rule: "disruption",
        complaint: "Deployment gateway: no budget",
        plant: |objects| objects.remove("PodDisruptionBudget", "gateway"),
    },
    Fault {
        what: "a part of the configuration that nobody put in",
        rule: "configuration",
        complaint: "DaemonSet collector-agent, container collector: no file /etc/collector/kubernetes.yaml",
        plant: |objects| {
            let map = objects.change("ConfigMap", "collector-");
            map["data"]
                .as_object_mut()
                .unwrap()
                .remove("kubernetes.yaml");
        },
    },
    Fault {
        what: "a dashboard that is gone",
        rule: "configuration",
        complaint: "no key shop.json",
        plant: |objects| {
            let map = objects.change("ConfigMap", "grafana-dashboards");
            map["data"].as_object_mut().unwrap().remove("shop.json");
        },
    },
    Fault {
        what: "a Service whose pods are called otherwise",
        rule: "services",
        complaint: "Service gateway: finds no pods",
        plant: |objects| {
            objects.change("Service", "gateway")["spec"]["selector"] =
                json!({"app.kubernetes.io/name": "gate"});
        },
    },
    Fault {
        what: "a Service's port that no container has",
        rule: "services",
        complaint: "leads nowhere",
        plant: |objects| {
            objects.change("Service", "gateway")["spec"]["ports"][0]["targetPort"] = json!("https");
        },
    },
    Fault {
        what: "a number of replicas beside an autoscaler",
        rule: "autoscalers",
        complaint: "HorizontalPodAutoscaler gateway: its target says how many",
        plant: |objects| {
            objects.change("Deployment", "gateway")["spec"]["replicas"] = json!(2);
        },
    },
    Fault {
        what: "a token that nothing is done with",
        rule: "accounts",
        complaint: "Deployment gateway: a token without a role",
        plant: |objects| {
            let gateway = objects.change("Deployment", "gateway");
            gateway["spec"]["template"]["spec"]["automountServiceAccountToken"] = json!(true);
        },
    },
    Fault {
        what: "a role that may do more than look",
        rule: "accounts",
        complaint: "Role collector-agent: \"delete\"",
        plant: |objects| {
            objects.change("Role", "collector-agent")["rules"][0]["verbs"] =
                json!(["get", "delete"]);
        },
    },
    Fault {
        what: "no policy that denies",
        rule: "denied",
        complaint: "nobody is denied anything",
        plant: |objects| objects.remove("NetworkPolicy", "default-deny"),
    },
    Fault {
        what: "an open policy",
        rule: "denied",
        complaint: "NetworkPolicy pricing: anybody",
        plant: |objects| {
            let policy = objects.change("NetworkPolicy", "pricing");
            policy["spec"]["ingress"] = json!([{"ports": [{"port": "http"}]}]);
        },
    },
    Fault {
        what: "a policy that is open to every namespace",
        rule: "denied",
        complaint: "NetworkPolicy pricing: anybody",
        plant: |objects| {
            let policy = objects.change("NetworkPolicy", "pricing");
            policy["spec"]["ingress"][0]["from"] = json!([{"namespaceSelector": {}}]);
        },
    },
    Fault {
        what: "a namespace where anything may run",
        rule: "denied",
        complaint: "pod-security.kubernetes.io/enforce is not restricted",
        plant: |objects| {
            let namespace = objects.change("Namespace", "unbroken");
            namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] =
                json!("baseline");
        },
    },
    Fault {
        what: "a call that is not let in",
        rule: "both ends",
        complaint: "fulfillment may call inventory, which does not let it in",
        plant: |objects| {
            let policy = objects.change("NetworkPolicy", "inventory");
            policy["spec"]["ingress"]
                .as_array_mut()
                .unwrap()
                .truncate(1);
        },
    },
];
