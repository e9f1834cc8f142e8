//! The reader and the check of Rego beside OPA.

mod cases;
mod depth;
mod differential;
mod mutation;
mod print;
mod programs;
mod reading;
mod recorded;
mod slips;
mod stock;
mod trees;
