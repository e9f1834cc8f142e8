//! The tar.gz of a bundle, both ways.

mod gzip;
mod header;
mod limits;
mod meter;
mod pack;
mod read;
mod walk;

pub use limits::Limits;
pub use read::ReadError;
pub use walk::{ArchiveError, Entry, LimitExceeded, copy_tar, entries};

#[cfg(test)]
mod tests;
