//! What the gateway takes over from its callers: the settings whose names begin with `EDGE_`.

use http::HeaderName;
use serving::{Environment, InvalidSetting};
use shared_telemetry::http::{Proof, Trust, TrustKind};

const TRUST: &str = "EDGE_TRUST";
const HEADER: &str = "EDGE_TRUST_HEADER";
const SECRET: &str = "EDGE_TRUST_SECRET";
const PEERS: &str = "EDGE_TRUST_PEERS";

/// `EDGE_TRUST`: `restart` (default: nobody is believed), `trust` (everybody is) or `trust_if`:
/// callers that send `EDGE_TRUST_HEADER` with the value `EDGE_TRUST_SECRET`, or whose address is
/// in a network of `EDGE_TRUST_PEERS`.
pub(super) fn trust(env: &Environment) -> Result<Trust, InvalidSetting> {
    match env.optional(TRUST, TrustKind::Restart, "restart, trust or trust_if")? {
        TrustKind::Restart => Ok(Trust::Restart),
        TrustKind::Trust => Ok(Trust::Trust),
        TrustKind::TrustIf => Ok(Trust::TrustIf(proof(env)?)),
    }
}

fn proof(env: &Environment) -> Result<Proof, InvalidSetting> {
    let mut proof = Proof::default();
    let peers = env.get(PEERS);
    if let Some(text) = peers {
        let networks: Result<Vec<_>, _> = text
            .split(',')
            .map(|network| network.trim().parse())
            .collect();
        let networks = networks.map_err(|_| {
            InvalidSetting::new(PEERS, peers, "networks such as 10.0.0.0/8 between commas")
        })?;
        proof = proof.by_peer(networks);
    }
    match (env.get(HEADER), env.get(SECRET)) {
        (Some(name), Some(secret)) => {
            let name: HeaderName = name
                .parse()
                .map_err(|_| InvalidSetting::new(HEADER, Some(name), "the name of a header"))?;
            proof
                .by_header(name, secret)
                // The secret itself is never shown.
                .map_err(|_| InvalidSetting::new(SECRET, Some("…"), "printable ASCII"))
        }
        (None, None) if peers.is_some() => Ok(proof),
        (Some(_), None) => Err(InvalidSetting::new(
            SECRET,
            None,
            "the value of that header",
        )),
        (None, _) => Err(InvalidSetting::new(
            HEADER,
            None,
            "the name of a header, or EDGE_TRUST_PEERS, because EDGE_TRUST is trust_if",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Trust, String> {
        trust(&Environment::from_pairs(pairs.iter().copied())).map_err(|error| error.to_string())
    }

    #[test]
    fn nobody_is_believed_unless_it_is_set() {
        assert!(matches!(read(&[]), Ok(Trust::Restart)));
        assert!(matches!(read(&[("EDGE_TRUST", "trust")]), Ok(Trust::Trust)));
    }

    #[test]
    fn trust_if_wants_a_header_with_a_secret_or_peers() {
        let header = ("EDGE_TRUST_HEADER", "x-trace-proof");
        let only = ("EDGE_TRUST", "trust_if");
        assert!(read(&[only, header, ("EDGE_TRUST_SECRET", "s3cret")]).is_ok());
        assert!(read(&[only, ("EDGE_TRUST_PEERS", "10.0.0.0/8, ::1/128")]).is_ok());
        let missing = read(&[only]).unwrap_err();
        assert!(
            missing.starts_with("EDGE_TRUST_HEADER is not set"),
            "{missing}"
        );
        let half = read(&[only, header]).unwrap_err();
        assert!(half.starts_with("EDGE_TRUST_SECRET is not set"), "{half}");
    }

    #[test]
    fn bad_values_are_named_and_a_secret_is_not_shown() {
        let word = read(&[("EDGE_TRUST", "maybe")]).unwrap_err();
        assert_eq!(
            word,
            "EDGE_TRUST is \"maybe\": expected restart, trust or trust_if"
        );
        let pairs = [
            ("EDGE_TRUST", "trust_if"),
            ("EDGE_TRUST_HEADER", "x-trace-proof"),
            ("EDGE_TRUST_SECRET", "s3\ncret"),
        ];
        let secret = read(&pairs).unwrap_err();
        assert!(
            !secret.contains("cret\"") && secret.starts_with("EDGE_TRUST_SECRET"),
            "{secret}"
        );
    }
}
