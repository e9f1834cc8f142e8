//! The facts this program keeps, run against the built binary.

// A test may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::print_stderr)]

mod build;
mod copying;
mod damage;
mod floors;
mod go_cli;
mod journeys;
mod moving;
mod opa_cases;
mod peers;
mod registries;
mod support;
mod transfers;
mod usage;
