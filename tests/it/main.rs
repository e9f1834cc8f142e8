//! The facts this program keeps, run against the built binary.
