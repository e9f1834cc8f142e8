//! The kinds of tokens.

use super::options::{Keyword, Keywords};

/// The kind of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Token {
    Illegal,
    End,
    Whitespace,
    Identifier,
    Package,
    Import,
    As,
    Default,
    Else,
    Not,
    Some,
    With,
    Null,
    True,
    False,
    Number,
    String,
    TemplatePart,
    TemplateEnd,
    RawTemplatePart,
    RawTemplateEnd,
    LeftBracket,
    RightBracket,
    LeftBrace,
    RightBrace,
    LeftParenthesis,
    RightParenthesis,
    Comma,
    Colon,
    Plus,
    Minus,
    Times,
    Divide,
    Remainder,
    /// `&`
    Intersect,
    /// `|`
    Bar,
    Unify,
    Equal,
    Assign,
    In,
    NotEqual,
    Greater,
    Less,
    GreaterEqual,
    LessEqual,
    Dot,
    Semicolon,
    Every,
    Contains,
    If,
    And,
    Or,
}

impl Token {
    /// How many kinds there are.
    pub(super) const COUNT: usize = Self::Or as usize + 1;

    /// OPA's name for it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Illegal => "illegal",
            Self::End => "eof",
            Self::Whitespace => "whitespace",
            Self::Identifier => "identifier",
            Self::Package => "package",
            Self::Import => "import",
            Self::As => "as",
            Self::Default => "default",
            Self::Else => "else",
            Self::Not => "not",
            Self::Some => "some",
            Self::With => "with",
            Self::Null => "null",
            Self::True => "true",
            Self::False => "false",
            Self::Number => "number",
            Self::String => "string",
            Self::TemplatePart => "template-string-part",
            Self::TemplateEnd => "template-string-end",
            Self::RawTemplatePart => "raw-template-string-part",
            Self::RawTemplateEnd => "raw-template-string-end",
            Self::LeftBracket => "[",
            Self::RightBracket => "]",
            Self::LeftBrace => "{",
            Self::RightBrace => "}",
            Self::LeftParenthesis => "(",
            Self::RightParenthesis => ")",
            Self::Comma => ",",
            Self::Colon => ":",
            Self::Plus => "plus",
            Self::Minus => "minus",
            Self::Times => "mul",
            Self::Divide => "div",
            Self::Remainder => "rem",
            Self::Intersect | Self::And => "and",
            Self::Bar | Self::Or => "or",
            Self::Unify => "eq",
            Self::Equal => "equal",
            Self::Assign => "assign",
            Self::In => "in",
            Self::NotEqual => "neq",
            Self::Greater => "gt",
            Self::Less => "lt",
            Self::GreaterEqual => "gte",
            Self::LessEqual => "lte",
            Self::Dot => ".",
            Self::Semicolon => ";",
            Self::Every => "every",
            Self::Contains => "contains",
            Self::If => "if",
        }
    }

    /// Whether it is a word of the language in every version.
    pub(super) const fn is_reserved(self) -> bool {
        matches!(
            self,
            Self::Package
                | Self::Import
                | Self::As
                | Self::Default
                | Self::Else
                | Self::Not
                | Self::Some
                | Self::With
                | Self::Null
                | Self::True
                | Self::False
        )
    }

    /// Whether errors call it a keyword.
    pub(super) const fn is_keyword(self) -> bool {
        self.is_reserved() || matches!(self, Self::In | Self::Every | Self::Contains | Self::If | Self::And | Self::Or)
    }

    /// The keyword whose name this token has: the signs `&` and `|` are named `and` and `or`.
    pub(super) const fn keyword_of_name(self) -> Option<Keyword> {
        match self {
            Self::In => Some(Keyword::In),
            Self::Every => Some(Keyword::Every),
            Self::Contains => Some(Keyword::Contains),
            Self::If => Some(Keyword::If),
            Self::And | Self::Intersect => Some(Keyword::And),
            Self::Or | Self::Bar => Some(Keyword::Or),
            _ => None,
        }
    }

    /// The token of an active keyword.
    pub(super) const fn of_keyword(keyword: Keyword) -> Self {
        match keyword {
            Keyword::In => Self::In,
            Keyword::Every => Self::Every,
            Keyword::Contains => Self::Contains,
            Keyword::If => Self::If,
            Keyword::Not => Self::Not,
            Keyword::And => Self::And,
            Keyword::Or => Self::Or,
        }
    }

    /// The token of a sign that is one byte, whatever follows it.
    pub(super) const fn of_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            b'[' => Self::LeftBracket,
            b']' => Self::RightBracket,
            b'{' => Self::LeftBrace,
            b'}' => Self::RightBrace,
            b'(' => Self::LeftParenthesis,
            b')' => Self::RightParenthesis,
            b',' => Self::Comma,
            b'+' => Self::Plus,
            b'-' => Self::Minus,
            b'*' => Self::Times,
            b'/' => Self::Divide,
            b'%' => Self::Remainder,
            b'&' => Self::Intersect,
            b'|' => Self::Bar,
            b';' => Self::Semicolon,
            b'.' => Self::Dot,
            _ => return None,
        })
    }

    /// The token of a word, with these keywords active.
    pub(super) fn of_word(word: &[u8], active: Keywords) -> Self {
        if word.len() < 2 || word.len() > 8 {
            return Self::Identifier;
        }
        match word {
            b"as" => Self::As,
            b"package" => Self::Package,
            b"import" => Self::Import,
            b"default" => Self::Default,
            b"else" => Self::Else,
            b"some" => Self::Some,
            b"with" => Self::With,
            b"null" => Self::Null,
            b"true" => Self::True,
            b"false" => Self::False,
            b"not" if active.contains(Keyword::Not) => Self::Not,
            b"in" if active.contains(Keyword::In) => Self::In,
            b"every" if active.contains(Keyword::Every) => Self::Every,
            b"contains" if active.contains(Keyword::Contains) => Self::Contains,
            b"if" if active.contains(Keyword::If) => Self::If,
            b"and" if active.contains(Keyword::And) => Self::And,
            b"or" if active.contains(Keyword::Or) => Self::Or,
            _ => Self::Identifier,
        }
    }
}
