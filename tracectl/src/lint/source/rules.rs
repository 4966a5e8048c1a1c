//! The rules for source: spans in loops, ids in span names, bare spawns.

use std::path::Path;

use proc_macro2::{Span, TokenStream};
use syn::Expr;

use super::context::Context;
use super::ids;
use super::imports::{self, Imports};
use crate::lint::finding::Findings;

const SPAN_MACROS: [&str; 6] = [
    "span",
    "error_span",
    "warn_span",
    "info_span",
    "debug_span",
    "trace_span",
];

pub(super) const BARE: [&str; 5] = [
    "tokio::spawn",
    "tokio::task::spawn",
    "tokio::task::spawn_blocking",
    "tokio::task::spawn_local",
    "std::thread::spawn",
];

pub(super) const NAMING_CALLS: [&str; 2] = ["SpanBuilder::from_name", "Boundary::start"];
pub(super) const NAMING_METHODS: [&str; 4] = [
    "span_builder",
    "update_name",
    "start_with_context",
    "in_span",
];
pub(super) const LOOPING_METHODS: [&str; 3] = ["for_each", "try_for_each", "for_each_concurrent"];

pub(super) struct Rules<'f> {
    file: &'f Path,
    pub(super) imports: Imports,
    pub(super) context: Context,
    findings: &'f mut Findings,
}

impl<'f> Rules<'f> {
    pub(super) fn new(file: &'f Path, parsed: &syn::File, findings: &'f mut Findings) -> Self {
        Self {
            file,
            imports: Imports::of(parsed),
            context: Context::of_file(file, &parsed.attrs),
            findings,
        }
    }

    fn place(&self, at: Span) -> String {
        format!("{}:{}", self.file.display(), at.start().line)
    }

    pub(super) fn found_bare_spawn(&mut self, what: &str, at: Span) {
        if self.context.may_spawn() {
            return;
        }
        self.findings.add(
            "bare-spawn",
            self.place(at),
            None,
            format!("`{what}` starts without the caller's context: spans inside are orphans"),
            "use shared_telemetry::task::{spawn, spawn_blocking, thread}, or say that it is meant \
             by #[expect(clippy::disallowed_methods, reason = \"…\")]",
        );
    }

    pub(super) fn found_span(&mut self, what: &str, at: Span) {
        if !self.context.repeats() {
            return;
        }
        self.findings.add(
            "span-in-loop",
            self.place(at),
            None,
            format!("`{what}` makes a span for each turn: a trace as long as the data"),
            "make one span around the loop with the count as an attribute, or an event for each \
             turn",
        );
    }

    pub(super) fn judge_name(&mut self, name: &Expr, at: Span) {
        if let Some(what) = ids::endless(name, &self.context.bound) {
            self.findings.add(
                "id-in-span-name",
                self.place(at),
                None,
                format!("the span's name holds `{what}`: every value makes a name of its own"),
                "name the span after the operation, and put the value into an attribute",
            );
        }
    }

    /// The macros of spans by name; `span` only as tracing's.
    pub(super) fn is_span_macro(&self, path: &str) -> bool {
        let last = path.rsplit("::").next().unwrap_or_default();
        let full = self.imports.resolve(path);
        SPAN_MACROS.contains(&last) && (last != "span" || full.starts_with("tracing"))
    }

    /// `otel.name = …` in a span's fields.
    pub(super) fn judge_fields(&mut self, tokens: &TokenStream, at: Span) {
        let parts: Vec<_> = tokens.clone().into_iter().collect();
        for (number, window) in parts.windows(4).enumerate() {
            let text: String = window.iter().map(ToString::to_string).collect();
            if text != "otel.name=" {
                continue;
            }
            let value: TokenStream = parts[number + 4..]
                .iter()
                .skip_while(|token| matches!(token.to_string().as_str(), "%" | "?"))
                .take_while(|token| token.to_string() != ",")
                .cloned()
                .collect();
            if let Ok(name) = syn::parse2::<Expr>(value) {
                self.judge_name(&name, at);
            }
        }
    }

    /// Where a chain of calls begins: `std::thread::Builder` of `Builder::new().name(…)`.
    pub(super) fn root_of(&self, expression: &Expr) -> String {
        match expression {
            Expr::MethodCall(call) => self.root_of(&call.receiver),
            Expr::Try(call) => self.root_of(&call.expr),
            Expr::Call(call) => self.root_of(&call.func),
            Expr::Path(path) => {
                let full = self.imports.resolve(&imports::text(&path.path));
                full.rsplit_once("::")
                    .map_or(full.clone(), |(owner, _)| owner.to_owned())
            }
            _ => String::new(),
        }
    }
}
