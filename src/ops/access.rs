//! Which credential would be used for a registry, and whether the registry lets it in.

use super::{OpsError, Remote};
use crate::keychain::Kind;

/// What is asked about.
#[derive(Debug)]
pub struct Question {
    /// The registry.
    pub registry: String,
    /// The path of a repository in it, or none.
    pub path: Option<String>,
    /// Whether the repository is to be written too.
    pub push: bool,
}

/// The credential that would be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// The user, where it names one.
    pub username: Option<String>,
    /// What kind of credential it is.
    pub kind: Kind,
    /// Where it is, in words.
    pub source: String,
}

/// The credential commands would use; `None` when they would ask as nobody.
///
/// # Errors
/// A place that cannot be read.
pub fn used(remote: &Remote, question: &Question) -> Result<Option<Used>, OpsError> {
    let found = remote.keychain.find(&question.registry, question.path.as_deref().unwrap_or_default())?;
    Ok(found.map(|found| Used {
        username: found.login.username().map(str::to_owned),
        kind: found.login.kind(),
        source: found.origin,
    }))
}

/// Asks the registry whether it lets whoever would ask in.
///
/// # Errors
/// When it does not, or cannot be asked.
pub async fn check(remote: &Remote, question: &Question) -> Result<(), OpsError> {
    let Some(path) = &question.path else {
        return Ok(remote.client(&question.registry)?.check_login().await?);
    };
    let client = remote.client_at(&question.registry, path)?;
    client.check_pull(path).await?;
    if question.push {
        client.check_push(path).await?;
    }
    Ok(())
}
