//! What a SERVER span says of its request.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use http::{HeaderMap, Request, header};
use opentelemetry::KeyValue;

use super::known::Known;
use super::route;
use crate::names;

/// What a SERVER span says of a request.
pub(super) fn request<B>(
    request: &Request<B>,
    method: &'static str,
    route: Option<&'static str>,
) -> Vec<KeyValue> {
    // Room for the status and an error too.
    let mut attributes = Vec::with_capacity(12);
    attributes.push(KeyValue::new(names::HTTP_REQUEST_METHOD, method));
    attributes.extend(route::original(request.method(), method));
    attributes.extend(route.map(|route| KeyValue::new(names::HTTP_ROUTE, route)));
    attributes.push(KeyValue::new(
        names::URL_PATH,
        request.uri().path().to_owned(),
    ));
    // This process speaks clear HTTP; TLS ends in front of it.
    attributes.push(KeyValue::new(names::URL_SCHEME, "http"));
    attributes.extend(
        protocol_version(request.version())
            .map(|version| KeyValue::new(names::NETWORK_PROTOCOL_VERSION, version)),
    );
    if let Some((host, port)) = host_of(request.headers()) {
        attributes.push(KeyValue::new(names::SERVER_ADDRESS, host));
        attributes.extend(port.map(|port| KeyValue::new(names::SERVER_PORT, i64::from(port))));
    }
    if let Some(peer) = peer(request) {
        attributes.push(KeyValue::new(names::CLIENT_ADDRESS, peer.to_string()));
    }
    attributes.extend(
        agent_of(request.headers()).map(|agent| KeyValue::new(names::USER_AGENT_ORIGINAL, agent)),
    );
    attributes
}

/// The other end of the connection, where the server tells it.
pub(super) fn peer<B>(request: &Request<B>) -> Option<IpAddr> {
    let info = request.extensions().get::<ConnectInfo<SocketAddr>>();
    info.map(|ConnectInfo(peer)| peer.ip())
}

fn protocol_version(version: http::Version) -> Option<&'static str> {
    match version {
        http::Version::HTTP_10 => Some("1.0"),
        http::Version::HTTP_11 => Some("1.1"),
        http::Version::HTTP_2 => Some("2"),
        _ => None,
    }
}

/// The `User-Agent` header.
fn agent_of(headers: &HeaderMap) -> Option<Cow<'static, str>> {
    static AGENTS: Known<()> = Known::new();
    let agent = headers.get(header::USER_AGENT)?;
    let read = |_: &[u8]| Some((agent.to_str().ok()?.into(), ()));
    let (agent, ()) = AGENTS.get(agent.as_bytes(), read)?;
    Some(agent)
}

/// The `Host` header as `server.address` and `server.port`.
fn host_of(headers: &HeaderMap) -> Option<(Cow<'static, str>, Option<u16>)> {
    static HOSTS: Known<Option<u16>> = Known::new();
    let host = headers.get(header::HOST)?;
    HOSTS.get(host.as_bytes(), |host| {
        let authority = http::uri::Authority::try_from(host).ok()?;
        Some((authority.host().into(), authority.port_u16()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_and_perhaps_a_port_each_time_it_is_asked_for() {
        for (host, expected) in [
            ("shop", Some(("shop", None))),
            ("shop.example:8080", Some(("shop.example", Some(8080)))),
            ("[::1]:80", Some(("[::1]", Some(80)))),
            ("a:65536", Some(("a", None))),
            ("a b", None),
            ("", None),
        ] {
            let value = http::HeaderValue::from_str(host).unwrap();
            let headers = HeaderMap::from_iter([(header::HOST, value)]);
            for _ in 0..2 {
                let found = host_of(&headers);
                let found = found.as_ref().map(|(host, port)| (&**host, *port));
                assert_eq!(found, expected, "{host:?}");
            }
        }
    }
}
