//! `docker compose` of the repository's own file, as a project of its own.

use reqwest::Url;
use serde_json::Value;
use system_tests::check::{STAND_IN, command};

/// Not the name of the file: what somebody has started by hand keeps its volumes.
const PROJECT: &str = "unbroken-check";

/// The project, and what is set for it.
#[derive(Debug)]
pub(crate) struct Compose {
    environment: Vec<(&'static str, String)>,
}

impl Compose {
    /// With every request allowed to ask for a fault, the viewer, and images of its own.
    pub(crate) fn new() -> Self {
        Self {
            environment: vec![
                ("COMPOSE_PROFILES", "viewer".to_owned()),
                ("DEMO_FAULTS", "on".to_owned()),
                ("TAG", "check".to_owned()),
            ],
        }
    }

    /// For everything that is started from now on.
    pub(crate) fn set(&mut self, name: &'static str, value: &str) {
        self.environment.push((name, value.to_owned()));
    }

    /// The same project, for one moment set otherwise.
    pub(crate) fn with(&self, name: &'static str, value: &str) -> Self {
        let mut environment = self.environment.clone();
        environment.push((name, value.to_owned()));
        Self { environment }
    }

    /// `docker compose …`, quietly: what it wrote to standard output.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Result<String, String> {
        docker(
            &self.environment,
            &[&["compose", "-p", PROJECT], arguments].concat(),
        )
        .await
    }

    /// Everything healthy, what has changed its settings made anew, and nothing else.
    pub(crate) async fn up(&self) -> Result<(), String> {
        self.run(&[
            "up",
            "-d",
            // That is a step of its own. An image that is missing is told at once.
            "--no-build",
            "--wait",
            "--wait-timeout",
            "300",
            "--remove-orphans",
        ])
        .await
        .map(drop)
    }

    /// SIGKILL.
    pub(crate) async fn kill(&self, service: &str) -> Result<(), String> {
        self.run(&["kill", service]).await.map(drop)
    }

    /// What was stopped or killed, until it is healthy.
    pub(crate) async fn start(&self, service: &str) -> Result<(), String> {
        self.run(&["start", "--wait", service]).await.map(drop)
    }

    /// Where a service's port is published on this machine.
    pub(crate) async fn url(&self, service: &str, port: &str) -> Result<Url, String> {
        let address = self.run(&["port", service, port]).await?;
        let address = address.trim();
        Url::parse(&format!("http://{address}"))
            .map_err(|error| format!("{service} has no port {port}: {address}: {error}"))
    }

    /// Each running container: its name, the bytes that it uses and may use.
    pub(crate) async fn memory(&self) -> Result<Vec<(String, f64, f64)>, String> {
        let ids = self.run(&["ps", "-q"]).await?;
        let mut arguments = vec!["stats", "--no-stream", "--format", "{{json .}}"];
        arguments.extend(ids.split_whitespace());
        let lines = docker(&[], &arguments).await?;
        let mut all: Vec<_> = lines.lines().filter_map(memory_of).collect();
        all.sort_by(|a, b| b.1.total_cmp(&a.1));
        Ok(all)
    }

    /// What every container's image says of itself by its labels, a line each.
    pub(crate) async fn stand_ins(&self) -> Result<String, String> {
        let ids = self.run(&["ps", "-aq"]).await?;
        let mut arguments = vec!["inspect", "--format", STAND_IN];
        arguments.extend(ids.split_whitespace());
        docker(&[], &arguments).await
    }

    /// Deletes everything, unless it is to be kept.
    pub(crate) async fn finish(&self, keep: bool) -> Result<(), String> {
        if keep {
            println!(
                "\nThe stack is up. To delete it: docker compose -p {PROJECT} --profile viewer down -v"
            );
            return Ok(());
        }
        self.run(&["down", "-v", "--remove-orphans"])
            .await
            .map(drop)
    }
}

/// Runs docker in the repository's root.
async fn docker(
    environment: &[(&'static str, String)],
    arguments: &[&str],
) -> Result<String, String> {
    let environment = environment.iter().map(|(name, value)| (*name, value));
    let mut docker = command::in_root("docker");
    command::told(docker.args(arguments).envs(environment), "").await
}

fn memory_of(line: &str) -> Option<(String, f64, f64)> {
    let stats: Value = serde_json::from_str(line).ok()?;
    let (used, limit) = stats["MemUsage"].as_str()?.split_once(" / ")?;
    let name = stats["Name"].as_str()?.trim_start_matches(PROJECT);
    let name = name.trim_matches(|sign: char| sign == '-' || sign.is_ascii_digit());
    Some((name.to_owned(), mebibytes(used)?, mebibytes(limit)?))
}

/// `12.3MiB`, `1.5GiB`.
fn mebibytes(text: &str) -> Option<f64> {
    let unit = text.find(|sign: char| sign.is_ascii_alphabetic())?;
    let number: f64 = text[..unit].parse().ok()?;
    Some(match &text[unit..] {
        "GiB" => number * 1024.0,
        "MiB" => number,
        "KiB" | "kiB" => number / 1024.0,
        _ => number / 1024.0 / 1024.0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_docker_says_of_a_container_is_read_in_every_unit() {
        let line = |usage: &str| {
            format!(r#"{{"Name":"unbroken-check-trace-viewer-1","MemUsage":"{usage}"}}"#)
        };
        let read = |usage: &str| memory_of(&line(usage)).unwrap();
        let expected = ("trace-viewer".to_owned(), 12.5, 128.0);
        assert_eq!(read("12.5MiB / 128MiB"), expected);
        assert_eq!(read("1.5GiB / 2GiB").1, 1536.0);
        assert_eq!(read("512KiB / 2GiB").1, 0.5);
        assert!(memory_of(&line("--")).is_none());
    }
}
