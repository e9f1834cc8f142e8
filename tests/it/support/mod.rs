//! A private home, the binary run in it, and registries to talk to.

mod answering;
mod deleting;
mod github;
mod peer;
mod pushing;
mod registry;
mod sandbox;

pub use answering::{Answer, Answering, Asked};
pub use deleting::deleting;
pub use github::{GitHub, TOKEN, USER};
pub use peer::{docker_registry, find};
pub use pushing::push;
pub use registry::Registry;
pub use sandbox::{Run, Sandbox};
