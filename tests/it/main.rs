//! The facts this program keeps, run against the built binary.

mod build;
mod damage;
mod floors;
mod go_cli;
mod journeys;
mod peers;
mod support;
mod usage;
