//! What annotations need of Rego itself: terms in texts.

/// Reads a term that stands alone in a text.
pub trait Terms {
    /// The one term of a text.
    ///
    /// # Errors
    /// OPA's words for a text that is no term: `failed to parse term: …`, `expected exactly one term but got: …` or
    /// `expected term but got …`.
    fn read(&self, text: &str) -> Result<Term, String>;
}

/// A term read from a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// What it is.
    pub shape: Shape,
    /// As OPA writes it; empty for a ref, which no message shows.
    pub text: String,
    /// The parts of a ref; of anything else the term itself.
    pub parts: Reference,
}

/// The kinds of terms annotations tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A variable.
    Variable,
    /// A string.
    String,
    /// A ref.
    Reference,
    /// Anything else.
    Other,
}

/// A ref in an annotation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reference {
    /// Its head and what follows.
    pub parts: Vec<Part>,
}

/// One part of a ref.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// OPA's name of its kind: `var`, `string`, `number` …
    pub kind: &'static str,
    /// Its value, as JSON.
    pub value: String,
    /// Its row in the text of the ref, counted from 1.
    pub row: u32,
    /// Its column in code points, counted from 1.
    pub column: u32,
    /// The piece of the text it was read from.
    pub text: String,
}

impl Reference {
    /// Whether it begins with a variable.
    pub(super) fn begins_with(&self, variable: &str) -> bool {
        self.parts.first().is_some_and(|part| part.kind == "var" && part.value == format!("\"{variable}\""))
    }
}
