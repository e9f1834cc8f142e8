//! What is told of the way to an answer.

use crate::eval::{Event, Kept, traced};
use crate::ui::traces;
use clap::ValueEnum;

/// What is told of the way to an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Explain {
    Off,
    Full,
    Notes,
    Fails,
    Debug,
}

impl Explain {
    /// The word for it.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Full => "full",
            Self::Notes => "notes",
            Self::Fails => "fails",
            Self::Debug => "debug",
        }
    }

    /// The events it shows.
    pub(super) const fn kept(self) -> Option<Kept> {
        match self {
            Self::Off => None,
            Self::Full | Self::Debug => Some(Kept::All),
            Self::Notes => Some(Kept::Notes),
            Self::Fails => Some(Kept::Fails),
        }
    }

    /// The one of a word, or OPA's message.
    pub(super) fn read(word: &str) -> Result<Self, String> {
        Self::value_variants().iter().copied().find(|mode| mode.as_str() == word).ok_or_else(|| {
            let all: Vec<&str> = Self::value_variants().iter().map(|mode| mode.as_str()).collect();
            format!("invalid explain mode, expected one of: {}", all.join(", "))
        })
    }
}

/// Events, a line each.
pub(super) fn trace(events: &[Event]) -> String {
    traces::lines(&traced(events)).into_iter().map(|line| line + "\n").collect()
}
