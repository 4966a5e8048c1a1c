//! Every query of every panel and rule finds data: an empty panel tells nobody that its query is wrong.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::backends::Kind;
use crate::panels::{self, Asked};
use crate::rules;
use crate::stack::Stack;
use system_tests::check::Said;
use system_tests::check::http;

/// Rules are evaluated each minute, and some need two samples of what others have recorded.
const PATIENCE: Duration = Duration::from_secs(200);
/// What a panel shows.
const RANGE: Duration = Duration::from_secs(15 * 60);

pub(crate) async fn all(stack: &Stack) -> Said {
    let of_panels = panels::all()?;
    let of_rules = rules::all(stack).await?;
    let counts = (of_panels.len(), of_rules.len());
    let all: Vec<_> = of_panels.into_iter().chain(of_rules).collect();
    let (can, cannot): (Vec<_>, Vec<_>) = all.iter().partition(|asked| is_possible(stack, asked));
    have_data(stack, can.clone()).await?;
    let mut facts = vec![format!(
        "{} of {} queries of panels and {} of {} of rules asked, all have data",
        can.iter().filter(|asked| is_of_panel(asked)).count(),
        counts.0,
        can.iter().filter(|asked| !is_of_panel(asked)).count(),
        counts.1
    )];
    facts.extend(
        cannot
            .iter()
            .map(|asked| format!("not asked: {}", asked.place)),
    );
    Ok(facts)
}

/// The rules about tiers, which are silent where there is one collector.
pub(crate) async fn of_tiers(stack: &Stack) -> Said {
    let rules = rules::all(stack).await?;
    let asked: Vec<_> = rules.iter().filter(|asked| is_of_tiers(asked)).collect();
    let fact = format!("{} series of rules about tiers have data", asked.len());
    have_data(stack, asked).await?;
    Ok(vec![fact])
}

async fn have_data(stack: &Stack, mut open: Vec<&Asked>) -> Result<(), String> {
    let ask = async || {
        let mut empty = Vec::new();
        for asked in std::mem::take(&mut open) {
            match rows(stack, asked).await {
                Ok(0) => {
                    empty.push(format!("{}: no data: {}", asked.place, asked.query));
                    open.push(asked);
                }
                Ok(_) => {}
                // Refused: it will not get better.
                Err(error) => return Err(format!("{}: {error}", asked.place)),
            }
        }
        Ok(empty)
    };
    let done = |answer: &Result<Vec<String>, String>| answer.as_ref().map_or(true, Vec::is_empty);
    let empty = http::until(PATIENCE, ask, done).await?;
    if empty.is_empty() {
        return Ok(());
    }
    Err(empty.join("\n"))
}

fn is_of_panel(asked: &Asked) -> bool {
    asked.place.contains(".json")
}

fn is_of_tiers(asked: &Asked) -> bool {
    ["otelcol_loadbalancer_", r#"job="sampler""#]
        .iter()
        .any(|name| asked.query.contains(name))
}

/// The service map has no query: Grafana makes it up.
fn is_possible(stack: &Stack, asked: &Asked) -> bool {
    if is_of_tiers(asked) {
        return false;
    }
    let tempo = stack
        .backends
        .traces
        .iter()
        .any(|one| one.kind == Kind::Tempo);
    asked.source != "tempo" || (tempo && asked.query.starts_with('{'))
}

/// How many series, lines or traces there are.
async fn rows(stack: &Stack, asked: &Asked) -> Result<usize, String> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let (start, end) = (seconds(now.saturating_sub(RANGE)), seconds(now));
    let range = [
        ("start", start.as_str()),
        ("end", end.as_str()),
        ("step", "15"),
    ];
    let client = &stack.client;
    let query = ("query", asked.query.as_str());
    let (base, path) = match asked.source.as_str() {
        "prometheus" => (&stack.backends.prometheus, "/api/v1/query_range"),
        "loki" => (&stack.backends.loki, "/loki/api/v1/query_range"),
        "tempo" => return traces(stack, asked).await,
        other => return Err(format!("no such source: {other:?}")),
    };
    let answer = http::get(client, base, path, &[&[query], &range[..]].concat()).await?;
    let found = count(&answer["data"]["result"]);
    if found == 0 || !asked.exemplar {
        return Ok(found);
    }
    let query = [query, range[0], range[1]];
    let answer = http::get(client, base, "/api/v1/query_exemplars", &query).await?;
    Ok(count(&answer["data"]))
}

async fn traces(stack: &Stack, asked: &Asked) -> Result<usize, String> {
    let tempo = stack
        .backends
        .traces
        .iter()
        .find(|one| one.kind == Kind::Tempo);
    let tempo = tempo.ok_or("there is no Tempo")?;
    let query = [("q", asked.query.as_str())];
    let answer = http::get(&stack.client, &tempo.url, "/api/search", &query).await?;
    Ok(count(&answer["traces"]))
}

fn count(list: &Value) -> usize {
    list.as_array().map_or(0, Vec::len)
}

fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}
