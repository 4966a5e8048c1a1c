//! Rules about names: what an object says of another one is so.

use serde_json::Value;

use crate::objects::{
    Objects, annotation, containers, items, labels, name, place, pod, selects, title,
};

/// What stays says how much of it may be away at once, or why it need not.
pub(crate) fn disruption(objects: &Objects) -> Vec<String> {
    let mut found = Vec::new();
    for workload in objects.workloads() {
        let budget = objects
            .of("PodDisruptionBudget")
            .any(|budget| selects(&budget["spec"]["selector"], labels(workload)));
        let reason = annotation(workload, "unbroken/no-disruption-budget");
        if workload["kind"] != "Job" && !budget && reason.is_none_or(|why| why.len() < 20) {
            found.push(format!("{}: no budget, and no reason", title(workload)));
        }
    }
    found
}

/// Each ConfigMap that is mounted or read is there, with each key that is asked of it; and each file that an argument
/// names is in the folder that is mounted there.
pub(crate) fn configuration(objects: &Objects) -> Vec<String> {
    let mut found = Vec::new();
    for workload in objects.workloads() {
        let title = title(workload);
        let volumes = items(pod(workload), "volumes");
        for source in volumes.iter().flat_map(sources) {
            let map = source["name"].as_str().unwrap_or_default();
            match objects.named("ConfigMap", map) {
                None => found.push(format!("{title}: no ConfigMap {map}")),
                Some(map) => found.extend(
                    items(source, "items")
                        .iter()
                        .filter_map(|item| item["key"].as_str())
                        .filter(|key| map["data"].get(key).is_none())
                        .map(|key| format!("{title}: no key {key}")),
                ),
            }
        }
        for container in containers(workload) {
            for from in items(container, "envFrom") {
                let map = from["configMapRef"]["name"].as_str().unwrap_or_default();
                if objects.named("ConfigMap", map).is_none() {
                    found.push(format!("{title}: no ConfigMap {map}"));
                }
            }
            for file in files(container) {
                if !is_mounted(objects, volumes, container, &file) {
                    found.push(format!("{}: no file {file}", place(workload, container)));
                }
            }
        }
    }
    found
}

/// What a volume takes from ConfigMaps.
fn sources(volume: &Value) -> Vec<&Value> {
    let projected = items(&volume["projected"], "sources").iter();
    let all = projected.chain([volume]);
    all.filter_map(|one| one.get("configMap")).collect()
}

/// The files below /etc that arguments name.
fn files(container: &Value) -> Vec<String> {
    let arguments = items(container, "args").iter();
    let values = arguments.filter_map(|one| one.as_str()?.split_once("=/etc/"));
    values.map(|(_, file)| format!("/etc/{file}")).collect()
}

fn is_mounted(objects: &Objects, volumes: &[Value], container: &Value, file: &str) -> bool {
    items(container, "volumeMounts").iter().any(|mount| {
        let folder = mount["mountPath"].as_str().unwrap_or_default();
        let Some(inside) = file
            .strip_prefix(folder)
            .and_then(|rest| rest.strip_prefix('/'))
        else {
            return false;
        };
        let of_mount = |volume: &&Value| volume["name"] == mount["name"];
        let all = volumes.iter().filter(of_mount).flat_map(sources);
        all.into_iter().any(|source| {
            let chosen = items(source, "items");
            let map = source["name"].as_str().unwrap_or_default();
            let map = objects.named("ConfigMap", map);
            let has = |key: &str| map.is_some_and(|map| map["data"].get(key).is_some());
            match chosen.iter().find(|item| item["path"] == inside) {
                Some(item) => item["key"].as_str().is_some_and(has),
                None => chosen.is_empty() && has(inside),
            }
        })
    })
}

/// Each Service finds pods, and each of its ports is one of theirs.
pub(crate) fn services(objects: &Objects) -> Vec<String> {
    let mut found = Vec::new();
    for service in objects.of("Service") {
        let (title, spec) = (title(service), &service["spec"]);
        if spec["type"] == "ExternalName" {
            continue;
        }
        let wanted = serde_json::json!({"matchLabels": spec["selector"]});
        let workloads = objects.workloads();
        let behind = workloads
            .iter()
            .find(|workload| spec["selector"].is_object() && selects(&wanted, labels(workload)));
        let Some(behind) = behind else {
            found.push(format!("{title}: finds no pods"));
            continue;
        };
        for port in items(spec, "ports") {
            let known = containers(behind)
                .flat_map(|container| items(container, "ports"))
                .any(|known| known["name"] == port["targetPort"]);
            if port["name"].as_str().is_none() || !known {
                found.push(format!("{title}: {} leads nowhere", port["targetPort"]));
            }
        }
    }
    found
}

/// Each autoscaler has something to scale, that asks for what is measured and says no number itself.
pub(crate) fn autoscalers(objects: &Objects) -> Vec<String> {
    let mut found = Vec::new();
    for scaler in objects.of("HorizontalPodAutoscaler") {
        let (title, target) = (title(scaler), &scaler["spec"]["scaleTargetRef"]);
        let kind = target["kind"].as_str().unwrap_or_default();
        let Some(scaled) = objects.named(kind, target["name"].as_str().unwrap_or_default()) else {
            found.push(format!("{title}: nothing to scale"));
            continue;
        };
        // What is applied again would undo what it has done.
        if scaled["spec"].get("replicas").is_some() {
            found.push(format!("{title}: its target says how many"));
        }
        let asks = |container: &Value| !container["resources"]["requests"]["cpu"].is_null();
        if !containers(scaled).all(asks) {
            found.push(format!("{title}: nothing to measure by"));
        }
        let (least, most) = (
            &scaler["spec"]["minReplicas"],
            &scaler["spec"]["maxReplicas"],
        );
        if least.as_i64().unwrap_or(1) > most.as_i64().unwrap_or(0) {
            found.push(format!("{title}: from {least} to {most}"));
        }
    }
    found
}

/// Each workload has an account of its own making; who has a token has a role to use it for, in this namespace, and
/// may only look.
pub(crate) fn accounts(objects: &Objects) -> Vec<String> {
    let mut found = Vec::new();
    for workload in objects.workloads() {
        let (title, pod) = (title(workload), pod(workload));
        let account = pod["serviceAccountName"].as_str().unwrap_or_default();
        if objects.named("ServiceAccount", account).is_none() {
            found.push(format!("{title}: no account {account:?}"));
        }
        let bound = objects.of("RoleBinding").any(|binding| {
            let subjects = items(binding, "subjects").iter();
            let role = binding["roleRef"]["name"].as_str().unwrap_or_default();
            objects.named("Role", role).is_some()
                && subjects
                    .clone()
                    .any(|subject| subject["name"] == account && subject["namespace"] == "unbroken")
        });
        match pod["automountServiceAccountToken"].as_bool() {
            None => found.push(format!("{title}: does not say whether it has a token")),
            Some(true) if !bound => found.push(format!("{title}: a token without a role")),
            Some(false) if bound => found.push(format!("{title}: a role without a token")),
            Some(_) => {}
        }
    }
    let kinds = ["ClusterRole", "ClusterRoleBinding"];
    found.extend(kinds.iter().flat_map(|kind| objects.of(kind)).map(title));
    for role in objects.of("Role") {
        for verb in items(role, "rules")
            .iter()
            .flat_map(|rule| items(rule, "verbs"))
        {
            if !matches!(verb.as_str(), Some("get" | "list" | "watch")) {
                found.push(format!("Role {}: {verb}", name(role)));
            }
        }
    }
    found
}
