//! The syntax of Rego as OPA 1.22.2 has it: tokens, the tree, and the errors of a text that is no module.

mod error;
mod json;
mod location;
mod module;
mod options;
mod tree;

pub use error::{Details, ParseError};
pub use json::{Annotations, Include, Layout, write_json};
pub use location::{LineTable, Location, Span};
pub use module::Module;
pub use options::{Features, Keyword, Keywords, Options, RegoVersion};
pub use tree::{
    Body, Comment, Expression, ExpressionId, ExpressionKind, Head, Import, List, Logical, Package, Part, Rule, RuleId,
    Statement, Term, TermId, TermKind, Text, With,
};
