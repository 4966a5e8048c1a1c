//! Text between the quotes of a JSON string.

use std::io::Write as _;

/// Which bytes can't stand there as they are. Source: RFC 8259, section 7.
const ESCAPED: [bool; 256] = {
    let mut escaped = [false; 256];
    let mut control = 0;
    while control < b' ' {
        escaped[control as usize] = true;
        control += 1;
    }
    escaped[b'"' as usize] = true;
    escaped[b'\\' as usize] = true;
    escaped
};

/// Writes `text`. In nearly all nothing needs to be escaped: to know that takes one look at each
/// byte, without a jump, and then it is copied in one piece.
#[inline]
pub(super) fn escaped(line: &mut Vec<u8>, text: &str) {
    let any = text
        .bytes()
        .fold(false, |any, byte| any | ESCAPED[usize::from(byte)]);
    if any {
        piece_by_piece(line, text.as_bytes());
    } else {
        line.extend_from_slice(text.as_bytes());
    }
}

#[cold]
fn piece_by_piece(line: &mut Vec<u8>, mut rest: &[u8]) {
    while let Some(at) = rest.iter().position(|byte| ESCAPED[usize::from(*byte)]) {
        line.extend_from_slice(&rest[..at]);
        let _ = match rest[at] {
            b'\n' => line.write_all(b"\\n"),
            b'\r' => line.write_all(b"\\r"),
            b'\t' => line.write_all(b"\\t"),
            control @ ..b' ' => write!(line, "\\u{control:04x}"),
            other => line.write_all(&[b'\\', other]),
        };
        rest = &rest[at + 1..];
    }
    line.extend_from_slice(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_comes_back_from_a_json_parser() {
        let all: String = (0..=0x2ff).filter_map(char::from_u32).collect();
        for text in [
            all.as_str(),
            "",
            "plain",
            "\"",
            "a\\",
            "\u{1}\u{7f}ä\u{1f600}",
        ] {
            let mut line = vec![b'"'];
            escaped(&mut line, text);
            line.push(b'"');
            let read: String = serde_json::from_slice(&line).expect(text);
            assert_eq!(read, text);
        }
    }
}
