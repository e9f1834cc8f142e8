//! The reader of Rego beside OPA.

mod cases;
mod differential;
mod mutation;
mod print;
mod reading;
mod trees;
