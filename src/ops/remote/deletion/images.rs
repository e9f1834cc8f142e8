//! Deletes tags and manifests by the distribution protocol.

use super::survey::{Listed, siblings, survey};
use super::{Plan, Request, Way, check_siblings, left};
use crate::oci::{Digest, Reference, Target, is_tag, media_types};
use crate::ops::OpsError;
use crate::ops::remote::{PARALLEL, RemoteError};
use crate::registry::{Client, Distribution as _, RegistryError};
use futures_util::{StreamExt as _, stream};
use std::collections::BTreeMap;

/// The images a request means, as they were when it was planned.
#[derive(Debug)]
pub(super) struct Images {
    client: Client,
    /// By digest: whether it is an index, and its tags.
    groups: BTreeMap<Digest, Group>,
}

#[derive(Debug, Default, Clone)]
struct Group {
    is_index: bool,
    tags: Vec<String>,
}

impl Images {
    pub(super) async fn plan(client: Client, request: Request) -> Result<Plan, OpsError> {
        let reference = &request.reference;
        let mut images = Self { client, groups: BTreeMap::new() };
        let mut tags = Vec::new();
        if request.whole {
            for listed in survey(&images.client, reference).await? {
                if let Some(names) = listed.names {
                    let group = images.groups.entry(names.digest).or_default();
                    group.is_index = media_types::is_index(&names.media_type);
                    group.tags.push(listed.tag.clone());
                }
                tags.push(listed.tag);
            }
            if tags.is_empty() {
                return Err(RemoteError::NoTags { repository: reference.repository() }.into());
            }
        } else {
            let found = images.client.head_manifest(reference).await?;
            let found = found.ok_or_else(|| RemoteError::NotThere { name: reference.to_string() })?;
            let group = Group { is_index: media_types::is_index(&found.media_type), tags: Vec::new() };
            images.groups.insert(found.digest.clone(), group);
            if reference.digest().is_some() {
                tags = siblings(&images.client, reference, &found.digest).await?;
                check_siblings(&request, found.digest.as_str(), &tags, None)?;
            }
        }
        let digests = images.groups.keys().map(ToString::to_string).collect();
        Ok(Plan { request, digests, tags, way: Way::Images(images) })
    }

    /// The other names of the one image that was asked for.
    pub(super) async fn siblings(&self, reference: &Reference) -> Result<Vec<String>, RemoteError> {
        match self.groups.keys().next() {
            Some(digest) => siblings(&self.client, reference, digest).await,
            None => Ok(Vec::new()),
        }
    }

    /// Deletes, and gives the further tags that went, and whether images went at all.
    pub(super) async fn delete(&self, request: &Request) -> Result<(Vec<String>, bool), OpsError> {
        match (request.whole, request.reference.target(), self.groups.keys().next()) {
            (true, ..) => Ok((self.delete_all(&request.reference).await?, true)),
            (false, Target::Tag(_), Some(digest)) => Ok(self.delete_tag(request, digest).await?),
            (false, Target::Digest(digest), _) => Ok((self.delete_image(request, digest, None).await?, true)),
            (false, Target::Tag(_), None) => Err(RemoteError::NotThere { name: request.reference.to_string() }.into()),
        }
    }

