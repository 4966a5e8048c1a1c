//! gRPC status codes: their names, and which of them make a span an error.

use http::HeaderMap;
use tonic::Code;

/// Which side of a call a span describes: they judge the same status differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Client,
    Server,
}

impl Side {
    /// The caller did not get what it asked for by anything but OK. For the callee, codes such
    /// as NOT_FOUND are answers, and only those that say "I am broken" are errors.
    pub(super) fn is_error(self, code: Code) -> bool {
        match self {
            Self::Client => code != Code::Ok,
            Self::Server => matches!(
                code,
                Code::Unknown
                    | Code::DeadlineExceeded
                    | Code::Unimplemented
                    | Code::Internal
                    | Code::Unavailable
                    | Code::DataLoss
            ),
        }
    }
}

/// The status in trailers, or in the head of a response that has nothing else.
pub(super) fn in_headers(headers: &HeaderMap) -> Option<Code> {
    headers
        .get(tonic::Status::GRPC_STATUS)
        .map(|code| Code::from_bytes(code.as_bytes()))
}

/// The name as the conventions want it: `FAILED_PRECONDITION`, not `9`.
pub(super) fn name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

/// The number of a code by its name.
pub(crate) fn number_of(text: &str) -> Option<i64> {
    (0..=16)
        .find(|number| name(Code::from_i32(*number)) == text)
        .map(i64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn not_found_is_an_error_for_the_caller_and_an_answer_for_the_callee() {
        assert!(Side::Client.is_error(Code::NotFound));
        assert!(!Side::Server.is_error(Code::NotFound));
        assert!(Side::Server.is_error(Code::Internal));
    }
}
