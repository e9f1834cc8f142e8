//! The addresses of names.

use super::{Fault, Network};
use std::collections::BTreeSet;
use std::net::IpAddr;

impl Network {
    /// The addresses of a name, in words; an address is its own.
    pub(in crate::eval) fn addresses(&self, name: &str) -> Result<BTreeSet<IpAddr>, Fault> {
        self.wait(async {
            let found = tokio::net::lookup_host((name, 0)).await;
            let found = found.map_err(|_| Fault::Broken(format!("lookup {name}: no such host")))?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}
