//! Rules about a single workload: what its containers may do, what they are made of, how they are asked.

use serde_json::{Value, json};

use crate::objects::{Objects, containers, items, labels, place, pod, title};

/// Every container may do nothing that it need not.
pub(crate) fn hardened(objects: &Objects) -> Vec<String> {
    let mut found = Vec::new();
    for workload in objects.workloads() {
        let mut complain = |place: &str, what: &str| found.push(format!("{place}: {what}"));
        let (pod, title) = (pod(workload), title(workload));
        let context = &pod["securityContext"];
        if context["runAsNonRoot"] != true || context["runAsUser"].as_i64().unwrap_or(0) == 0 {
            complain(&title, "may be root");
        }
        if context["seccompProfile"]["type"] != "RuntimeDefault" {
            complain(&title, "has no seccomp profile");
        }
        if pod["enableServiceLinks"] != false {
            complain(&title, "is told of every Service");
        }
        for host in ["hostNetwork", "hostPID", "hostIPC"] {
            if pod[host] == true {
                complain(&title, host);
            }
        }
        for volume in items(pod, "volumes") {
            if volume.get("hostPath").is_some() {
                complain(&title, "mounts a folder of its node");
            }
        }
        for container in containers(workload) {
            let place = place(workload, container);
            let context = &container["securityContext"];
            if context["privileged"] == true || context["allowPrivilegeEscalation"] != false {
                complain(&place, "may become privileged");
            }
            if context["readOnlyRootFilesystem"] != true {
                complain(&place, "may write to its root");
            }
            if context["capabilities"] != json!({"drop": ["ALL"]}) {
                complain(&place, "has capabilities");
            }
            for key in ["runAsUser", "runAsNonRoot", "seccompProfile"] {
                if context.get(key).is_some() {
                    complain(&place, "is another user than its pod");
                }
            }
        }
    }
    found
}

/// Every image is one version, and what is there is not fetched again.
pub(crate) fn pinned(objects: &Objects) -> Vec<String> {
    let mut found = Vec::new();
    for workload in objects.workloads() {
        for container in containers(workload) {
            let image = container["image"].as_str().unwrap_or_default();
            let place = place(workload, container);
            let (path, digest) = image.split_once('@').unwrap_or((image, ""));
            // A colon before the last slash is a registry's port.
            let last = path.rsplit('/').next().unwrap_or_default();
            let tag = last.split_once(':').map(|(_, tag)| tag);
            let by_digest = digest.len() == "sha256:".len() + 64;
            if !by_digest && matches!(tag, None | Some("" | "latest")) {
                found.push(format!("{place}: {image} is no certain image"));
            }
            if container["imagePullPolicy"] != "IfNotPresent" {
                found.push(format!("{place}: an image that is loaded would be fetched"));
            }
        }
    }
    found
}

/// What stays is asked whether it has begun, whether it may have work, whether it lives; by ports that have names.
pub(crate) fn probed(objects: &Objects) -> Vec<String> {
    let mut found = Vec::new();
    for workload in objects.workloads() {
        let ends = workload["kind"] == "Job";
        for container in items(pod(workload), "containers") {
            let place = place(workload, container);
            let ports = items(container, "ports");
            if ports.iter().any(|port| port["name"].as_str().is_none()) {
                found.push(format!("{place}: a port has no name"));
            }
            for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
                match container.get(probe) {
                    None if ends => {}
                    None => found.push(format!("{place}: no {probe}")),
                    Some(probe) => found.extend(
                        asked_of_nobody(probe, ports)
                            .map(|port| format!("{place}: no port {port}")),
                    ),
                }
            }
            // A dependency that is away is no reason to start anew.
            if container["livenessProbe"]["httpGet"]["path"] == "/readyz" {
                found.push(format!("{place}: lives by its dependencies"));
            }
        }
    }
    found
}

fn asked_of_nobody(probe: &Value, ports: &[Value]) -> Option<String> {
    let port = [&probe["httpGet"]["port"], &probe["tcpSocket"]["port"]];
    let port = port.into_iter().find(|port| !port.is_null())?;
    let known = ports.iter().any(|known| known["name"] == *port);
    (!known).then(|| port.to_string())
}

/// Memory is asked for and limited, folders have a size, a stop has the time it takes.
pub(crate) fn bounded(objects: &Objects) -> Vec<String> {
    let mut found = Vec::new();
    for workload in objects.workloads() {
        for container in containers(workload) {
            let resources = &container["resources"];
            let missing = resources["requests"]["memory"].is_null()
                || resources["requests"]["cpu"].is_null()
                || resources["limits"]["memory"].is_null();
            if missing {
                found.push(format!("{}: no bounds", place(workload, container)));
            }
        }
        for volume in items(pod(workload), "volumes") {
            let folder = volume.get("emptyDir");
            if folder.is_some_and(|folder| folder["sizeLimit"].is_null()) {
                found.push(format!("{}: a folder without a size", title(workload)));
            }
        }
        // Endpoints lag behind: who stops at once loses requests.
        let service = labels(workload)["app.kubernetes.io/component"] == "service";
        let sleeps = |one: &Value| one["lifecycle"]["preStop"]["sleep"]["seconds"].as_i64();
        let all = items(pod(workload), "containers");
        if service && !all.iter().all(|one| sleeps(one).unwrap_or(0) >= 3) {
            found.push(format!("{}: stops before others know", title(workload)));
        }
    }
    found
}

/// No secret is written down: neither as an object, nor as a value, nor in an address.
pub(crate) fn no_secret(objects: &Objects) -> Vec<String> {
    const TELLING: [&str; 5] = ["PASSWORD", "TOKEN", "SECRET", "CREDENTIAL", "API_KEY"];
    let mut found: Vec<_> = objects.of("Secret").map(title).collect();
    for workload in objects.workloads() {
        for container in containers(workload) {
            for variable in items(container, "env") {
                let name = variable["name"].as_str().unwrap_or_default();
                let value = variable["value"].as_str().unwrap_or_default();
                let told = TELLING.iter().any(|word| name.contains(word)) && !value.is_empty();
                if told || password_of(value).is_some() {
                    found.push(format!("{}: {name}", place(workload, container)));
                }
            }
            for argument in items(container, "args")
                .iter()
                .chain(items(container, "command"))
            {
                if password_of(argument.as_str().unwrap_or_default()).is_some() {
                    found.push(format!("{}: an argument", place(workload, container)));
                }
            }
        }
    }
    for map in objects.of("ConfigMap") {
        for (key, value) in map["data"].as_object().into_iter().flatten() {
            let telling = TELLING.iter().any(|word| key.contains(word));
            if telling
                || value
                    .as_str()
                    .is_some_and(|text| password_of(text).is_some())
            {
                found.push(format!("{}: {key}", title(map)));
            }
        }
    }
    found
}

/// The password of an address `scheme://user:password@host`, unless it is a variable.
fn password_of(text: &str) -> Option<&str> {
    text.split("://").skip(1).find_map(|rest| {
        let end = rest.find(|c: char| c.is_whitespace() || "/'\"".contains(c));
        let authority = &rest[..end.unwrap_or(rest.len())];
        let (user, _) = authority.rsplit_once('@')?;
        let (_, password) = user.split_once(':')?;
        let variable = password.starts_with("$(") || password.starts_with("${");
        (!variable).then_some(password)
    })
}
