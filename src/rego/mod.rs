//! Rego, the policy language: text read into a tree with every place kept.

pub mod metadata;
pub mod syntax;
