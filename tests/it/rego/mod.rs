//! The reader of Rego beside OPA.

mod cases;
mod differential;
mod mutation;
mod reading;
mod trees;
