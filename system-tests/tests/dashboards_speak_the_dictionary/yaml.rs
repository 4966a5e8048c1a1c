//! Reads values out of this repository's YAML by their key, without a parser: keys stand at the
//! beginning of a line or of an item.

/// The values of all lines `key: value`, with the number of the line, from 1.
pub(crate) fn values(text: &str, key: &str) -> Vec<(usize, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let content = line.trim_start().trim_start_matches("- ").trim_start();
        let value = content.strip_prefix(key);
        let Some(value) = value.and_then(|rest| rest.strip_prefix(':')) else {
            continue;
        };
        let value = match value.trim() {
            "|" | "|-" | ">" | ">-" => {
                let indent = indent(line);
                let deeper = |line: &&&str| line.trim().is_empty() || self::indent(line) > indent;
                let block = lines[at + 1..].iter().take_while(deeper);
                block.map(|line| line.trim()).collect::<Vec<_>>().join("\n")
            }
            value => scalar(value),
        };
        found.push((at + 1, value));
    }
    found
}

/// The first of them.
pub(crate) fn value(text: &str, key: &str) -> Option<String> {
    values(text, key).into_iter().next().map(|(_, value)| value)
}

/// The items of the first list of that key, in brackets or line by line; of an item that is a map,
/// its `name`.
pub(crate) fn list(text: &str, key: &str) -> Vec<String> {
    let mut lines = text.lines().skip_while(|line| {
        let content = line.trim_start();
        !content
            .strip_prefix(key)
            .is_some_and(|rest| rest.starts_with(':'))
    });
    let first = lines.next().unwrap_or_default();
    let inside = first
        .split_once('[')
        .and_then(|(_, rest)| rest.split_once(']'));
    if let Some((inside, _)) = inside {
        return inside.split(',').map(|item| scalar(item.trim())).collect();
    }
    let items = lines.map_while(|line| line.trim_start().strip_prefix("- "));
    items
        .map(|item| scalar(item.strip_prefix("name:").unwrap_or(item).trim()))
        .collect()
}

/// The items of a map in braces, `{a: b, c: d}`.
pub(crate) fn map(value: &str) -> Vec<(String, String)> {
    let inside = value
        .trim()
        .strip_prefix('{')
        .and_then(|rest| rest.split('}').next());
    let pairs = inside.unwrap_or_default().split(',');
    pairs
        .filter_map(|pair| pair.split_once(':'))
        .map(|(key, value)| (key.trim().to_owned(), scalar(value.trim())))
        .collect()
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '-']).len()
}

/// What a value of one line says.
fn scalar(value: &str) -> String {
    match value.chars().next() {
        Some('\'') => {
            // Two quotes in a row are one in the text.
            let text = value[1..].replace("''", "\u{0}");
            let text = text.split('\'').next().unwrap_or_default();
            text.replace('\u{0}', "'")
        }
        Some('"') => value[1..].split('"').next().unwrap_or_default().to_owned(),
        _ => value
            .split(" #")
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned(),
    }
}
