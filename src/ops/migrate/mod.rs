//! Moves all that an account has from one registry to another.

mod account;
mod list;
mod store;

pub use account::Account;
pub use list::{Line, lines};
pub use store::{Stored, push_stored, stored};

use super::OpsError;
use super::copy::{Copier, Pair, Selection};
use super::remote::Side;
use super::remote::listing::paths;
use crate::oci::Reference;
use crate::registry::RegistryError;
use futures_util::StreamExt as _;
use std::num::NonZeroUsize;

/// A repository to move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Where it is.
    pub source: Reference,
    /// Where it is to be.
    pub target: Reference,
    /// The one tag to move, where only one is meant.
    pub tag: Option<String>,
}

/// A repository whose tags cannot be moved, and why.
#[derive(Debug)]
pub struct Unlisted {
    /// The repository.
    pub repository: String,
    /// What its registry said.
    pub error: OpsError,
}

/// The repositories of an account, as the registry lists them; where it lists none, the account's name is taken for that
/// of one repository.
///
/// # Errors
/// A registry that neither lists its repositories nor has one of that name.
pub async fn repositories(
    side: &Side,
    copier: &Copier,
    source: &Account,
    target: &Account,
) -> Result<Vec<Move>, OpsError> {
    let listed = match paths(side, source.registry(), source.owner()).await {
        Ok(listed) => listed,
        Err(error @ (OpsError::Remote(_) | OpsError::GitHub(_))) => {
            let Some(one) = source.itself() else { return Err(error) };
            return match copier.tags(&one, &Selection::default()).await {
                Ok(_) => Ok(vec![itself(source, target)?]),
                Err(_) => Err(error),
            };
        }
        Err(other) => return Err(other),
    };
    let mut moves = Vec::new();
    for path in listed {
        match source.within(&path) {
            None => {}
            Some("") => moves.push(itself(source, target)?),
            Some(rest) => {
                moves.push(Move { source: source.repository(rest)?, target: target.repository(rest)?, tag: None });
            }
        }
    }
    Ok(moves)
}

/// The account as one repository.
fn itself(source: &Account, target: &Account) -> Result<Move, OpsError> {
    match (source.itself(), target.itself()) {
        (Some(source), Some(target)) => Ok(Move { source, target, tag: None }),
        _ => Err(OpsError::Usage("name the repository, or the account, that is to take what is moved".to_owned())),
    }
}

/// Every image of the repositories, and the repositories whose tags are not to be had.
pub async fn images(
    copier: &Copier,
    moves: Vec<Move>,
    selection: &Selection,
    jobs: NonZeroUsize,
) -> (Vec<Pair>, Vec<Unlisted>) {
    let listing = moves.into_iter().map(async |one| {
        let tags = match &one.tag {
            Some(tag) => one.source.with_tag(tag).map(|reference| vec![reference]).map_err(OpsError::from),
            None => copier.tags(&one.source, selection).await,
        };
        (one, tags)
    });
    let mut lists = futures_util::stream::iter(listing).buffered(jobs.get());
    let (mut pairs, mut unlisted) = (Vec::new(), Vec::new());
    while let Some((one, tags)) = lists.next().await {
        match tags.and_then(|tags| tags.into_iter().map(|source| paired(source, &one.target)).collect()) {
            Ok::<Vec<Pair>, _>(more) => pairs.extend(more),
            // A repository that was deleted meanwhile has nothing to move.
            Err(OpsError::Registry(RegistryError::NotFound { .. })) if one.tag.is_none() => {}
            Err(error) => unlisted.push(Unlisted { repository: one.source.repository(), error }),
        }
    }
    (pairs, unlisted)
}

/// The same tag or digest in another repository.
fn paired(source: Reference, repository: &Reference) -> Result<Pair, OpsError> {
    let target = match (source.tag(), source.digest()) {
        (Some(tag), _) => repository.with_tag(tag)?,
        (None, Some(digest)) => repository.with_digest(digest.clone()),
        (None, None) => repository.clone(),
    };
    Ok(Pair { source, target })
}
