//! A private home, the binary run in it, and servers to talk to.

mod answering;
mod background;
mod certificates;
mod counter;
mod deleting;
mod echo;
mod foreign;
mod github;
mod peer;
mod pushing;
mod registry;
mod sandbox;
#[cfg(unix)]
mod terminal;
mod tls_front;
mod token_server;
mod tunnel;

pub use answering::{Answer, Answering, Asked};
pub use background::{Task, runtime};
pub use certificates::{Authority, Identity};
pub use counter::{Counted, Counter};
pub use deleting::deleting;
pub use echo::{Echo, Request};
pub use foreign::{Foreign, Setup};
pub use github::{GitHub, TOKEN, USER};
pub use peer::find;
pub use pushing::push;
pub use registry::Registry;
pub use sandbox::{Run, Sandbox};
#[cfg(unix)]
pub use terminal::Terminal;
pub use tls_front::TlsFront;
pub use token_server::TokenServer;
pub use tunnel::Tunnel;
