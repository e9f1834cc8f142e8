//! A private home, the binary run in it, and registries to talk to.

mod echo;
mod peer;
mod registry;
mod sandbox;

pub use echo::{Echo, Request};
pub use peer::{docker_registry, find};
pub use registry::Registry;
pub use sandbox::{Run, Sandbox};
