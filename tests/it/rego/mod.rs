//! The reader of Rego beside OPA.

mod cases;
mod reading;
