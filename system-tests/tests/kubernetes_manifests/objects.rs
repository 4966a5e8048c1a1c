//! The objects of one system, and how to find things in them.

use serde_json::{Map, Value};

const WORKLOADS: [&str; 4] = ["Deployment", "StatefulSet", "DaemonSet", "Job"];

/// Everything that is applied together.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Objects(Vec<Value>);

impl Objects {
    pub(crate) fn new(objects: Vec<Value>) -> Self {
        Self(objects)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn all(&self) -> &[Value] {
        &self.0
    }

    /// Those of one kind.
    pub(crate) fn of<'o>(&'o self, kind: &'o str) -> impl Iterator<Item = &'o Value> {
        self.0.iter().filter(move |object| object["kind"] == kind)
    }

    /// The one of that kind and name, where there is one. Generated names end in a hash.
    pub(crate) fn named<'o>(&'o self, kind: &'o str, name: &str) -> Option<&'o Value> {
        self.of(kind).find(|object| self::name(object) == name)
    }

    /// What has pods.
    pub(crate) fn workloads(&self) -> Vec<&Value> {
        let has_pods = |object: &&Value| WORKLOADS.iter().any(|kind| object["kind"] == **kind);
        self.0.iter().filter(has_pods).collect()
    }

    /// For a fault to be planted: the one of that kind whose name begins so.
    pub(crate) fn change(&mut self, kind: &str, begins: &str) -> &mut Value {
        let mut found = self.0.iter_mut();
        found
            .find(|object| object["kind"] == kind && name(object).starts_with(begins))
            .unwrap_or_else(|| panic!("no {kind} {begins}"))
    }

    /// For a fault to be planted: without it.
    pub(crate) fn remove(&mut self, kind: &str, begins: &str) {
        self.0
            .retain(|object| object["kind"] != kind || !name(object).starts_with(begins));
    }
}

pub(crate) fn name(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap_or_default()
}

/// `Deployment gateway`.
pub(crate) fn title(object: &Value) -> String {
    let kind = object["kind"].as_str().unwrap_or_default();
    format!("{kind} {}", name(object))
}

pub(crate) fn annotation<'o>(object: &'o Value, key: &str) -> Option<&'o str> {
    object["metadata"]["annotations"][key].as_str()
}

/// What a workload's pods are like.
pub(crate) fn pod(workload: &Value) -> &Value {
    &workload["spec"]["template"]["spec"]
}

/// The labels of a workload's pods.
pub(crate) fn labels(workload: &Value) -> &Value {
    &workload["spec"]["template"]["metadata"]["labels"]
}

/// The items of a list that may be missing.
pub(crate) fn items<'o>(object: &'o Value, key: &str) -> &'o [Value] {
    object[key].as_array().map_or(&[], Vec::as_slice)
}

/// Those that run, and those that run before them.
pub(crate) fn containers(workload: &Value) -> impl Iterator<Item = &Value> {
    let pod = pod(workload);
    items(pod, "containers")
        .iter()
        .chain(items(pod, "initContainers"))
}

/// `Deployment gateway, container service`.
pub(crate) fn place(workload: &Value, container: &Value) -> String {
    let container = container["name"].as_str().unwrap_or_default();
    format!("{}, container {container}", title(workload))
}

/// Whether a label selector takes these labels: `matchLabels`, and `In` of `matchExpressions`.
pub(crate) fn selects(selector: &Value, labels: &Value) -> bool {
    let none = Map::new();
    let wanted = selector["matchLabels"].as_object().unwrap_or(&none);
    let expressions = items(selector, "matchExpressions").iter();
    wanted.iter().all(|(key, value)| labels[key] == *value)
        && expressions.clone().all(|one| one["operator"] == "In")
        && expressions.clone().all(|one| {
            let key = one["key"].as_str().unwrap_or_default();
            items(one, "values").contains(&labels[key])
        })
}
