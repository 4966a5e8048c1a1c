//! What a SERVER span says of its request.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use http::{HeaderMap, Request, header};
use opentelemetry::KeyValue;

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
    if let Some(agent) = text(request.headers(), &header::USER_AGENT) {
        attributes.push(KeyValue::new(names::USER_AGENT_ORIGINAL, agent.to_owned()));
    }
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

fn text<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The `Host` header as `server.address` and `server.port`.
fn host_of(headers: &HeaderMap) -> Option<(String, Option<u16>)> {
    let host = headers.get(header::HOST)?.as_bytes();
    if let Some(plain) = plain_host(host) {
        return Some(plain);
    }
    let authority = http::uri::Authority::try_from(host).ok()?;
    Some((authority.host().to_owned(), authority.port_u16()))
}

/// A name and perhaps a port, as nearly all are: what else an authority may be, an address in
/// brackets for one, is left to the parser of URIs.
fn plain_host(host: &[u8]) -> Option<(String, Option<u16>)> {
    let of_name = |byte: &u8| matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-');
    let end = host.iter().position(|byte| !of_name(byte));
    let (name, rest) = host.split_at(end.unwrap_or(host.len()));
    let port = match rest {
        [] => None,
        [b':', digits @ ..] if !digits.is_empty() => Some(port(digits)?),
        _ => return None,
    };
    let name = std::str::from_utf8(name).ok()?;
    (!name.is_empty()).then(|| (name.to_owned(), port))
}

fn port(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0_u16, |port, byte| {
        let digit = byte.is_ascii_digit().then(|| byte - b'0')?;
        port.checked_mul(10)?.checked_add(digit.into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_read_by_hand_as_the_parser_of_uris_reads_it() {
        let hosts = [
            "shop",
            "shop.example:8080",
            "127.0.0.1:1",
            "a:0",
            "a:65535",
            "a:65536",
            "a:",
            "a:x",
            ":80",
            "",
            "[::1]:80",
            "[::1]",
            "me@shop:81",
            "a b",
            "a/b",
            "a_b:1",
            "a:1:2",
            "sh%6fp",
        ];
        for host in hosts {
            let value = http::HeaderValue::from_str(host).unwrap();
            let headers = HeaderMap::from_iter([(header::HOST, value)]);
            let parsed: Option<http::uri::Authority> = host.parse().ok();
            let parsed = parsed.map(|parsed| (parsed.host().to_owned(), parsed.port_u16()));
            assert_eq!(host_of(&headers), parsed, "{host:?}");
        }
    }
}
