//! Rules about who may talk to whom.

use serde_json::{Value, json};

use crate::objects::{Objects, annotation, containers, items, labels, name, selects, title};

/// All that is not allowed is denied; and what is allowed has a name at both ends, or a reason.
pub(crate) fn denied(objects: &Objects) -> Vec<String> {
    let mut found = Vec::new();
    let nothing = |policy: &&Value| {
        let spec = &policy["spec"];
        let everybody = spec["podSelector"] == json!({});
        everybody && spec.get("ingress").is_none() && spec.get("egress").is_none()
    };
    let both = json!(["Ingress", "Egress"]);
    let mut closed = objects.of("NetworkPolicy").filter(nothing);
    if !closed.any(|policy| policy["spec"]["policyTypes"] == both) {
        found.push("nobody is denied anything".to_owned());
    }
    for policy in objects.of("NetworkPolicy") {
        let (title, spec) = (title(policy), &policy["spec"]);
        let selected = |workload: &&&Value| selects(&spec["podSelector"], labels(workload));
        if !objects.workloads().iter().any(|one| selected(&one)) {
            found.push(format!("{title}: is about nobody"));
        }
        for (rules, peers, kind) in [("ingress", "from", "Ingress"), ("egress", "to", "Egress")] {
            for rule in items(spec, rules) {
                let said = items(spec, "policyTypes").contains(&json!(kind));
                if !said {
                    found.push(format!("{title}: {kind} is no type of it"));
                }
                if items(rule, "ports").is_empty() {
                    found.push(format!("{title}: any port"));
                }
                let open = annotation(policy, "unbroken/open-because");
                let everybody =
                    items(rule, peers).is_empty() || items(rule, peers).iter().any(is_everybody);
                if everybody && open.is_none_or(|why| why.len() < 20) {
                    found.push(format!("{title}: anybody"));
                }
            }
        }
    }
    for object in objects.all() {
        let own = object["metadata"]["namespace"] == "unbroken";
        if !own && object["kind"] != "Namespace" {
            found.push(format!("{}: is in another namespace", title(object)));
        }
    }
    if let Some(namespace) = objects.named("Namespace", "unbroken") {
        for mode in ["enforce", "audit", "warn"] {
            let label = format!("pod-security.kubernetes.io/{mode}");
            if namespace["metadata"]["labels"][&label] != "restricted" {
                found.push(format!("{label} is not restricted"));
            }
        }
    } else {
        found.push("there is no namespace".to_owned());
    }
    found
}

fn is_everybody(peer: &Value) -> bool {
    let open = |selector: &str| peer.get(selector) == Some(&json!({}));
    peer == &json!({})
        || open("podSelector")
        || open("namespaceSelector")
        || peer["ipBlock"]["cidr"] == "0.0.0.0/0"
        || peer["ipBlock"]["cidr"] == "::/0"
}

/// Who may call is let in: for each way out to pods, each pair that it joins has a way in, at one of its ports at
/// least.
pub(crate) fn both_ends(objects: &Objects) -> Vec<String> {
    let workloads = objects.workloads();
    let mut found = Vec::new();
    for policy in objects.of("NetworkPolicy") {
        let callers = workloads
            .iter()
            .filter(|one| selects(&policy["spec"]["podSelector"], labels(one)));
        for caller in callers {
            for rule in items(&policy["spec"], "egress") {
                for peer in items(rule, "to") {
                    // Of another namespace nothing is known here.
                    if peer.get("podSelector").is_none() || peer.get("namespaceSelector").is_some()
                    {
                        continue;
                    }
                    let called = workloads
                        .iter()
                        .filter(|one| selects(&peer["podSelector"], labels(one)));
                    for called in called {
                        if !is_let_in(objects, caller, called, items(rule, "ports")) {
                            let (from, to) = (name(caller), name(called));
                            found.push(format!("{from} may call {to}, which does not let it in"));
                        }
                    }
                }
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

fn is_let_in(objects: &Objects, caller: &Value, called: &Value, ports: &[Value]) -> bool {
    let own = |policy: &&Value| selects(&policy["spec"]["podSelector"], labels(called));
    objects.of("NetworkPolicy").filter(own).any(|policy| {
        items(&policy["spec"], "ingress").iter().any(|rule| {
            let known = items(rule, "from").iter().any(|peer| {
                peer["ipBlock"]["cidr"] == "0.0.0.0/0"
                    || peer.get("podSelector").is_some()
                        && selects(&peer["podSelector"], labels(caller))
            });
            let mut doors = items(rule, "ports").iter();
            known && doors.any(|door| ports.iter().any(|port| is_same(called, door, port)))
        })
    })
}

/// A port is a number to who goes out, and a number or a name to who lets in.
fn is_same(called: &Value, door: &Value, port: &Value) -> bool {
    let (door, port) = (&door["port"], &port["port"]);
    door == port
        || containers(called)
            .flat_map(|container| items(container, "ports"))
            .any(|known| known["name"] == *door && known["containerPort"] == *port)
}
