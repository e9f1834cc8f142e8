//! Lists the repositories of a registry and their tags.

use super::{PARALLEL, RemoteError, Side, is_attachment, package_of};
use crate::oci::{Digest, Reference, is_repository_path, is_tag};
use crate::ops::OpsError;
use crate::registry::{Distribution as _, GitHub, GitHubError, RegistryError, Version};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

/// Docker Hub, whose registry has no list of repositories.
const DOCKER_HUB: &str = "docker.io";

/// The longest text from a registry that is taken for the name of a repository, in bytes.
const NAME_LIMIT: usize = 4096;

/// Which of the tags are wanted.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Repositories without tags too.
    pub empty: bool,
    /// Tags of signatures and other attachments too.
    pub attachments: bool,
    /// Only repositories that everybody may see.
    pub public: bool,
}

/// A tag of a repository, or a repository without tags.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// The registry and the path. The path is the registry's word.
    pub repository: String,
    /// The tag: the registry's word.
    pub tag: Option<String>,
    /// The image, where the registry tells it with its tags.
    pub digest: Option<Digest>,
    /// Whether everybody may see it, where the registry tells.
    pub public: Option<bool>,
    /// Whether repository and tag make a reference. Others are shown, and nothing else is done with them.
    pub sound: bool,
}

/// What a registry lists.
#[derive(Debug)]
pub struct Listing {
    /// The tags, by repository and tag.
    pub rows: Vec<Row>,
    /// Repositories whose tags this account may not see, and what the registry said.
    pub closed: Vec<(String, RegistryError)>,
}

/// The tags of one repository.
#[derive(Debug)]
pub struct Tags {
    /// The repository.
    pub repository: String,
    /// Its tags, sorted.
    pub tags: Vec<String>,
}

/// A tag, and what GitHub tells with it.
struct Tagged {
    tag: String,
    digest: Option<Digest>,
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
    if registry == DOCKER_HUB {
        return Err(RemoteError::CannotList { registry: registry.to_owned(), cause: None }.into());
    }
    let client = side.client(registry)?;
    let mut paths = client.catalog().await.map_err(|error| unlisted(registry, error))?;
    if let Some(organization) = organization {
        let prefix = format!("{organization}/");
        paths.retain(|path| path.starts_with(&prefix));
    }
    paths.retain(|path| path.len() <= NAME_LIMIT);
    paths.sort_unstable();
    paths.dedup();
    let client = &client;
    let found: Vec<_> = stream::iter(paths)
        .map(|path| async move {
            let reference = repository(registry, &path);
            let tags = match &reference {
                Some(reference) => client.tags(reference).await,
                None => Ok(Vec::new()),
            };
            match tags {
                Ok(tags) => Ok((path, reference.is_some(), Ok(tags))),
                Err(RegistryError::NotFound { .. }) => Ok((path, true, Ok(Vec::new()))),
                Err(error @ (RegistryError::Unauthorized { .. } | RegistryError::Forbidden { .. })) => {
                    Ok((path, true, Err(error)))
                }
                Err(error) => Err(error),
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
        tagged.into_iter().map(|tagged| tagged.tag).filter(|tag| attachments || !is_attachment(tag)).collect();
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
    let listed = side.client(repository.registry())?.tags(repository).await;
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

impl Listing {
    fn add(&mut self, repository: &str, sound: bool, tags: Vec<Tagged>, public: Option<bool>, wanted: Wanted) {
        if wanted.public && public != Some(true) {
            return;
        }
        let row = |tag, digest, sound| Row { repository: repository.to_owned(), tag, digest, public, sound };
        let before = self.rows.len();
        for tagged in tags.into_iter().filter(|tagged| wanted.attachments || !is_attachment(&tagged.tag)) {
            let sound = sound && is_tag(&tagged.tag);
            self.rows.push(row(Some(tagged.tag), tagged.digest, sound));
        }
        if self.rows.len() == before && (wanted.empty || !sound) {
            self.rows.push(row(None, None, sound));
        }
    }

    fn sorted(mut self) -> Self {
        self.rows.sort_unstable();
        self.rows.dedup();
        self
    }
}

/// A repository that a registry has named, unless the name is none.
fn repository(registry: &str, path: &str) -> Option<Reference> {
    if !is_repository_path(path) {
        return None;
    }
    Reference::parse(&format!("{registry}/{path}")).ok().filter(|reference| reference.path() == path)
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

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Wanted = Wanted { empty: true, attachments: true, public: false };

    fn listed(names: &[&str], wanted: Wanted) -> Vec<(Option<String>, bool)> {
        let mut listing = Listing { rows: Vec::new(), closed: Vec::new() };
        let tags = names.iter().map(|tag| Tagged { tag: (*tag).to_owned(), digest: None }).collect();
        listing.add("r/a", true, tags, None, wanted);
        listing.sorted().rows.into_iter().map(|row| (row.tag, row.sound)).collect()
    }

    #[test]
    fn a_name_that_is_none_is_never_made_a_request() {
        for bad in ["", "../x", "A", "a//b", "a b", "a?x", "a:1", "a@sha256:0", "a/\u{1b}[31m", "/a", "a/"] {
            assert!(repository("r.example", bad).is_none(), "{bad:?}");
        }
        assert_eq!(repository("localhost:5000", "hello").unwrap().repository(), "localhost:5000/hello");
        assert!(repository("r.example", &"a".repeat(300)).is_none());
    }

    #[test]
    fn tags_that_are_none_are_shown_as_such() {
        assert_eq!(
            listed(&["2", "1", "a b", "2"], ALL),
            [(Some("1".to_owned()), true), (Some("2".to_owned()), true), (Some("a b".to_owned()), false)]
        );
    }

    #[test]
    fn a_repository_of_attachments_alone_is_empty_unless_they_are_wanted() {
        let signature = format!("sha256-{}.sig", "a".repeat(64));
        let few = Wanted { empty: false, attachments: false, public: false };
        assert_eq!(listed(&[&signature], few), []);
        assert_eq!(listed(&[&signature], Wanted { empty: true, ..few }), [(None, true)]);
        assert_eq!(listed(&[&signature], Wanted { attachments: true, ..few }), [(Some(signature.clone()), true)]);
    }
}
