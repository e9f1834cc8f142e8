//! The facts this program keeps, run against the built binary.

// A test may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::print_stderr)]

mod asking;
mod build;
mod checking;
mod copying;
mod credentials;
mod damage;
mod evaluating;
mod floors;
mod go_cli;
mod hostile;
mod journeys;
mod migrating;
mod moving;
mod opa_cases;
mod packages;
mod peers;
mod reaching;
mod recorded_runs;
mod registries;
mod rego;
mod remote_deletion;
mod remote_listing;
mod screens;
#[cfg(unix)]
mod sessions;
mod support;
mod testing;
mod transfers;
mod usage;
