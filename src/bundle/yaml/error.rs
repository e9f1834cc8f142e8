//! What can be wrong with a YAML text.

/// A YAML text that does not read, or says what JSON cannot, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct YamlError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub fault: YamlFault,
}

/// What is wrong at one place of a YAML text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum YamlFault {
    /// The parser's words.
    #[error("{0}")]
    Syntax(String),
    /// Bytes that are no text.
    #[error("the text is not UTF-8")]
    NotUtf8,
    /// A character YAML has no place for.
    #[error("control characters are not allowed")]
    ControlCharacter,
    /// A key that is null.
    #[error("null cannot be a key")]
    NullKey,
    /// A key that is itself made of parts.
    #[error("a list or a map cannot be a key")]
    CollectionKey,
    /// A key with an explicit `!!timestamp`.
    #[error("a point in time cannot be a key")]
    TimestampKey,
    /// `<<` with something else than maps.
    #[error("a merge key wants a map or a list of maps")]
    BadMerge,
    /// An alias inside its own anchor.
    #[error("the anchor contains itself")]
    SelfReference,
    /// Aliases that make the document many times larger.
    #[error("aliases make the document too large")]
    TooMuchAliasing,
    /// An explicit tag that does not fit its value.
    #[error("`{value}` is no {tag}")]
    TagMismatch {
        /// The value as typed.
        value: String,
        /// The tag, such as `!!int`.
        tag: &'static str,
    },
    /// `.inf`, `-.inf` or `.nan` as a value.
    #[error("JSON has no {0}")]
    NotANumber(&'static str),
    /// Lists and maps nested deeper than is allowed.
    #[error("nested deeper than {limit} levels")]
    TooDeep {
        /// How deep they may be.
        limit: usize,
    },
}
