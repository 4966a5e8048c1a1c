//! A hop that waits for its answer, HTTP or gRPC: every CLIENT span has exactly one SERVER child
//! in the other service. When not, the lost half is looked for.

use crate::trace::{Kind, Span, Trace};
use crate::verify::check::{Failure, Verdict};
use crate::verify::evidence::{Evidence, Located};

pub(crate) struct RequestHop {
    pub(crate) from: &'static str,
    pub(crate) to: &'static str,
    pub(crate) client: &'static str,
    pub(crate) server: &'static str,
    /// What carries the context, for the likely causes.
    pub(crate) carrier: &'static str,
}

impl RequestHop {
    /// Each of `clients` of trace `home` has its one server.
    pub(crate) fn check(&self, evidence: &Evidence, home: &Trace, clients: &[&Span]) -> Verdict {
        let served: Vec<Vec<&Span>> = clients
            .iter()
            .map(|client| self.servers_of(home, client))
            .collect();
        let lonely = clients
            .iter()
            .zip(&served)
            .find(|(_, servers)| servers.is_empty());
        let crowded = clients
            .iter()
            .zip(&served)
            .find(|(_, servers)| servers.len() > 1);
        match (crowded, lonely) {
            (Some((client, servers)), lonely) => Err(self
                .doubled(client, servers, lonely.map(|(client, _)| *client))
                .into()),
            (None, Some((client, _))) => Err(self.lost(evidence, home, client).into()),
            (None, None) => {
                let calls = if clients.len() == 1 { "call" } else { "calls" };
                Ok(format!(
                    "{} {calls}, each with its SERVER span",
                    clients.len()
                ))
            }
        }
    }

    fn servers_of<'a>(&self, home: &'a Trace, client: &'a Span) -> Vec<&'a Span> {
        home.children(client)
            .filter(|span| self.is_server(span))
            .collect()
    }

    fn is_server(&self, span: &Span) -> bool {
        span.is(self.to, Kind::Server, self.server)
    }

    fn is_client(&self, span: &Span) -> bool {
        span.is(self.from, Kind::Client, self.client)
    }

    fn doubled(&self, client: &Span, servers: &[&Span], lonely: Option<&Span>) -> Failure {
        let ids: Vec<_> = servers.iter().map(|span| span.span_id.as_str()).collect();
        let (expected, likely_cause) = match lonely {
            Some(other) => (
                format!(
                    "parent {} ({}) for one of them",
                    other.span_id,
                    other.title()
                ),
                format!(
                    "{} injects a shared context instead of that of the call's own span",
                    self.from
                ),
            ),
            None => (
                format!(
                    "one SERVER child of {} ({})",
                    client.span_id,
                    client.title()
                ),
                format!(
                    "a retry inside one CLIENT span, or {}'s server layer is there twice",
                    self.to
                ),
            ),
        };
        Failure {
            what: format!(
                "{} SERVER spans `{}` of {} have the same parent",
                ids.len(),
                self.server,
                self.to
            ),
            expected,
            seen: format!("{} all with parent {}", ids.join(", "), client.span_id),
            likely_cause,
        }
    }

    fn lost(&self, evidence: &Evidence, home: &Trace, client: &Span) -> Failure {
        // A server span below another call of the same hop is that call's own.
        let misplaced = home.spans.iter().filter(|span| self.is_server(span));
        let mut misplaced = misplaced.filter(|span| {
            !home
                .parent(span)
                .is_some_and(|parent| self.is_client(parent))
        });
        let expected = format!("parent {} ({})", client.span_id, client.title());
        if let Some(server) = misplaced.next() {
            return self.wrong_parent(home, client, server, expected);
        }
        let nowhere_here = if home.spans.iter().any(|span| span.service == self.to) {
            format!(
                "{} has no SERVER span `{}` below it in trace {}",
                self.to, self.server, home.trace_id
            )
        } else {
            format!("{} has no span in trace {}", self.to, home.trace_id)
        };
        match evidence.lost(|span| self.is_server(span)).next() {
            Some(lost) => self.in_another_trace(lost, &nowhere_here, expected),
            None => Failure {
                what: format!("{nowhere_here}, nor a lost one in another trace"),
                expected: format!("a SERVER span `{}` with {expected}", self.server),
                seen: "no such span".to_owned(),
                likely_cause: format!(
                    "{}'s server layer is missing, or it does not export to this backend, or it did not sample",
                    self.to
                ),
            },
        }
    }

