//! The syntax of Rego as OPA 1.22.2 has it: tokens, the tree, and the errors of a text that is no module.
//!
//! [`parse`] accepts what OPA accepts and tells the errors OPA tells, in OPA's order:
//!
//! - Reading stops at the first statement that is none; its errors, often two or three, are all told. Only a wrong import of
//!   `future` or `rego` and a missing value in a head do not stop it.
//! - Only a text that was read without error is looked at as a whole: first whether `package` comes first and each
//!   statement is a rule, then, since v1, each rule with its `else` parts for names that are keywords, a missing value, a
//!   missing `if`, a missing `contains`. These errors show no line.
//! - Columns count code points; `index` in [`Details`] counts bytes. The end of a text is where its last character is, a
//!   newline is column 0 of the next row, and a bad byte is the fault of the token before it.
//! - `in`, `if`, `contains`, `every` are keywords since v1; `and`, `or`, and `not` before a body since v2. Where they are
//!   not, imports make them so from the next token on.
//! - Nothing needs to stand between statements. An expression goes on over newlines before an infix operator; `(`, `[` and
//!   `.` have to touch what they follow. Behind `if`, one expression is tried first, and `{ … }` is a body only where that
//!   gives a set, or nothing.
//! - A text may be nested 100,000 calls of OPA's parser deep: 49,996 brackets, 33,330 objects, 12,499 parentheses.

mod annotations;
mod assemble;
mod builtins;
mod digits;
mod error;
mod json;
mod lexer;
mod literal;
mod location;
mod module;
mod nodes;
mod options;
mod parse;
mod parser;
mod statements;
mod text;
mod token;
mod tree;

#[cfg(test)]
mod tests;

pub use error::{Details, ParseError};
pub(super) use json::compare_numbers;
pub use json::{Include, Layout, WriteError, write_json};
pub use location::{LineTable, Location, Span};
pub use module::Module;
pub use nodes::Nodes;
pub use options::{Features, Keyword, Keywords, Options, RegoVersion};
pub use parse::{QueryError, count_tokens, parse, parse_query};
pub use statements::{Typed, TypedKind, TypedRule, TypedStatement, parse_statements};
pub use text::Written;
pub use text::quoted;
pub(crate) use text::{is_identifier, is_keyword, is_name, sign_of, write_part};
pub use tree::{
    Body, Comment, Entry, Expression, ExpressionId, ExpressionKind, Head, Import, List, Logical, Package, Part, Rule,
    RuleId, Statement, Term, TermId, TermKind, Text, With,
};
