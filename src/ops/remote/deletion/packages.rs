//! Deletes versions of packages, and packages, at GitHub.

use super::{Plan, Request, Way, check_siblings, left};
use crate::oci::{Reference, Target};
use crate::ops::OpsError;
use crate::ops::remote::{RemoteError, Side, package_of};
use crate::registry::{GitHub, GitHubError, Owner, Version};

/// A package, and the version that a request means, as they were when it was planned.
#[derive(Debug)]
pub(super) struct Packages {
    github: GitHub,
    owner: Owner,
    name: String,
    version: Option<Version>,
}

impl Packages {
    pub(super) async fn plan(side: &Side, request: Request) -> Result<Plan, OpsError> {
        let reference = &request.reference;
        let (account, name) = package_of(reference)?;
        let github = side.github()?;
        let (owner, versions) = github.find_versions(account, name).await?;
        let name = name.to_owned();
        if request.whole {
            let digests = versions.iter().map(|version| version.digest.clone()).collect();
            let tags = versions.into_iter().flat_map(|version| version.tags).collect();
            let way = Way::Packages(Box::new(Self { github, owner, name, version: None }));
            return Ok(Plan { request, digests, tags, way });
        }
        let version = versions.iter().find(|version| is_named(version, reference)).cloned();
        let version = version.ok_or_else(|| RemoteError::NotThere { name: reference.to_string() })?;
        let siblings: Vec<String> =
            version.tags.iter().filter(|tag| reference.tag() != Some(tag.as_str())).cloned().collect();
        let tagged = versions.iter().filter(|version| !version.tags.is_empty()).count();
        if !version.tags.is_empty() && tagged == 1 {
            return Err(github.last_tag(&owner, &name, &version).into());
        }
        check_siblings(&request, &version.digest, &siblings, None)?;
        let digests = vec![version.digest.clone()];
        let way = Way::Packages(Box::new(Self { github, owner, name, version: Some(version) }));
        Ok(Plan { request, digests, tags: siblings, way })
    }

    pub(super) async fn delete(&self, request: &Request) -> Result<(), OpsError> {
        let reference = &request.reference;
        let Some(version) = &self.version else {
            self.github.delete_package(&self.owner, &self.name).await?;
            let left = left(async || -> Result<_, GitHubError> {
                match self.github.versions(&self.owner, &self.name).await {
                    Ok(versions) => Ok(versions.into_iter().flat_map(|version| version.tags).collect::<Vec<_>>()),
                    Err(GitHubError::NotFound { .. }) => Ok(Vec::new()),
                    Err(error) => Err(error),
                }
            });
            return still_there(reference, left.await?);
        };
        let now = self.find(reference).await?;
        if now.as_ref() != Some(version) {
            let (name, was) = (reference.to_string(), version.digest.clone());
            return Err(RemoteError::Moved { name, was, is: now.map(|now| now.digest) }.into());
        }
        self.github.delete_version(&self.owner, &self.name, version).await?;
        let left = left(async || -> Result<_, GitHubError> {
            let found = self.find(reference).await?.filter(|found| found.id == version.id);
            Ok(found.map(|_| reference.target_text().to_owned()).into_iter().collect())
        });
        still_there(reference, left.await?)
    }

    async fn find(&self, reference: &Reference) -> Result<Option<Version>, GitHubError> {
        let versions = self.github.versions(&self.owner, &self.name).await?;
        Ok(versions.into_iter().find(|version| is_named(version, reference)))
    }
}

/// Whether a reference names a version: by one of its tags, letter for letter, or by its digest.
fn is_named(version: &Version, reference: &Reference) -> bool {
    match reference.target() {
        Target::Tag(tag) => version.tags.contains(tag),
        Target::Digest(digest) => version.digest == digest.as_str(),
    }
}

fn still_there(reference: &Reference, tags: Vec<String>) -> Result<(), OpsError> {
    if tags.is_empty() {
        return Ok(());
    }
    Err(RemoteError::StillThere { repository: reference.repository(), tags }.into())
}
