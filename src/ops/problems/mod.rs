//! What is wrong with modules, and what people need to see of it.

mod check;
mod excerpt;
mod near_names;
mod other_places;
mod read;

pub(super) use check::check_program;
pub use excerpt::{Excerpt, Line, Mark};
pub(super) use read::{Text, of_module, read};

use serde_json::Value;

/// One error of a module, or of all of them together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// OPA's code; none for what is wrong with a bundle.
    pub code: Option<&'static str>,
    /// OPA's text.
    pub message: String,
    /// What messages call the module, where the error belongs to one.
    pub file: Option<String>,
    /// The row and column OPA tells, where it tells some.
    pub place: Option<(u32, u32)>,
    /// What OPA tells besides, as `opa check --format json` prints it.
    pub details: Option<Value>,
    /// The same for people, line by line.
    pub lines: Vec<String>,
    /// The lines it is about: first those of the error itself, then those of other modules.
    pub excerpts: Vec<Excerpt>,
    /// What may help to find a way out.
    pub clue: Clue,
}

/// What is known of a way out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Clue {
    /// Whether the module reads as Rego of before OPA 1.0.
    pub reads_as_v0: bool,
    /// Whether the module is read as Rego of before OPA 1.0.
    pub is_v0: bool,
    /// The keyword that the word at fault comes near.
    pub near_keyword: Option<&'static str>,
    /// The names there are, of which the author may have meant one; nearest first.
    pub near_names: Vec<String>,
}

impl Problem {
    /// Whether it says that there may be more errors than are told.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        self.place.is_none() && self.message == "error limit reached"
    }

    /// An error that belongs to no module and has no code.
    #[must_use]
    pub fn of_bundle(message: String) -> Self {
        Self {
            code: None,
            message,
            file: None,
            place: None,
            details: None,
            lines: Vec::new(),
            excerpts: Vec::new(),
            clue: Clue::default(),
        }
    }
}
