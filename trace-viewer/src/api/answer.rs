//! Answers as JSON, none of them without end.
//!
//! The store counts what many spans share once, an answer has it with each of them: half a
//! megabyte that came in could go out as gigabytes.

use std::io::{self, Write};

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::problem::Problem;

/// More than twice what the store keeps at its usual limits.
const MAX_BYTES: usize = 128 * 1024 * 1024;

pub(super) fn json(content: &impl Serialize) -> Response {
    let mut body = Bounded {
        written: Vec::new(),
        most: MAX_BYTES,
    };
    if serde_json::to_writer(&mut body, content).is_err() {
        let detail = format!("the answer would have more than {MAX_BYTES} bytes");
        return Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail).into_response();
    }
    let content_type = [(header::CONTENT_TYPE, "application/json")];
    (content_type, body.written).into_response()
}

struct Bounded {
    written: Vec<u8>,
    most: usize,
}

impl Write for Bounded {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        if self.written.len() + more.len() > self.most {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.written.extend_from_slice(more);
        Ok(more.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_written_whole_and_what_does_not_is_given_up() {
        let write = |most| {
            let written = Vec::new();
            let mut body = Bounded { written, most };
            serde_json::to_writer(&mut body, &["abc"; 3]).map(|()| body.written)
        };
        assert_eq!(write(19).unwrap(), br#"["abc","abc","abc"]"#);
        assert!(write(18).is_err());
    }
}
