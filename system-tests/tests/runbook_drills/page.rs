//! What a runbook promises that its drill prints.

use std::path::Path;

/// The drill of one page of `runbooks/`.
pub(crate) struct Drill {
    page: &'static str,
    text: String,
}

impl Drill {
    /// # Panics
    /// When the page has no drill.
    pub(crate) fn of(page: &'static str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runbooks");
        let text = std::fs::read_to_string(path.join(page)).unwrap();
        let drill = text.split("\n## ").find(|part| part.starts_with("Drill"));
        let text = drill.unwrap_or_else(|| panic!("{page} has no drill"));
        Self {
            page,
            text: text.to_owned(),
        }
    }

    /// Whether `printed` has the words with which the page shows it. What the drill of the page does
    /// not say is not the page's symptom.
    #[track_caller]
    pub(crate) fn shows(&self, words: &str, printed: &str) {
        let Self { page, text } = self;
        assert!(
            text.contains(words),
            "the drill of {page} does not show {words:?}"
        );
        assert!(
            printed.contains(words),
            "{page} shows {words:?}, and the drill printed:\n{printed}"
        );
    }

    /// The values of the `--set` of its commands, in their order.
    pub(crate) fn settings(&self) -> Vec<String> {
        let words = self
            .text
            .split_whitespace()
            .map(|word| word.trim_end_matches(';'));
        let pairs = words.clone().zip(words.skip(1));
        let set = pairs.filter(|(before, value)| *before == "--set" && value.contains('='));
        set.map(|(_, value)| value.to_owned()).collect()
    }
}
