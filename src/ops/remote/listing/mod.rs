//! Lists the repositories of a registry and their tags.

mod rows;

pub use rows::{Listing, Row, Wanted};

use super::{PARALLEL, RemoteError, Side, package_of};
use crate::oci::{Digest, Reference};
use crate::ops::OpsError;
use crate::ops::attachment::attached_to;
use crate::registry::{Distribution as _, GitHub, GitHubError, RegistryError, Version};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use rows::{Tagged, repository};

/// Docker Hub, whose registry has no list of repositories.
const DOCKER_HUB: &str = "docker.io";

/// The longest text from a registry that is taken for the name of a repository, in bytes.
const NAME_LIMIT: usize = 4096;

/// The tags of one repository.
#[derive(Debug)]
pub struct Tags {
    /// The repository.
    pub repository: String,
    /// Its tags, sorted.
    pub tags: Vec<String>,
}

/// Lists all repositories, or those of an organisation.
///
/// # Errors
/// A registry that does not list, and whatever it refuses. A repository that vanishes meanwhile is an empty one.
pub async fn repositories(
    side: &Side,
    registry: &str,
    organization: Option<&str>,
    wanted: Wanted,
) -> Result<Listing, OpsError> {
    if side.is_github(registry) {
        return packages(side, registry, organization, wanted).await;
    }
    if wanted.public {
        return Err(RemoteError::VisibilityUnknown { registry: registry.to_owned() }.into());
    }
    let found: Vec<_> = stream::iter(catalog(side, registry, organization).await?)
        .map(|path| async move {
            let reference = repository(registry, &path);
            let tags = match &reference {
                Some(reference) => side.client(reference)?.tags(reference).await,
                None => Ok(Vec::new()),
            };
            match tags {
                Ok(tags) => Ok((path, reference.is_some(), Ok(tags))),
                Err(RegistryError::NotFound { .. }) => Ok((path, true, Ok(Vec::new()))),
                Err(error @ (RegistryError::Unauthorized { .. } | RegistryError::Forbidden { .. })) => {
                    Ok((path, true, Err(error)))
                }
                Err(error) => Err(OpsError::from(error)),
            }
        })
        .buffered(PARALLEL)
        .try_collect()
        .await?;
    let mut listing = Listing { rows: Vec::new(), closed: Vec::new() };
    for (path, sound, tags) in found {
        let name = format!("{registry}/{path}");
        match tags {
            Ok(tags) => {
                let tags = tags.into_iter().map(|tag| Tagged { tag, digest: None }).collect();
                listing.add(&name, sound, tags, None, wanted);
            }
            Err(error) => listing.closed.push((name, error)),
        }
    }
    Ok(listing.sorted())
}

/// The paths of all repositories of a registry, or of those of an organisation, without their tags.
///
/// # Errors
/// As [`repositories`].
pub async fn paths(side: &Side, registry: &str, organization: Option<&str>) -> Result<Vec<String>, OpsError> {
    if !side.is_github(registry) {
        return catalog(side, registry, organization).await;
    }
    let (_, packages) = side.github()?.packages(organization, false).await?;
    Ok(packages.into_iter().map(|package| package.path).collect())
}

/// What the registry's own list says, each path once.
async fn catalog(side: &Side, registry: &str, organization: Option<&str>) -> Result<Vec<String>, OpsError> {
    if registry == DOCKER_HUB {
        return Err(RemoteError::CannotList { registry: registry.to_owned(), cause: None }.into());
    }
    let mut paths = side.whole(registry)?.catalog().await.map_err(|error| unlisted(registry, error))?;
    if let Some(organization) = organization {
        let prefix = format!("{organization}/");
        paths.retain(|path| path == organization || path.starts_with(&prefix));
    }
    paths.retain(|path| path.len() <= NAME_LIMIT);
    paths.sort_unstable();
    paths.dedup();
    Ok(paths)
}

/// Lists the tags of one repository as [`repositories`] does those of all.
///
/// # Errors
/// When there is no such repository, or the registry refuses.
pub async fn one_repository(side: &Side, repository: &Reference, wanted: Wanted) -> Result<Listing, OpsError> {
    let (tags, public) = tagged(side, repository, true).await?;
    if wanted.public && public.is_none() {
        return Err(RemoteError::VisibilityUnknown { registry: repository.registry().to_owned() }.into());
    }
    let mut listing = Listing { rows: Vec::new(), closed: Vec::new() };
    listing.add(&repository.repository(), true, tags, public, wanted);
    Ok(listing.sorted())
}

