//! Which decision is meant for which spans: `GET /healthz=never`.

use std::str::FromStr;

use opentelemetry::trace::SpanKind;

use super::Decide;

/// A decision for the roots of one kind, by name.
///
/// `SPANS=DECISION`, where SPANS is
///
/// | SPANS | the roots that it means |
/// |---|---|
/// | `GET /orders/{id}` | requests, by method and route template as the router has them |
/// | `* /healthz` | the same, by any method |
/// | `inventory.v1.Inventory/*` | gRPC calls; a `*` at the end stands for anything |
/// | `consumer process_batch order.created` | spans of another kind: `server`, `client`, `producer`, `consumer` or `internal`, then the name |
/// | `*` | all |
///
/// and DECISION is `always`, `never`, a share of them from 0 to 1, or so many a second: `10/s`.
///
/// Under ParentBased a consumer's root follows the producers that it links to: a rule for it is
/// for messages that tell of none.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    kind: Option<SpanKind>,
    name: Name,
    pub(super) decide: Decide,
}

#[derive(Debug, Clone, PartialEq)]
enum Name {
    Any,
    Exactly(Box<str>),
    /// The beginning of it.
    Beginning(Box<str>),
    /// ` {route}` behind any method.
    AnyMethod(Box<str>),
}

/// A rule that could not be read; its text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no rule")]
pub struct InvalidRule(String);

impl Rule {
    /// Rules between commas, the first that fits decides.
    ///
    /// # Errors
    /// With the first that makes no sense.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, InvalidRule> {
        text.split(',')
            .map(str::trim)
            .filter(|rule| !rule.is_empty())
            .map(str::parse)
            .collect()
    }

    /// Asked before the span has an attribute: name and kind are all that is known then.
    pub(super) fn means(&self, kind: &SpanKind, name: &str) -> bool {
        self.kind.as_ref().is_none_or(|own| own == kind)
            && match &self.name {
                Name::Any => true,
                Name::Exactly(own) => **own == *name,
                Name::Beginning(own) => name.starts_with(&**own),
                Name::AnyMethod(route) => name
                    .split_once(' ')
                    .is_some_and(|(_, given)| *given == **route),
            }
    }
}

impl FromStr for Rule {
    type Err = InvalidRule;

    fn from_str(text: &str) -> Result<Self, InvalidRule> {
        let parse = || {
            // The last one: a route may hold another.
            let (spans, decision) = text.rsplit_once('=')?;
            let (kind, name) = kind_and_name(spans.trim())?;
            let decide = decision.trim().parse().ok()?;
            Some(Self { kind, name, decide })
        };
        parse().ok_or_else(|| InvalidRule(text.to_owned()))
    }
}

fn kind_and_name(spans: &str) -> Option<(Option<SpanKind>, Name)> {
    if spans == "*" {
        return Some((None, Name::Any));
    }
    let (word, rest) = spans.split_once(' ').unwrap_or((spans, ""));
    let kind = kind_of(word);
    let name = if kind.is_some() { rest.trim() } else { spans };
    let name = match (name.strip_prefix("* "), name.strip_suffix('*')) {
        // No span is named by a path alone: such a rule would silently mean nothing.
        _ if name.is_empty() || name.starts_with('/') => return None,
        (Some(route), _) => Name::AnyMethod(route.trim().into()),
        (None, Some("")) => Name::Any,
        (None, Some(beginning)) => Name::Beginning(beginning.into()),
        (None, None) => Name::Exactly(name.into()),
    };
    // What people name most is a request.
    Some((Some(kind.unwrap_or(SpanKind::Server)), name))
}

fn kind_of(word: &str) -> Option<SpanKind> {
    match word.to_ascii_lowercase().as_str() {
        "server" => Some(SpanKind::Server),
        "client" => Some(SpanKind::Client),
        "producer" => Some(SpanKind::Producer),
        "consumer" => Some(SpanKind::Consumer),
        "internal" => Some(SpanKind::Internal),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [SpanKind; 5] = [
        SpanKind::Server,
        SpanKind::Client,
        SpanKind::Producer,
        SpanKind::Consumer,
        SpanKind::Internal,
    ];

    fn means(rule: &str, kind: &SpanKind, name: &str) -> bool {
        rule.parse::<Rule>().unwrap().means(kind, name)
    }

    #[test]
    fn a_request_is_meant_by_method_and_route_and_nothing_near_it() {
        let rule = "GET /healthz=never";
        assert!(means(rule, &SpanKind::Server, "GET /healthz"));
        for other in ["POST /healthz", "GET /healthz/x", "GET /health", "GET"] {
            assert!(!means(rule, &SpanKind::Server, other), "{other}");
        }
        assert!(!means(rule, &SpanKind::Client, "GET /healthz"));
    }

    #[test]
    fn a_star_is_any_method_any_end_or_everything() {
        for method in ["GET", "HEAD", "HTTP"] {
            let name = format!("{method} /healthz");
            assert!(means("* /healthz=never", &SpanKind::Server, &name));
        }
        assert!(!means("* /healthz=never", &SpanKind::Server, "GET /"));
        let calls = "inventory.v1.Inventory/*=0.5";
        assert!(means(calls, &SpanKind::Server, "inventory.v1.Inventory/X"));
        assert!(!means(calls, &SpanKind::Server, "inventory.v2.Inventory/X"));
        for kind in KINDS {
            assert!(means("*=0.1", &kind, "whatever"));
        }
    }

    #[test]
    fn another_kind_is_named_before_the_name() {
        let rule = "consumer process_batch order.created=always";
        let name = "process_batch order.created";
        assert!(means(rule, &SpanKind::Consumer, name));
        assert!(!means(rule, &SpanKind::Server, name));
        assert!(means("Internal *=never", &SpanKind::Internal, "a b"));
        assert!(!means("Internal *=never", &SpanKind::Server, "a b"));
    }

    #[test]
    fn a_route_may_hold_an_equals_sign() {
        let rule = "GET /a=b/{id}=never";
        assert!(means(rule, &SpanKind::Server, "GET /a=b/{id}"));
    }

    #[test]
    fn decisions_are_read_in_any_case_and_with_room_around() {
        let rules = Rule::parse_list("GET /a = Always , GET /b=NEVER,GET /c=0.5,*=2.5/s,").unwrap();
        let decisions: Vec<_> = rules.iter().map(|rule| rule.decide).collect();
        assert_eq!(
            decisions,
            [
                Decide::Always,
                Decide::Never,
                Decide::Ratio(0.5),
                Decide::PerSecond(2.5)
            ]
        );
    }

    #[test]
    fn what_makes_no_sense_is_told_by_its_own_text() {
        for bad in [
            "GET /a",
            "/a=never",
            "=always",
            "server=always",
            "*=maybe",
            "*=1.5",
            "*=-1",
            "*=NaN",
            "*=-1/s",
            "*=inf/s",
            "*=/s",
            "*=10/m",
        ] {
            let error = Rule::parse_list(&format!("GET /ok=always,{bad}")).unwrap_err();
            assert_eq!(error, InvalidRule(bad.to_owned()));
        }
    }
}
