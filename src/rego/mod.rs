//! Rego, the policy language: text read into a tree with every place kept.

mod print;
pub mod syntax;

pub use print::print;
