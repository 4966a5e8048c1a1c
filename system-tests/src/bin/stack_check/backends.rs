//! Which backends are there: each is asked for something that only the program itself can answer.

use reqwest::{Client, Url};
use serde_json::Value;

use crate::compose::Compose;
use system_tests::check::Report;
use system_tests::check::http;

/// A store of traces, and how it is asked whether it has one.
#[derive(Debug)]
pub(crate) struct Traces {
    /// As tracectl calls it, and the stack its container.
    pub(crate) kind: Kind,
    pub(crate) url: Url,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Viewer,
    Jaeger,
    Tempo,
}

/// What can be asked.
#[derive(Debug)]
pub(crate) struct Backends {
    pub(crate) traces: Vec<Traces>,
    pub(crate) loki: Url,
    pub(crate) prometheus: Url,
}

/// What a program answers, and nobody in its place.
struct Question {
    service: &'static str,
    port: &'static str,
    path: &'static str,
    /// In the JSON of the answer.
    pointer: &'static str,
}

const JAEGER: Question = Question {
    service: "jaeger",
    port: "16686",
    path: "/api/v3/services",
    pointer: "/services",
};
const TEMPO: Question = Question {
    service: "tempo",
    port: "3200",
    path: "/api/v2/search/tag/resource.service.name/values",
    pointer: "/tagValues",
};
const LOKI: Question = Question {
    service: "loki",
    port: "3100",
    path: "/loki/api/v1/status/buildinfo",
    pointer: "/version",
};
const PROMETHEUS: Question = Question {
    service: "prometheus",
    port: "9090",
    path: "/api/v1/status/buildinfo",
    pointer: "/data/version",
};
const GRAFANA: Question = Question {
    service: "grafana",
    port: "3000",
    path: "/api/health",
    pointer: "/database",
};

impl Backends {
    /// The viewer stands where Jaeger should, and is not.
    pub(crate) async fn find(compose: &mut Compose, report: &mut Report) -> Result<Self, String> {
        let client = http::client();
        let mut traces = Vec::new();
        for (kind, question) in [(Kind::Jaeger, JAEGER), (Kind::Tempo, TEMPO)] {
            match question.ask(compose, &client).await {
                Ok((url, _)) => traces.push(Traces { kind, url }),
                Err(why) => report.leave_out(format!(
                    "{}: its container is not that program ({why}){}",
                    question.service,
                    if kind == Kind::Tempo {
                        "; no TraceQL was asked"
                    } else {
                        ""
                    }
                )),
            }
        }
        if !traces.iter().any(|one| one.kind == Kind::Jaeger) {
            compose.set("JAEGER_OTLP", "trace-viewer:4317");
            compose.up().await?;
            let url = compose.url("trace-viewer", "16686").await?;
            println!("   the trace viewer takes what Jaeger would get");
            let kind = Kind::Viewer;
            traces.push(Traces { kind, url });
        }
        if let Err(why) = GRAFANA.ask(compose, &client).await {
            report.leave_out(format!(
                "grafana: its container is not that program ({why}); its panels are read from their files"
            ));
        }
        let (loki, version) = LOKI.ask(compose, &client).await?;
        println!("   Loki {version}");
        let (prometheus, version) = PROMETHEUS.ask(compose, &client).await?;
        println!("   Prometheus {version}");
        Ok(Self {
            traces,
            loki,
            prometheus,
        })
    }
}

impl Question {
    /// The program's address, and what it said; or what was said instead.
    async fn ask(&self, compose: &Compose, client: &Client) -> Result<(Url, String), String> {
        let url = compose.url(self.service, self.port).await?;
        let answer = http::get(client, &url, self.path, &[]).await?;
        match answer.pointer(self.pointer) {
            Some(Value::String(text)) => Ok((url, text.clone())),
            Some(other) => Ok((url, other.to_string())),
            None => Err(format!("{} answers {answer}", self.path)),
        }
    }
}

impl Traces {
    /// `viewer=http://…`, as tracectl takes it.
    pub(crate) fn argument(&self) -> String {
        let kind = match self.kind {
            Kind::Viewer => "viewer",
            Kind::Jaeger => "jaeger",
            Kind::Tempo => "tempo",
        };
        format!("{kind}={}", self.url)
    }

    /// Its container.
    pub(crate) const fn service(&self) -> &'static str {
        match self.kind {
            Kind::Viewer => "trace-viewer",
            Kind::Jaeger => "jaeger",
            Kind::Tempo => "tempo",
        }
    }

    /// A trace as it is told, if it is there.
    pub(crate) async fn trace(&self, client: &Client, trace_id: &str) -> Option<Value> {
        let path = match self.kind {
            Kind::Viewer => format!("/api/traces/{trace_id}"),
            Kind::Jaeger => format!("/api/v3/traces/{trace_id}"),
            Kind::Tempo => format!("/api/v2/traces/{trace_id}"),
        };
        let answer = http::get(client, &self.url, &path, &[]).await.ok()?;
        // Tempo answers an unknown id with an empty trace.
        let is_there = self.kind != Kind::Tempo || answer["trace"]["resourceSpans"].is_array();
        is_there.then_some(answer)
    }
}
