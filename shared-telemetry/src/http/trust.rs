//! Whom an edge believes, and how a caller proves itself.

use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use ipnet::IpNet;

/// Whom an edge believes.
#[derive(Debug, Clone, Default)]
pub enum Trust {
    /// Nobody: every request begins a trace of its own, which *links* to the context that came
    /// from outside, so that a partner's trace can still be found from ours. The safe default.
    #[default]
    Restart,
    /// Everybody: for an edge that only friends can reach.
    Trust,
    /// Callers that prove themselves; all others begin a new trace.
    TrustIf(Proof),
}

/// How a caller proves that its context may be taken over. One of the two is enough.
#[derive(Clone, Default)]
pub struct Proof {
    header: Option<(HeaderName, HeaderValue)>,
    peers: Arc<[IpNet]>,
}

impl std::fmt::Debug for Proof {
    /// Without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let header = self.header.as_ref().map(|(name, _)| name);
        f.debug_struct("Proof")
            .field("header", &header)
            .field("peers", &self.peers)
            .finish()
    }
}

impl Proof {
    /// Callers that send `name` with this very value.
    ///
    /// # Errors
    /// When the secret can't be a header's value.
    pub fn by_header(mut self, name: HeaderName, secret: &str) -> Result<Self, InvalidSecret> {
        let mut value = HeaderValue::from_str(secret).map_err(|_| InvalidSecret)?;
        value.set_sensitive(true);
        self.header = Some((name, value));
        Ok(self)
    }

    /// Callers whose address is in one of these networks, as seen by this process: behind a
    /// proxy that is the proxy's.
    #[must_use]
    pub fn by_peer(mut self, networks: Vec<IpNet>) -> Self {
        self.peers = networks.into();
        self
    }

    fn holds(&self, headers: &HeaderMap, peer: Option<IpAddr>) -> bool {
        let by_header = self.header.as_ref().is_some_and(|(name, secret)| {
            headers
                .get(name)
                .is_some_and(|given| equal_in_constant_time(given, secret))
        });
        by_header || peer.is_some_and(|peer| self.peers.iter().any(|net| net.contains(&peer)))
    }
}

/// A secret with a line break or another character that no header may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the secret must be printable ASCII")]
pub struct InvalidSecret;

/// How long the comparison takes must not tell how much of a guess was right.
fn equal_in_constant_time(given: &HeaderValue, secret: &HeaderValue) -> bool {
    let (given, secret) = (given.as_bytes(), secret.as_bytes());
    let differing = given
        .iter()
        .zip(secret)
        .fold(0, |sum, (a, b)| sum | (a ^ b));
    given.len() == secret.len() && differing == 0
}

impl Trust {
    /// True when this caller's context may be taken over.
    #[must_use]
    pub fn believes(&self, headers: &HeaderMap, peer: Option<IpAddr>) -> bool {
        match self {
            Self::Restart => false,
            Self::Trust => true,
            Self::TrustIf(proof) => proof.holds(headers, peer),
        }
    }
}

/// The word of a setting that chooses among [`Trust`]'s kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TrustKind {
    /// `restart`.
    #[default]
    Restart,
    /// `trust`.
    Trust,
    /// `trust_if`.
    TrustIf,
}

/// A word that is no kind of trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected restart, trust or trust_if")]
pub struct UnknownTrust;

impl FromStr for TrustKind {
    type Err = UnknownTrust;

    fn from_str(word: &str) -> Result<Self, UnknownTrust> {
        match word.to_ascii_lowercase().as_str() {
            "restart" => Ok(Self::Restart),
            "trust" => Ok(Self::Trust),
            "trust_if" => Ok(Self::TrustIf),
            _ => Err(UnknownTrust),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proof() -> Trust {
        let name = HeaderName::from_static("x-trace-proof");
        let by_header = Proof::default().by_header(name, "s3cret").unwrap();
        Trust::TrustIf(by_header.by_peer(vec!["10.1.0.0/16".parse().unwrap()]))
    }

    fn headers(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(
            HeaderName::from_static("x-trace-proof"),
            HeaderValue::from_static(value),
        )])
    }

    #[test]
    fn the_right_secret_proves_and_a_wrong_or_longer_or_shorter_one_does_not() {
        assert!(proof().believes(&headers("s3cret"), None));
        for wrong in ["", "s3cre", "s3crets", "S3cret"] {
            assert!(!proof().believes(&headers(wrong), None), "{wrong:?}");
        }
    }

    #[test]
    fn a_listed_peer_proves_by_its_address() {
        let peer = |text: &str| Some(text.parse().unwrap());
        assert!(proof().believes(&HeaderMap::new(), peer("10.1.2.3")));
        assert!(!proof().believes(&HeaderMap::new(), peer("10.2.0.1")));
        assert!(!proof().believes(&HeaderMap::new(), None));
    }

    #[test]
    fn nobody_is_believed_by_default() {
        assert!(!Trust::default().believes(&headers("s3cret"), None));
    }

    #[test]
    fn a_secret_is_not_shown_when_a_setting_is_printed() {
        assert!(!format!("{:?}", proof()).contains("s3cret"));
    }
}
