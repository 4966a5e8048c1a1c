//! Cuts a query of PromQL, LogQL or TraceQL into words, texts and signs.

/// A piece of a query. What a variable of Grafana stands for is not known, so it is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'q> {
    Word(&'q str),
    /// What stands between quotes.
    Text(&'q str),
    Number,
    Sign(char),
}

/// `in_words` are the characters that a word may hold besides letters, digits and `_`.
pub(crate) fn pieces<'q>(query: &'q str, in_words: &str) -> Vec<Piece<'q>> {
    let of_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || in_words.contains(c);
    let (mut found, mut rest) = (Vec::new(), query.trim_start());
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '"' | '\'' | '`' => {
                let end = end_of_text(rest, first);
                found.push(Piece::Text(&rest[1..end - 1]));
                end
            }
            // A range, with its step.
            '[' => rest.find(']').map_or(rest.len(), |at| at + 1),
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '$' => {
                let name = rest.trim_start_matches('$');
                let dollars = rest.len() - name.len();
                let length = match name.find('}') {
                    Some(at) if name.starts_with('{') => at + 1,
                    _ => name.find(|c| !of_word(c)).unwrap_or(name.len()),
                };
                dollars + length
            }
            c if of_word(c) => {
                let end = rest.find(|c| !of_word(c)).unwrap_or(rest.len());
                let number = first.is_ascii_digit() || first == '.';
                found.push(if number {
                    Piece::Number
                } else {
                    Piece::Word(&rest[..end])
                });
                end
            }
            c => {
                found.push(Piece::Sign(c));
                c.len_utf8()
            }
        };
        rest = rest[end..].trim_start();
    }
    found
}

/// Where a text that begins with `quote` ends, with its second quote.
fn end_of_text(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' if quote != '`' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    panic!("a text without its end: {text}");
}

/// A label, and what it is compared with if that is a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Matcher<'q> {
    pub(crate) label: &'q str,
    pub(crate) value: Option<&'q str>,
}

/// The matcher that begins at the first of these pieces.
pub(crate) fn matcher<'q>(pieces: &[Piece<'q>]) -> Option<Matcher<'q>> {
    let &Piece::Word(label) = pieces.first()? else {
        return None;
    };
    let is_sign = |piece: &&Piece<'_>| matches!(piece, Piece::Sign('=' | '!' | '~' | '<' | '>'));
    let signs = pieces[1..].iter().take_while(is_sign).count();
    let value = match pieces.get(1 + signs) {
        Some(&Piece::Text(text)) if signs > 0 => Some(text),
        _ => None,
    };
    (signs > 0).then_some(Matcher { label, value })
}