    fn wrong_parent(
        &self,
        home: &Trace,
        client: &Span,
        server: &Span,
        expected: String,
    ) -> Failure {
        let what = format!(
            "{}'s SERVER span `{}` {} has the wrong parent in trace {}",
            self.to, self.server, server.span_id, home.trace_id
        );
        let (seen, likely_cause) = match (home.parent(server), &server.parent_span_id) {
            (Some(parent), _) if home.is_below(client, parent) => (
                format!("parent {} ({})", parent.span_id, parent.title()),
                format!(
                    "{} injects before the CLIENT span is started, so the outer context goes out",
                    self.from
                ),
            ),
            (Some(parent), _) => (
                format!("parent {} ({})", parent.span_id, parent.title()),
                format!(
                    "{} injects a context that is not that of the call",
                    self.from
                ),
            ),
            (None, Some(missing)) => (
                format!("parent {missing}, which no span of the trace is"),
                "something between the two starts a span that is never exported".to_owned(),
            ),
            (None, None) => (
                "a second root of the same trace".to_owned(),
                format!("{} reads the trace id but not the parent id", self.to),
            ),
        };
        Failure {
            what,
            expected,
            seen,
            likely_cause,
        }
    }

    fn in_another_trace(&self, lost: Located<'_>, nowhere_here: &str, expected: String) -> Failure {
        let (server, trace) = (lost.span, &lost.trace.trace_id);
        let (parent, seen) = match &server.parent_span_id {
            None => (
                "no parent".to_owned(),
                format!("{} is the root of another trace", server.span_id),
            ),
            Some(parent) => (
                format!("parent {parent}, which is not there"),
                format!("{} has parent {parent} of another trace", server.span_id),
            ),
        };
        Failure {
            what: format!(
                "{nowhere_here}; its SERVER span `{}` {} is in trace {trace} with {parent}",
                self.server, server.span_id
            ),
            expected,
            seen,
            likely_cause: format!(
                "{} injects a format into {} that {} does not extract (compare OTEL_PROPAGATORS of both), \
                 or {}'s client or {}'s server layer is missing",
                self.from, self.carrier, self.to, self.from, self.to
            ),
        }
    }

    /// There is no CLIENT span where it belongs.
    pub(crate) fn no_client(
        &self,
        evidence: &Evidence,
        below: Located<'_>,
        needed: usize,
        have: usize,
    ) -> Failure {
        let outer = format!("{} ({})", below.span.span_id, below.span.title());
        let what = format!(
            "{} has {have} of {needed} CLIENT spans `{}` below {outer} in trace {}",
            self.from, self.client, below.trace.trace_id
        );
        let expected = format!("{needed} CLIENT spans below {}", below.span.span_id);
        match evidence.lost(|span| self.is_client(span)).next() {
            Some(lost) => Failure {
                what,
                expected,
                seen: format!(
                    "CLIENT span {} in trace {} without a parent there",
                    lost.span.span_id, lost.trace.trace_id
                ),
                likely_cause: "the call is made on a task that was spawned without the context"
                    .to_owned(),
            },
            None => Failure {
                what,
                expected,
                seen: format!("{have}, and no lost one in another trace"),
                likely_cause: format!(
                    "{} calls {} with a client that is not traced",
                    self.from, self.to
                ),
            },
        }
    }
}
