//! Builds folders of `k8s/` by `kubectl kustomize`, and reads what comes out as JSON.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Deserializer, Value};

use crate::objects::Objects;

/// The objects of all the folders.
pub(crate) fn build(kubectl: &Path, k8s: &Path, folders: &[&str]) -> Objects {
    let mut objects = Vec::new();
    for folder in folders {
        let built = run(
            Command::new(kubectl).arg("kustomize").arg(k8s.join(folder)),
            b"",
        );
        objects.extend(json(kubectl, &built));
    }
    Objects::new(objects)
}

/// YAML to JSON by kubectl itself: with `--local` it asks no cluster, and annotates what it prints.
fn json(kubectl: &Path, yaml: &[u8]) -> Vec<Value> {
    let mut command = Command::new(kubectl);
    command.args(["annotate", "--local", "--output=json", "--filename=-"]);
    let text = run(command.arg("unbroken/read=yes"), yaml);
    let values = Deserializer::from_slice(&text).into_iter();
    values.map(Result::unwrap).collect()
}

fn run(command: &mut Command, input: &[u8]) -> Vec<u8> {
    let mut process = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = process.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        // It may write before it has read all.
        scope.spawn(move || stdin.write_all(input).unwrap());
        process.wait_with_output().unwrap()
    });
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    output.stdout
}
