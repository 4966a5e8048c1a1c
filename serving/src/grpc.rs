//! The layers around a service's gRPC methods.

use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use shared_telemetry::grpc::ServerLayer;
use tonic::Status;
use tonic::service::Routes;

/// A call that takes longer has long been given up by its caller.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// Puts the layers around `methods`, for [`crate::listen::serve_http2`].
///
/// From the outside in: the SERVER span; time, which is what the caller gives in `grpc-timeout`,
/// 30 seconds at most, so that the span knows when it is over.
pub fn grpc_routes(methods: Routes) -> Router {
    methods
        .into_axum_router()
        .layer(middleware::from_fn(in_time))
        .layer(ServerLayer::new())
}

async fn in_time(request: Request, next: Next) -> Response {
    let limit = asked(request.headers()).map_or(CALL_TIMEOUT, |asked| asked.min(CALL_TIMEOUT));
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Status::deadline_exceeded(format!("the call took longer than {limit:?}"))
            .into_http::<axum::body::Body>()
            .into_response(),
    }
}

/// `grpc-timeout`: up to eight digits and a unit. Anything else counts as not given, as the gRPC
/// libraries have it.
/// <https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#requests>
fn asked(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u64 = digits.parse().ok()?;
    Some(match unit {
        "H" => Duration::from_secs(number * 3600),
        "M" => Duration::from_secs(number * 60),
        "S" => Duration::from_secs(number),
        "m" => Duration::from_millis(number),
        "u" => Duration::from_micros(number),
        "n" => Duration::from_nanos(number),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert("grpc-timeout", text.parse().unwrap());
        asked(&headers)
    }

    #[test]
    fn a_callers_deadline_is_read_in_every_unit() {
        assert_eq!(parsed("2H"), Some(Duration::from_secs(7200)));
        assert_eq!(parsed("3M"), Some(Duration::from_secs(180)));
        assert_eq!(parsed("42S"), Some(Duration::from_secs(42)));
        assert_eq!(parsed("2000000u"), Some(Duration::from_secs(2)));
        assert_eq!(parsed("99999999n"), Some(Duration::from_nanos(99_999_999)));
        assert_eq!(parsed("5m"), Some(Duration::from_millis(5)));
    }

    #[test]
    fn nonsense_is_no_deadline() {
        for text in ["", "S", "5", "5s", "-1S", "+1S", "123456789S", "1 S", "é"] {
            let mut headers = HeaderMap::new();
            let value = http::HeaderValue::from_bytes(text.as_bytes()).unwrap();
            headers.insert("grpc-timeout", value);
            assert_eq!(asked(&headers), None, "{text:?}");
        }
    }
}
