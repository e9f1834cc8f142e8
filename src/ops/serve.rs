//! Runs a registry on this machine.

use super::OpsError;
use crate::server::{Folder, Memory, Server, Storage};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// Where the registry keeps what it is given.
#[derive(Debug, Clone)]
pub enum Place {
    /// In a folder.
    Folder(PathBuf),
    /// In memory, until it ends.
    Memory,
}

/// Opens a registry at an address; at 127.0.0.1 also at its sibling ::1, where there is one.
///
/// # Errors
/// An address that cannot be listened at, or a folder that cannot be used.
pub async fn bind(address: SocketAddr, place: &Place) -> Result<Server, OpsError> {
    let storage: Arc<dyn Storage> = match place {
        Place::Folder(folder) => Arc::new(Folder::open(folder)?),
        Place::Memory => Arc::new(Memory::default()),
    };
    Ok(if address.ip() == std::net::Ipv4Addr::LOCALHOST {
        Server::bind_loopback(address.port(), storage).await?
    } else {
        Server::bind(&[address], storage).await?
    })
}
