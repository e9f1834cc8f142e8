//! The syntax of Rego as OPA 1.22.2 has it: tokens, the tree, and the errors of a text that is no module.

mod annotations;
mod assemble;
mod builtins;
mod digits;
mod error;
mod json;
mod lexer;
mod location;
mod module;
mod options;
mod parse;
mod parser;
mod token;
mod tree;

pub use error::{Details, ParseError};
pub use json::{Include, Layout, WriteError, write_json};
pub use location::{LineTable, Location, Span};
pub use module::Module;
pub use options::{Features, Keyword, Keywords, Options, RegoVersion};
pub use parse::parse;
pub use tree::{
    Body, Comment, Expression, ExpressionId, ExpressionKind, Head, Import, List, Logical, Package, Part, Rule, RuleId,
    Statement, Term, TermId, TermKind, Text, With,
};
