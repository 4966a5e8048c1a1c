//! `tracectl tree`: a trace, and the traces it is linked with, in a terminal.

mod bar;
mod collect;
mod columns;
mod details;
mod nest;
mod paint;
mod render;
mod settle;

use serde_json::json;

use crate::backend::Backend;
use crate::config::Tree;
use crate::{Answer, NoAnswer};

pub(crate) async fn run(settings: &Tree) -> Result<Answer, NoAnswer> {
    let backend = Backend::new(&settings.backend);
    let fetch = || collect::collect(&backend, &settings.trace_id, settings.depth);
    let collected = match settings.wait {
        Some(wait) => settle::settled(wait, fetch).await?,
        None => fetch().await?,
    };
    let Some(collected) = collected else {
        let waited = settings.wait.map_or_else(String::new, |wait| {
            format!(" after {}", humantime::format_duration(wait))
        });
        let complaint = format!("trace {} is not in the backend{waited}", settings.trace_id);
        return Ok(Answer {
            text: String::new(),
            complaint: Some(complaint),
            good: false,
        });
    };
    let text = if settings.json {
        let traces: Vec<_> = collected.traces().map(|fetched| &fetched.raw).collect();
        format!("{:#}\n", json!({ "traces": traces }))
    } else {
        render::render(&collected, settings.look())
    };
    Ok(Answer {
        text,
        complaint: None,
        good: true,
    })
}
