//! Rego, the policy language: text read into a tree with every place kept.

pub mod capabilities;
pub mod check;
mod layout;
pub mod metadata;
mod print;
pub mod syntax;
pub mod types;

pub use layout::layout;
pub use print::print;
