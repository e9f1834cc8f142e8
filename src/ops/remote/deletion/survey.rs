//! The tags of a repository, and what they name.

use crate::oci::{Descriptor, Digest, Index, Reference, is_tag, media_types};
use crate::ops::remote::{PARALLEL, RemoteError};
use crate::registry::{Client, Distribution as _, RegistryError};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

/// A tag that a registry lists.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) tag: String,
    /// What it names; `None` for a text that is no tag, which is never asked for.
    pub(super) names: Option<Descriptor>,
}

/// The other tags that name the same image, or an index that holds it. A text that is no tag may be one too.
pub(super) async fn siblings(
    client: &Client,
    reference: &Reference,
    digest: &Digest,
) -> Result<Vec<String>, RemoteError> {
    let mut siblings = Vec::new();
    for listed in survey(client, reference).await? {
        let shares = match &listed.names {
            None => !is_tag(&listed.tag),
            Some(names) => names.digest == *digest || holds(client, reference, names, digest).await?,
        };
        if shares && reference.tag() != Some(listed.tag.as_str()) {
            siblings.push(listed.tag);
        }
    }
    Ok(siblings)
}

/// Whether something is an index with an image in it.
async fn holds(
    client: &Client,
    repository: &Reference,
    index: &Descriptor,
    digest: &Digest,
) -> Result<bool, RemoteError> {
    if !media_types::is_index(&index.media_type) {
        return Ok(false);
    }
    let fetched = client.get_manifest(&repository.with_digest(index.digest.clone())).await?;
    let index: Option<Index> = serde_json::from_slice(&fetched.bytes).ok();
    Ok(index.is_some_and(|index| index.manifests.iter().any(|entry| entry.digest == *digest)))
}

/// All tags of a repository and what they name. Tags that name nothing are left out.
pub(super) async fn survey(client: &Client, repository: &Reference) -> Result<Vec<Listed>, RemoteError> {
    let mut tags = match client.tags(repository).await {
        Err(RegistryError::NotFound { .. }) => Vec::new(),
        other => other?,
    };
    tags.sort_unstable();
    tags.dedup();
    let listed = stream::iter(tags).map(|tag| async {
        let Ok(reference) = repository.with_tag(&tag) else { return Ok(Some(Listed { tag, names: None })) };
        let found = client.head_manifest(&reference).await?;
        Ok::<_, RegistryError>(found.map(|found| Listed { tag, names: Some(found) }))
    });
    let listed: Vec<Option<Listed>> = listed.buffered(PARALLEL).try_collect().await?;
    Ok(listed.into_iter().flatten().collect())
}
