//! The reader of Rego beside OPA.

mod cases;
mod depth;
mod differential;
mod mutation;
mod print;
mod reading;
mod trees;
