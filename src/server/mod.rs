//! A small OCI registry (distribution-spec v1.1) over axum, for `policy serve` and for tests.

mod answer;
mod blobs;
mod body;
mod document;
mod guard;
mod limits;
mod listen;
mod listings;
mod manifests;
mod names;
mod range;
mod received;
mod referrers;
mod refusal;
mod route;
mod router;
mod sessions;
mod socket;
mod storage;
mod stream;
#[cfg(test)]
mod testing;
mod uploads;

pub use listen::{Server, ServerError};
pub use names::{NameError, RepositoryName, Tag};
pub use router::router;
pub use storage::{Blob, Content, Folder, Kind, Memory, NewManifest, Storage, StorageError, Upload};
