//! METADATA annotations of Rego modules, as OPA 1.22.2 reads them.
//!
//! A block begins with a comment `# METADATA` at the beginning of a line; the comments on the lines right below it, each
//! without `#` and one blank, are YAML. Blocks are read without the tree ([`read`]); [`attach`] then gives each the
//! statement below it.

mod annotation;
mod attach;
mod block;
mod decode;
mod escape;
mod fields;
mod json;
mod link;
mod members;
mod quote;
mod terms;
mod value;
mod yaml;

pub use annotation::{Annotation, Author, Compile, Place, RelatedResource, Schema, SchemaSource};
pub use attach::{Statement, StatementKind, attach, of_rules};
pub use block::{Comment, MetadataError, read};
pub use json::{JsonError, Locations};
pub use terms::{Part, Reference, Shape, Term, Terms};
pub use value::{Time, Value};

#[cfg(test)]
mod tests;

/// What go-yaml, OPA's reader of YAML, says of a text; `None` where all of its documents read.
#[must_use]
pub fn fault_in_yaml(text: &[u8]) -> Option<String> {
    let failure = yaml::fault(&yaml::text_of(text))?;
    Some(format!("yaml: {}", failure.0))
}