    /// Deletes a tag alone, else its image.
    async fn delete_tag(&self, request: &Request, digest: &Digest) -> Result<(Vec<String>, bool), RemoteError> {
        let reference = &request.reference;
        self.check_same(reference, digest).await?;
        match self.client.delete_manifest(reference).await {
            Ok(()) => {
                self.check_gone(reference, vec![reference.clone()], digest).await?;
                Ok((Vec::new(), false))
            }
            Err(error) if is_of_tags(&error) => Ok((self.delete_image(request, digest, Some(error)).await?, true)),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes an image with all its names, and gives them but for the one that was asked for.
    async fn delete_image(
        &self,
        request: &Request,
        digest: &Digest,
        refusal: Option<RegistryError>,
    ) -> Result<Vec<String>, RemoteError> {
        let reference = &request.reference;
        let siblings = siblings(&self.client, reference, digest).await?;
        check_siblings(request, digest.as_str(), &siblings, refusal)?;
        // Looking at the other tags takes a while.
        self.check_same(reference, digest).await?;
        let image = reference.with_digest(digest.clone());
        self.client.delete_manifest(&image).await.map_err(|error| deletion_off(reference, error))?;
        let others = siblings.iter().filter_map(|tag| reference.with_tag(tag).ok());
        let mut names: Vec<Reference> = others.collect();
        names.push(reference.clone());
        self.untag(&names, digest).await?;
        self.check_gone(reference, names, digest).await?;
        Ok(siblings)
    }

    /// Deletes every image of a repository that has a tag, and gives the tags.
    async fn delete_all(&self, repository: &Reference) -> Result<Vec<String>, RemoteError> {
        // A registry may keep what an index names.
        let (indexes, images): (Vec<_>, Vec<_>) = self.groups.iter().partition(|(_, group)| group.is_index);
        let mut waiting = indexes.into_iter().chain(images);
        let all = self.groups.len();
        let mut done = 0;
        // One alone first: a registry that deletes nothing says so before anything is half done.
        for part in [1, usize::MAX] {
            let part: Vec<_> = waiting.by_ref().take(part).collect();
            let mut outcomes = stream::iter(part)
                .map(|(digest, group)| self.delete_group(repository, digest, group))
                .buffered(if done == 0 { 1 } else { PARALLEL });
            while let Some(outcome) = outcomes.next().await {
                match outcome {
                    Ok(()) => done += 1,
                    Err(cause) if done == 0 => return Err(cause),
                    Err(cause) => {
                        let repository = repository.repository();
                        return Err(RemoteError::Partly { repository, done, all, cause: Box::new(cause) });
                    }
                }
            }
        }
        let tags: Vec<String> = self.groups.values().flat_map(|group| group.tags.clone()).collect();
        let left = left(async || -> Result<_, RemoteError> {
            let left = survey(&self.client, repository).await?;
            let named = |listed: &Listed| listed.names.is_some() || !is_tag(&listed.tag);
            Ok(left.into_iter().filter(named).map(|listed| listed.tag).collect())
        });
        let left = left.await?;
        if left.is_empty() { Ok(tags) } else { Err(still_there(repository, left)) }
    }

    /// Deletes one image of a repository; where its tags stand in the way, or stay, they are deleted too.
    async fn delete_group(&self, repository: &Reference, digest: &Digest, group: &Group) -> Result<(), RemoteError> {
        let image = repository.with_digest(digest.clone());
        let tags: Vec<Reference> = group.tags.iter().filter_map(|tag| repository.with_tag(tag).ok()).collect();
        match self.client.delete_manifest(&image).await {
            Ok(()) | Err(RegistryError::NotFound { .. }) => {}
            Err(RegistryError::Refused { status: 400 | 409, .. }) => {
                for tag in &tags {
                    gone(self.client.delete_manifest(tag).await)?;
                }
                gone(self.client.delete_manifest(&image).await)?;
            }
            Err(error) => return Err(deletion_off(repository, error)),
        }
        self.untag(&tags, digest).await
    }

    /// Takes tags away that still name an image that was deleted: some registries keep them, and the image with them.
    async fn untag(&self, names: &[Reference], digest: &Digest) -> Result<(), RemoteError> {
        for name in names {
            if self.names(name, digest).await? {
                match self.client.delete_manifest(name).await {
                    Ok(()) | Err(RegistryError::NotFound { .. }) => {}
                    // The last look at what is left tells it.
                    Err(error) if is_of_tags(&error) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(())
    }

    async fn names(&self, name: &Reference, digest: &Digest) -> Result<bool, RemoteError> {
        Ok(self.client.head_manifest(name).await?.is_some_and(|found| found.digest == *digest))
    }

    /// That a name still means what it meant when it was asked about.
    async fn check_same(&self, reference: &Reference, digest: &Digest) -> Result<(), RemoteError> {
        match self.client.head_manifest(reference).await? {
            Some(now) if now.digest == *digest => Ok(()),
            now => Err(RemoteError::moved(reference, digest, now.as_ref().map(|now| &now.digest))),
        }
    }

    /// That names no longer mean an image.
    async fn check_gone(
        &self,
        repository: &Reference,
        names: Vec<Reference>,
        digest: &Digest,
    ) -> Result<(), RemoteError> {
        let left = left(async || -> Result<_, RemoteError> {
            let mut left = Vec::new();
            for name in &names {
                if self.names(name, digest).await? {
                    left.push(name.target_text().to_owned());
                }
            }
            Ok(left)
        });
        let left = left.await?;
        if left.is_empty() { Ok(()) } else { Err(still_there(repository, left)) }
    }
}

/// Whether a registry refused to delete because it was by a tag: docker-registry 2 says that a tag is no digest, others that
/// they do not do this, and some do not know the way.
fn is_of_tags(error: &RegistryError) -> bool {
    matches!(
        error,
        RegistryError::Refused { status: 400 | 405, .. }
            | RegistryError::NotFound { .. }
            | RegistryError::ServerError { status: 501, .. }
    )
}

/// What was to be deleted and is not there is as good as deleted.
fn gone(outcome: Result<(), RegistryError>) -> Result<(), RegistryError> {
    match outcome {
        Err(RegistryError::NotFound { .. }) => Ok(()),
        other => other,
    }
}

/// A refusal to delete by digest, which every registry that deletes at all takes.
fn deletion_off(reference: &Reference, error: RegistryError) -> RemoteError {
    match error {
        RegistryError::Refused { status: 405, .. } | RegistryError::ServerError { status: 501, .. } => {
            RemoteError::DeletionOff { registry: reference.registry().to_owned(), cause: Box::new(error) }
        }
        other => other.into(),
    }
}

fn still_there(repository: &Reference, tags: Vec<String>) -> RemoteError {
    RemoteError::StillThere { repository: repository.repository(), tags }
}
