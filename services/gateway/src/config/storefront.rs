//! Settings of what a browser is told: where traces can be seen, and whether its own are taken.

use reqwest::Url;
use serde::{Serialize, Serializer};
use serving::{Environment, InvalidSetting};

/// The URL of a trace, with a gap where its id belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TraceUrl(String);

const TRACE_ID: &str = "{trace_id}";

impl TraceUrl {
    /// The URL of the trace with this id.
    #[must_use]
    pub fn of(&self, trace_id: &str) -> String {
        self.0.replace(TRACE_ID, trace_id)
    }
}

/// The trace viewer's base URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewerUrl(Url);

impl ViewerUrl {
    /// Scheme, host and port: what a policy can allow.
    #[must_use]
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// Without a slash at its end, for a path to follow.
    fn base(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }
}

impl Serialize for ViewerUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.base())
    }
}

pub(super) fn viewer_url(env: &Environment) -> Result<Option<ViewerUrl>, InvalidSetting> {
    const NAME: &str = "VIEWER_URL";
    const ACCEPTED: &str = "the base URL of the trace viewer, such as http://127.0.0.1:16686, \
                            without user, query or fragment";
    let Some(text) = env.get(NAME) else {
        return Ok(None);
    };
    // It becomes part of a policy, in which a semicolon ends a rule.
    let plain_host = |url: &Url| {
        url.host_str().is_some_and(|host| {
            host.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte))
        })
    };
    let plain = |url: &Url| {
        matches!(url.scheme(), "http" | "https")
            && plain_host(url)
            && url.query().is_none()
            && url.fragment().is_none()
    };
    match Url::parse(text) {
        // Before an @ may stand a password: it is never shown.
        _ if text.contains('@') => Err(InvalidSetting::new(NAME, Some("…@…"), ACCEPTED)),
        Ok(url) if plain(&url) => Ok(Some(ViewerUrl(url))),
        _ => Err(InvalidSetting::new(NAME, Some(text), ACCEPTED)),
    }
}

/// What is set, or the viewer's page of a trace.
pub(super) fn trace_url(
    env: &Environment,
    viewer: Option<&ViewerUrl>,
) -> Result<Option<TraceUrl>, InvalidSetting> {
    const NAME: &str = "TRACE_URL";
    let Some(template) = env.get(NAME) else {
        let page = |viewer: &ViewerUrl| TraceUrl(format!("{}/trace/{TRACE_ID}", viewer.base()));
        return Ok(viewer.map(page));
    };
    let is_web = template.starts_with("http://") || template.starts_with("https://");
    if is_web && template.contains(TRACE_ID) {
        return Ok(Some(TraceUrl(template.to_owned())));
    }
    let accepted = "an http or https URL with {trace_id} in it";
    Err(InvalidSetting::new(NAME, Some(template), accepted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(pairs: &[(&str, &str)]) -> Result<(Option<ViewerUrl>, Option<TraceUrl>), String> {
        let env = Environment::from_pairs(pairs.iter().copied());
        let read = viewer_url(&env)
            .and_then(|viewer| trace_url(&env, viewer.as_ref()).map(|trace| (viewer, trace)));
        read.map_err(|error| error.to_string())
    }

    #[test]
    fn a_trace_url_has_a_gap_for_the_id() {
        let (_, trace) = urls(&[("TRACE_URL", "http://viewer/trace/{trace_id}")]).unwrap();
        assert_eq!(trace.unwrap().of("abc"), "http://viewer/trace/abc");
    }

    #[test]
    fn the_viewer_shows_a_trace_unless_another_place_is_set() {
        let viewer = ("VIEWER_URL", "http://127.0.0.1:16686/");
        let (url, trace) = urls(&[viewer]).unwrap();
        assert_eq!(url.unwrap().origin(), "http://127.0.0.1:16686");
        assert_eq!(trace.unwrap().of("abc"), "http://127.0.0.1:16686/trace/abc");
        let (_, trace) = urls(&[viewer, ("TRACE_URL", "https://other/{trace_id}")]).unwrap();
        assert_eq!(trace.unwrap().of("abc"), "https://other/abc");
    }

    #[test]
    fn a_viewer_behind_a_path_keeps_it_but_its_origin_has_none() {
        let (url, trace) = urls(&[("VIEWER_URL", "https://example.org:444/traces/")]).unwrap();
        assert_eq!(url.unwrap().origin(), "https://example.org:444");
        assert_eq!(
            trace.unwrap().of("a"),
            "https://example.org:444/traces/trace/a"
        );
    }

    #[test]
    fn a_viewer_that_could_not_stand_in_a_policy_is_refused() {
        for bad in [
            "viewer",
            "ftp://viewer",
            "http://viewer;script-src",
            "http://viewer/?a=b",
            "data:text/html,x",
        ] {
            let error = urls(&[("VIEWER_URL", bad)]).unwrap_err();
            assert!(error.starts_with("VIEWER_URL is"), "{error}");
        }
        let error = urls(&[("VIEWER_URL", "http://me:hunter2@viewer")]).unwrap_err();
        assert!(!error.contains("hunter2"), "{error}");
    }
}