/// The tags of a repository; those of attachments too, if wanted.
///
/// # Errors
/// When there is no such repository, or the registry refuses.
pub async fn tags(side: &Side, repository: &Reference, attachments: bool) -> Result<Tags, OpsError> {
    let (tagged, _) = tagged(side, repository, false).await?;
    let mut tags: Vec<String> =
        tagged.into_iter().map(|tagged| tagged.tag).filter(|tag| attachments || attached_to(tag).is_none()).collect();
    tags.sort_unstable();
    tags.dedup();
    Ok(Tags { repository: repository.repository(), tags })
}

/// The tags of a repository, and who may see it. GitHub's API tells more than its registry, but needs a token that reaches
/// as far as it; where that one does not, the registry may still answer.
async fn tagged(
    side: &Side,
    repository: &Reference,
    visibility: bool,
) -> Result<(Vec<Tagged>, Option<bool>), OpsError> {
    let mut refused = None;
    if side.is_github(repository.registry())
        && let Some(github) = side.github_if_signed_in()?
    {
        match of_package(&github, repository, visibility).await {
            Err(OpsError::GitHub(error @ GitHubError::Denied { status: 403, .. })) => refused = Some(error),
            other => return other,
        }
    }
    let listed = side.client(repository)?.tags(repository).await;
    match (listed, refused) {
        (Ok(tags), _) => Ok((tags.into_iter().map(|tag| Tagged { tag, digest: None }).collect(), None)),
        (Err(_), Some(refused)) => Err(refused.into()),
        (Err(error), None) => Err(error.into()),
    }
}

async fn of_package(
    github: &GitHub,
    repository: &Reference,
    visibility: bool,
) -> Result<(Vec<Tagged>, Option<bool>), OpsError> {
    let (account, name) = package_of(repository)?;
    let (owner, versions) = github.find_versions(account, name).await?;
    let public = match visibility {
        true => github.package(&owner, name).await.ok().and_then(|package| package.public),
        false => None,
    };
    Ok((tags_of(versions), public))
}

async fn packages(
    side: &Side,
    registry: &str,
    organization: Option<&str>,
    wanted: Wanted,
) -> Result<Listing, OpsError> {
    let github = side.github()?;
    let (owner, packages) = github.packages(organization, wanted.public).await?;
    let (github, owner) = (&github, &owner);
    let found: Vec<_> = stream::iter(packages)
        .map(|package| async move {
            if repository(registry, &package.path).is_none() {
                return Ok((package, Vec::new(), false));
            }
            match github.versions(owner, &package.name).await {
                Ok(versions) => Ok((package, tags_of(versions), true)),
                Err(GitHubError::NotFound { .. }) => Ok((package, Vec::new(), true)),
                Err(error) => Err(error),
            }
        })
        .buffered(PARALLEL)
        .try_collect()
        .await?;
    let mut listing = Listing { rows: Vec::new(), closed: Vec::new() };
    for (package, tags, sound) in found {
        listing.add(&format!("{registry}/{}", package.path), sound, tags, package.public, wanted);
    }
    Ok(listing.sorted())
}

fn tags_of(versions: Vec<Version>) -> Vec<Tagged> {
    let tags = versions.into_iter().flat_map(|version| {
        let digest: Option<Digest> = version.digest.parse().ok();
        version.tags.into_iter().map(move |tag| Tagged { tag, digest: digest.clone() })
    });
    tags.collect()
}

/// What a refusal of the list of repositories means: the registry has none, or not for this account.
fn unlisted(registry: &str, error: RegistryError) -> OpsError {
    let refused = matches!(
        error,
        RegistryError::Unauthorized { .. }
            | RegistryError::Forbidden { .. }
            | RegistryError::NotFound { .. }
            | RegistryError::Refused { .. }
            | RegistryError::ServerError { status: 501, .. }
    );
    if refused {
        return RemoteError::CannotList { registry: registry.to_owned(), cause: Some(Box::new(error)) }.into();
    }
    error.into()
}
