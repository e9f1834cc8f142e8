//! What belongs to an image beside it: what refers to it, and cosign's tags.

use super::Copier;
use super::image::Ends;
use crate::oci::{Descriptor, Digest, Index, Reference, media_types};
use crate::ops::OpsError;
use crate::registry::{Distribution as _, RegistryError};
use futures_util::future::try_join_all;
use std::collections::{BTreeMap, HashSet};

/// The kinds of tags cosign makes beside an image.
const KINDS: [&str; 3] = ["sig", "att", "sbom"];

/// The most manifests that may refer to an image, directly or to one another.
const LIMIT: usize = 1000;

/// What belongs to an image.
#[derive(Debug, Default)]
pub(super) struct Companions {
    /// Manifests that refer to one of the image's, and to which.
    referrers: Vec<(Digest, Descriptor)>,
    /// Tags made of the digest of one of the image's manifests.
    tags: Vec<Reference>,
}

impl Companions {
    pub(super) fn is_empty(&self) -> bool {
        self.referrers.is_empty() && self.tags.is_empty()
    }
}

impl Copier {
    /// What belongs to the manifests of these digests.
    pub(super) async fn companions(
        &self,
        ends: &Ends<'_>,
        digests: impl Iterator<Item = &Digest>,
    ) -> Result<Companions, OpsError> {
        let mut found = Companions::default();
        for digest in digests {
            let (referrers, tags) = tokio::try_join!(self.referrers_of(ends, digest), self.cosign_tags(ends, digest))?;
            found.referrers.extend(referrers.into_iter().map(|referrer| (digest.clone(), referrer)));
            found.tags.extend(tags);
        }
        Ok(found)
    }

    /// What refers to a manifest. Where only a tag can tell, the list of tags tells whether to look for it.
    async fn referrers_of(&self, ends: &Ends<'_>, digest: &Digest) -> Result<Vec<Descriptor>, OpsError> {
        if ends.from.lists_no_referrers()
            && let Some(listed) = self.lists.of_source(ends.source)
            && !listed.contains(&digest.as_str().replace(':', "-"))
        {
            return Ok(Vec::new());
        }
        Ok(ends.from.referrers(ends.source, digest).await?)
    }

    /// The tags cosign made of a digest: looked up in the list of tags where there is one.
    async fn cosign_tags(&self, ends: &Ends<'_>, digest: &Digest) -> Result<Vec<Reference>, OpsError> {
        let name = digest.as_str().replace(':', "-");
        let candidates = KINDS.iter().filter_map(|kind| ends.source.with_tag(&format!("{name}.{kind}")).ok());
        if let Some(listed) = self.lists.of_source(ends.source) {
            return Ok(candidates.filter(|tag| tag.tag().is_some_and(|tag| listed.contains(tag))).collect());
        }
        let looked = candidates.map(async |tag| {
            let there = ends.from.head_manifest(&tag).await?.is_some();
            Ok::<_, OpsError>(there.then_some(tag))
        });
        Ok(try_join_all(looked).await?.into_iter().flatten().collect())
    }

    /// Copies what belongs to an image: how many manifests there are, and how many bytes of blobs were sent.
    pub(super) async fn carry(&self, ends: &Ends<'_>, companions: Companions) -> Result<(usize, u64), OpsError> {
        let (mut count, mut bytes) = (0, 0);
        for tag in &companions.tags {
            bytes += self.cosign_tag(ends, tag).await?;
            count += 1;
        }
        let mut seen = HashSet::new();
        let mut by_subject: BTreeMap<Digest, Vec<Descriptor>> = BTreeMap::new();
        let mut waiting = companions.referrers;
        while let Some((subject, referrer)) = waiting.pop() {
            let digest = referrer.digest.clone();
            by_subject.entry(subject).or_default().push(referrer);
            if !seen.insert(digest.clone()) {
                continue;
            }
            if seen.len() > LIMIT {
                return Err(OpsError::IndexTooLarge { reference: ends.source.to_string() });
            }
            bytes += self.referrer(ends, &digest).await?;
            count += 1;
            let further = self.referrers_of(ends, &digest).await?;
            waiting.extend(further.into_iter().map(|referrer| (digest.clone(), referrer)));
        }
        for (subject, referrers) in by_subject {
            self.list_referrers(ends, &subject, referrers).await?;
        }
        Ok((count, bytes))
    }

    /// One manifest that refers to another; nothing is done where it is there.
    async fn referrer(&self, ends: &Ends<'_>, digest: &Digest) -> Result<u64, OpsError> {
        let slot = self.known.slot(ends.target, digest);
        let mut there = slot.lock().await;
        let target = ends.target.with_digest(digest.clone());
        if *there || ends.to.head_manifest(&target).await?.is_some() {
            *there = true;
            return Ok(0);
        }
        let fetched = ends.from.get_manifest(&ends.source.with_digest(digest.clone())).await?;
        let mut bytes = 0;
        for node in self.nodes(ends, fetched).await?.iter().rev() {
            bytes += self.node(ends, node, &target.with_digest(node.digest().clone())).await?;
        }
        *there = true;
        Ok(bytes)
    }

    async fn cosign_tag(&self, ends: &Ends<'_>, source: &Reference) -> Result<u64, OpsError> {
        let Some(tag) = source.tag() else { return Ok(0) };
        let target = ends.target.with_tag(tag)?;
        let (fetched, present) = tokio::try_join!(ends.from.get_manifest(source), ends.to.head_manifest(&target))?;
        if present.is_some_and(|present| present.digest == fetched.digest) {
            return Ok(0);
        }
        let nodes = self.nodes(ends, fetched).await?;
        let mut bytes = 0;
        for (index, node) in nodes.iter().enumerate().rev() {
            let name = if index == 0 { target.clone() } else { target.with_digest(node.digest().clone()) };
            bytes += self.node(ends, node, &name).await?;
        }
        Ok(bytes)
    }

    /// Sees to it that the target lists what refers to an image: a registry without a list of its own gets the tag that
    /// stands for it (distribution-spec, "Pushing Manifests with Subject").
    async fn list_referrers(
        &self,
        ends: &Ends<'_>,
        subject: &Digest,
        referrers: Vec<Descriptor>,
    ) -> Result<(), OpsError> {
        let tag = ends.target.with_tag(&subject.as_str().replace(':', "-"))?;
        let slot = self.known.slot(ends.target, subject);
        let _turn = slot.lock().await;
        let listed = ends.to.referrers(ends.target, subject).await?;
        let has = |list: &[Descriptor], one: &Descriptor| list.iter().any(|other| other.digest == one.digest);
        let missing: Vec<Descriptor> = referrers.into_iter().filter(|referrer| !has(&listed, referrer)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let mut index = match ends.to.get_manifest(&tag).await {
            Ok(found) if media_types::is_index(&found.media_type) => {
                serde_json::from_slice(&found.bytes).map_err(|cause: serde_json::Error| OpsError::Manifest {
                    reference: tag.to_string(),
                    cause: cause.into(),
                })?
            }
            Ok(_) | Err(RegistryError::NotFound { .. }) => Index::default(),
            Err(error) => return Err(error.into()),
        };
        for referrer in missing {
            if !has(&index.manifests, &referrer) {
                index.manifests.push(referrer);
            }
        }
        let bytes = serde_json::to_vec(&index)
            .map_err(|cause| OpsError::Manifest { reference: tag.to_string(), cause: cause.into() })?;
        ends.to.put_manifest(&tag, media_types::INDEX, &bytes).await?;
        Ok(())
    }
}
