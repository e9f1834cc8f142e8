//! The clients of the registries a long piece of work talks to, each made once.

use super::{OpsError, Remote};
use crate::keychain::Found;
use crate::oci::Reference;
use crate::registry::Client;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Clients by repository, since some credentials are for one repository alone; where the credential is the same, so is the
/// client, with its connections and tokens.
#[derive(Debug)]
pub(super) struct Clients {
    remote: Remote,
    made: Mutex<Made>,
}

#[derive(Debug, Default)]
struct Made {
    by_repository: HashMap<(String, String), Client>,
    by_credential: Vec<(String, Option<Found>, Client)>,
}

impl Clients {
    pub(super) fn new(remote: Remote) -> Self {
        Self { remote, made: Mutex::default() }
    }

    /// The client for the repository of a reference.
    pub(super) fn of(&self, reference: &Reference) -> Result<Client, OpsError> {
        self.at(reference.registry(), reference.path())
    }

    /// The client for a registry as a whole.
    pub(super) fn whole(&self, registry: &str) -> Result<Client, OpsError> {
        self.at(registry, "")
    }

    fn at(&self, registry: &str, path: &str) -> Result<Client, OpsError> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (registry.to_owned(), path.to_owned());
        if let Some(client) = made.by_repository.get(&key) {
            return Ok(client.clone());
        }
        let found = self.remote.find(registry, path)?;
        let same = made.by_credential.iter().find(|(known, same, _)| known == registry && *same == found);
        let client = match same {
            Some((_, _, client)) => client.clone(),
            None => {
                let client = self.remote.connect(registry, found.as_ref())?;
                made.by_credential.push((registry.to_owned(), found, client.clone()));
                client
            }
        };
        made.by_repository.insert(key, client.clone());
        Ok(client)
    }
}
