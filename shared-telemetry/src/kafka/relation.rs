//! How a consumer's spans relate to their producer's.

use std::fmt;
use std::str::FromStr;

/// How a consumer's spans relate to the span that sent the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Relation {
    /// A new trace that links to the producer.
    #[default]
    Link,
    /// The producer's trace goes on: its span is the parent of the process span, and is linked
    /// too, as the conventions ask.
    Parent,
}

/// A word that is no relation.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected link or parent")]
pub struct UnknownRelation;

impl FromStr for Relation {
    type Err = UnknownRelation;

    fn from_str(word: &str) -> Result<Self, UnknownRelation> {
        match word.to_ascii_lowercase().as_str() {
            "link" => Ok(Self::Link),
            "parent" => Ok(Self::Parent),
            _ => Err(UnknownRelation),
        }
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Link => "link",
            Self::Parent => "parent",
        })
    }
}
