//! Who may see a repository.

use super::{RemoteError, Side, package_of};
use crate::oci::Reference;
use crate::ops::OpsError;
use crate::registry::OwnerKind;
use std::convert::Infallible;

/// Why it cannot be changed from here whether everybody may see a repository, which is so for all registries: the protocol
/// has no request for it, and GitHub's API none either.
///
/// # Errors
/// Always.
pub fn set_public(side: &Side, repository: &Reference) -> Result<Infallible, OpsError> {
    if !side.is_github(repository.registry()) {
        let reason =
            format!("{}: OCI registries have no request that changes who may see a repository", repository.registry());
        return Err(RemoteError::VisibilityFixed { reason, pages: Vec::new() }.into());
    }
    let (owner, name) = package_of(repository)?;
    let user = side.account()?.and_then(|account| account.username);
    let kinds = match user {
        Some(user) if user.eq_ignore_ascii_case(owner) => vec![OwnerKind::User],
        Some(_) => vec![OwnerKind::Organization],
        None => vec![OwnerKind::User, OwnerKind::Organization],
    };
    let pages = kinds.into_iter().map(|kind| side.github.settings_page(kind, owner, name)).collect();
    let reason = "GitHub's API has no request that changes who may see a package".to_owned();
    Err(RemoteError::VisibilityFixed { reason, pages }.into())
}
