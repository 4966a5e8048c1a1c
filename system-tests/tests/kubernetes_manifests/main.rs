//! What `k8s/` says of the system: every overlay is built, and its objects are judged. Each rule is seen to complain
//! of a fault that is planted. Whether an API server takes them, only one can tell.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

mod build;
mod network;
mod objects;
mod planted;
mod pods;
mod references;

use std::fs;
use std::path::{Path, PathBuf};

use objects::Objects;
use system_tests::program::find;

/// What is applied together: the folders below `k8s/`, in the order in which the page applies them.
const SYSTEMS: [&[&str]; 3] = [
    &["overlays/kind", "components/verify"],
    &["overlays/kind-viewer", "overlays/kind-viewer/verify"],
    &["overlays/production-example"],
];

type Rule = fn(&Objects) -> Vec<String>;

/// Every rule by the name under which a planted fault expects it.
const RULES: [(&str, Rule); 12] = [
    ("hardened", pods::hardened),
    ("pinned", pods::pinned),
    ("probed", pods::probed),
    ("bounded", pods::bounded),
    ("no secret", pods::no_secret),
    ("disruption", references::disruption),
    ("configuration", references::configuration),
    ("services", references::services),
    ("autoscalers", references::autoscalers),
    ("accounts", references::accounts),
    ("denied", network::denied),
    ("both ends", network::both_ends),
];

fn k8s() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../k8s")
}

#[track_caller]
fn assert_none(found: &[String], what: &str) {
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

#[test]
fn every_overlay_keeps_every_rule() {
    let Some(kubectl) = find("KUBECTL", &["kubectl"]) else {
        return;
    };
    for folders in SYSTEMS {
        let objects = build::build(&kubectl, &k8s(), folders);
        // A reader that finds nothing finds nothing wrong.
        let pods = objects.workloads().len();
        println!("{folders:?}: {} objects, {pods} workloads", objects.len());
        assert!(pods >= 8, "{folders:?} has {pods} workloads");
        let found: Vec<_> = RULES
            .iter()
            .flat_map(|(name, rule)| {
                let complaints = rule(&objects).into_iter();
                complaints.map(move |complaint| format!("{name}: {complaint}"))
            })
            .collect();
        assert_none(&found, &format!("{folders:?}"));
    }
}

#[test]
fn every_rule_complains_of_the_fault_that_it_is_for() {
    let Some(kubectl) = find("KUBECTL", &["kubectl"]) else {
        return;
    };
    let sound = build::build(&kubectl, &k8s(), SYSTEMS[0]);
    let mut seen = Vec::new();
    for fault in planted::FAULTS {
        let mut objects = sound.clone();
        (fault.plant)(&mut objects);
        assert_ne!(objects, sound, "{} changes nothing", fault.what);
        let (_, rule) = RULES
            .iter()
            .find(|(name, _)| *name == fault.rule)
            .unwrap_or_else(|| panic!("there is no rule {}", fault.rule));
        let complaints = rule(&objects).join("\n");
        assert!(
            complaints.contains(fault.complaint),
            "{}: expected {:?} of the rule {:?}, which says {complaints:?}",
            fault.what,
            fault.complaint,
            fault.rule
        );
        seen.push(fault.rule);
    }
    for (name, _) in RULES {
        assert!(
            seen.contains(&name),
            "nobody has planted a fault for {name}"
        );
    }
}

#[test]
fn every_file_is_part_of_something() {
    let mut found = Vec::new();
    let mut folders = vec![k8s()];
    while let Some(folder) = folders.pop() {
        let kustomization = fs::read_to_string(folder.join("kustomization.yaml"));
        for entry in fs::read_dir(&folder).unwrap().flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".yaml")
                && name != "kustomization.yaml"
                && name != "kind-cluster.yaml"
                && !kustomization
                    .as_ref()
                    .is_ok_and(|text| text.contains(&name))
            {
                found.push(path.display().to_string());
            }
        }
    }
    assert_none(&found, "named by no kustomization.yaml");
}

#[test]
fn every_door_of_a_node_is_a_port_of_this_machine() {
    let doors = fs::read_to_string(k8s().join("overlays/kind/doors.yaml")).unwrap();
    let cluster = fs::read_to_string(k8s().join("kind-cluster.yaml")).unwrap();
    let ports: Vec<_> = doors
        .split("nodePort: ")
        .skip(1)
        .map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next().unwrap())
        .collect();
    assert!(ports.len() > 2, "{ports:?}");
    for port in ports {
        assert!(
            cluster.contains(&format!("containerPort: {port},")),
            "{port}"
        );
    }
    let images = cluster.matches("kindest/node:").count();
    assert_eq!(images, cluster.matches("@sha256:").count());
}
