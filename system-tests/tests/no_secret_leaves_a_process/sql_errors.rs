//! What databases have said, in the text of what left.

use std::collections::BTreeSet;

/// How sqlx begins what a server has said.
const SAID: &str = "error returned from database: ";

/// The codes of all errors, each once, in order.
pub(crate) fn codes(received: &str) -> Vec<&str> {
    let after = received.split("\"db.response.status_code\"").skip(1);
    let codes: BTreeSet<_> = after
        .filter_map(|rest| rest.split("StringValue(\"").nth(1)?.split('"').next())
        .collect();
    codes.into_iter().collect()
}

/// Each message, up to the end of its line or text.
pub(crate) fn said(text: &str) -> impl Iterator<Item = &str> {
    text.split(SAID).skip(1).map(end)
}

fn end(rest: &str) -> &str {
    // In a log line and in a `Debug` a quote within is escaped; in a header it is not, but a word
    // follows where it opens.
    let mut escaped = false;
    let mut characters = rest.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let opens = characters
            .peek()
            .is_some_and(|(_, next)| next.is_alphanumeric());
        if !escaped && (character == '\n' || (character == '"' && !opens)) {
            return &rest[..at];
        }
        escaped = !escaped && character == '\\';
    }
    rest
}
