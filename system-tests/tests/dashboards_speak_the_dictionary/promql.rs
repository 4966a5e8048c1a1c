//! Which metrics and labels a query of PromQL names. What else is wrong with it, promtool and
//! Prometheus say.

use crate::words::{Matcher, Piece, matcher, pieces};

/// The names in a query.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Names<'q> {
    /// Each metric with its matchers. Without a name it is "".
    pub(crate) metrics: Vec<(&'q str, Vec<Matcher<'q>>)>,
    /// The labels of `by`, `on` and their like.
    pub(crate) groupings: Vec<&'q str>,
}

const GROUPINGS: [&str; 6] = [
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "group_right",
];
const OPERATORS: [&str; 8] = [
    "and", "or", "unless", "offset", "bool", "atan2", "inf", "nan",
];

pub(crate) fn names(query: &str) -> Names<'_> {
    let pieces = pieces(query, ":");
    let mut names = Names::default();
    let mut at = 0;
    while let Some(&piece) = pieces.get(at) {
        at += 1;
        let next = pieces.get(at).copied();
        match piece {
            Piece::Word(word) if GROUPINGS.contains(&word) => {
                if next == Some(Piece::Sign('(')) {
                    let inside = until(&pieces[at + 1..], ')');
                    names.groupings.extend(inside.iter().filter_map(word_of));
                    at += inside.len() + 2;
                }
            }
            Piece::Word(word) if OPERATORS.contains(&word) => {}
            // A function, or an aggregation with its labels before its bracket.
            Piece::Word(_) if is_called(next) => {}
            Piece::Word(word) => {
                if next == Some(Piece::Sign('{')) {
                    at += 1;
                    names.metrics.push((word, matchers(&pieces[at..], &mut at)));
                } else {
                    names.metrics.push((word, Vec::new()));
                }
            }
            Piece::Sign('{') => {
                let found = matchers(&pieces[at..], &mut at);
                names.metrics.push(("", found));
            }
            Piece::Text(_) | Piece::Number | Piece::Sign(_) => {}
        }
    }
    names
}

fn is_called(next: Option<Piece<'_>>) -> bool {
    matches!(next, Some(Piece::Sign('(') | Piece::Word("by" | "without")))
}

fn word_of<'q>(piece: &Piece<'q>) -> Option<&'q str> {
    match piece {
        Piece::Word(word) => Some(word),
        _ => None,
    }
}

fn until<'p, 'q>(pieces: &'p [Piece<'q>], end: char) -> &'p [Piece<'q>] {
    let is_end = |piece: &Piece<'_>| *piece == Piece::Sign(end);
    let length = pieces.iter().position(is_end);
    &pieces[..length.unwrap_or(pieces.len())]
}

/// The matchers up to the closing brace; moves `at` behind it.
pub(crate) fn matchers<'q>(pieces: &[Piece<'q>], at: &mut usize) -> Vec<Matcher<'q>> {
    let inside = until(pieces, '}');
    *at += inside.len() + 1;
    let one = |pieces: &[Piece<'q>]| matcher(pieces);
    inside
        .split(|piece| *piece == Piece::Sign(','))
        .filter_map(one)
        .collect()
}
