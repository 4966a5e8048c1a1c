//! Text that others wrote, made safe and short enough for a terminal.

/// `text` with everything escaped that could move the cursor, change colours, or reorder the line:
/// a span name comes from whoever sent the span.
pub(crate) fn printable(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for char in text.chars() {
        if char.is_control() || reorders(char) {
            safe.extend(char.escape_default());
        } else {
            safe.push(char);
        }
    }
    safe
}

/// Marks of bidirectional text and line separators, which are not "control" to Unicode.
fn reorders(char: char) -> bool {
    matches!(char, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// At most `width` characters of `text`; the last one is `…` when something was cut.
pub(crate) fn clip(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept = text.chars().take(width.saturating_sub(1));
    kept.chain((width > 0).then_some('…')).collect()
}

/// [`clip`]ped, then filled with spaces to exactly `width` characters.
pub(crate) fn column(text: &str, width: usize) -> String {
    format!("{:<width$}", clip(text, width))
}

/// A time of so many nanoseconds, with three significant digits or so.
pub(crate) fn duration(nanos: u64) -> String {
    let float = nanos as f64;
    match nanos {
        0..1_000 => format!("{nanos} ns"),
        1_000..1_000_000 => format!("{:.1} µs", float / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} ms", float / 1e6),
        1_000_000_000..60_000_000_000 => format!("{:.2} s", float / 1e9),
        _ => format!(
            "{}m {:02}s",
            nanos / 60_000_000_000,
            nanos / 1_000_000_000 % 60
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_escape_sequences_cannot_reach_the_terminal() {
        assert_eq!(
            printable("GET\u{1b}[2J\n\u{202e}/x ü"),
            "GET\\u{1b}[2J\\n\\u{202e}/x ü"
        );
    }

    #[test]
    fn a_long_text_is_cut_to_its_column() {
        assert_eq!(column("reserve", 10), "reserve   ");
        assert_eq!(column("reserve_inventory", 10), "reserve_i…");
        assert_eq!(clip("äöü", 3), "äöü");
        assert_eq!(clip("abc", 0), "");
    }

    #[test]
    fn durations_are_told_in_the_unit_that_fits() {
        let told = [812, 41_200, 41_234_567, 1_234_000_000, 123_000_000_000].map(duration);
        assert_eq!(told, ["812 ns", "41.2 µs", "41.2 ms", "1.23 s", "2m 03s"]);
    }
}
