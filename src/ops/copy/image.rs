//! One image from one repository to another: blobs, then manifests, the name last.

use super::pipe::{self, Damaged};
use super::{Copier, Done, Status};
use crate::oci::{Contents, Descriptor, Digest, Reference, Target};
use crate::ops::OpsError;
use crate::registry::{Client, Distribution as _, Existing, Fetched, RegistryError, Uploaded};
use futures_util::future::try_join_all;
use std::collections::HashSet;

/// How deep an index may nest in another.
const DEPTH_LIMIT: usize = 4;

/// The most manifests of one image.
const NODE_LIMIT: usize = 1000;

/// The two ends of one copy.
pub(super) struct Ends<'a> {
    pub(super) from: &'a Client,
    pub(super) to: &'a Client,
    /// A name in the repository that is read.
    pub(super) source: &'a Reference,
    /// A name in the repository that is written.
    pub(super) target: &'a Reference,
}

/// A manifest or index, with what it names.
pub(super) struct Node {
    fetched: Fetched,
    contents: Contents,
}

impl Node {
    pub(super) fn digest(&self) -> &Digest {
        &self.fetched.digest
    }
}

impl Copier {
    /// Makes `target` what `source` is.
    pub(super) async fn image(&self, source: &Reference, target: &Reference) -> Result<Done, OpsError> {
        let (from, to) = (self.from.of(source)?, self.to.of(target)?);
        let ends = Ends { from: &from, to: &to, source, target };
        let known_absent = !self.options.no_clobber && self.lists.target_lacks(target);
        let look = async { if known_absent { Ok(None) } else { to.head_manifest(target).await } };
        let (fetched, present) = tokio::try_join!(from.get_manifest(source), look)?;
        let digest = fetched.digest.clone();
        let done = |status, companions, bytes| Done { digest: digest.clone(), status, companions, bytes };
        let same = present.as_ref().is_some_and(|present| present.digest == digest);
        if present.is_some() && !same && self.options.no_clobber {
            return Ok(done(Status::Skipped, 0, 0));
        }
        if self.options.dry_run {
            return Ok(done(if same { Status::Exists } else { Status::Planned }, 0, 0));
        }
        let nodes = self.nodes(&ends, fetched).await?;
        let companions = match self.options.companions {
            true => self.companions(&ends, nodes.iter().map(Node::digest)).await?,
            false => super::companions::Companions::default(),
        };
        let mut bytes = 0;
        if !same {
            for node in nodes.iter().skip(1).rev() {
                bytes += self.node(&ends, node, &target.with_digest(node.digest().clone())).await?;
            }
        }
        let Some(top) = nodes.first() else { return Ok(done(Status::Exists, 0, bytes)) };
        if companions.is_empty() {
            if !same {
                bytes += self.node(&ends, top, target).await?;
            }
            return Ok(done(if same { Status::Exists } else { Status::Copied }, 0, bytes));
        }
        // Whoever sees the name finds everything that belongs to it.
        if !same {
            bytes += self.node(&ends, top, &target.with_digest(digest.clone())).await?;
        }
        let (copied, moved) = self.carry(&ends, companions).await?;
        bytes += moved;
        if !same && matches!(target.target(), Target::Tag(_)) {
            to.put_manifest(target, &top.fetched.media_type, &top.fetched.bytes).await?;
        }
        Ok(done(if same { Status::Exists } else { Status::Copied }, copied, bytes))
    }

    /// A manifest, and for an index all that it lists, parents first.
    pub(super) async fn nodes(&self, ends: &Ends<'_>, top: Fetched) -> Result<Vec<Node>, OpsError> {
        let mut nodes: Vec<Node> = Vec::new();
        let mut waiting = vec![(top, 0)];
        let mut seen = HashSet::new();
        while let Some((fetched, depth)) = waiting.pop() {
            let unusable = |cause| OpsError::Manifest { reference: ends.source.to_string(), cause };
            let contents = Contents::parse(&fetched.bytes, Some(&fetched.media_type)).map_err(unusable)?;
            if contents.blobs.iter().any(|blob| blob.other.contains_key("urls")) {
                return Err(OpsError::ForeignLayer { reference: ends.source.to_string() });
            }
            for child in &contents.manifests {
                if !seen.insert(child.digest.clone()) {
                    continue;
                }
                if depth == DEPTH_LIMIT || seen.len() > NODE_LIMIT {
                    return Err(OpsError::IndexTooLarge { reference: ends.source.to_string() });
                }
                let child = ends.source.with_digest(child.digest.clone());
                waiting.push((ends.from.get_manifest(&child).await?, depth + 1));
            }
            nodes.push(Node { fetched, contents });
        }
        Ok(nodes)
    }

    /// The blobs of one manifest, then the manifest as `name`; how many bytes of blobs were sent.
    pub(super) async fn node(&self, ends: &Ends<'_>, node: &Node, name: &Reference) -> Result<u64, OpsError> {
        let send = async |existing| {
            let sent = try_join_all(node.contents.blobs.iter().map(|blob| self.blob(ends, blob, existing))).await?;
            Ok::<u64, OpsError>(sent.into_iter().sum())
        };
        let put = || ends.to.put_manifest(name, &node.fetched.media_type, &node.fetched.bytes);
        let sent = send(Existing::Skip).await?;
        match put().await {
            Err(RegistryError::ManifestBlobUnknown { .. }) => {
                // The registry has forgotten a blob it claimed to have.
                let again = send(Existing::SendAgain).await?;
                put().await?;
                Ok(sent + again)
            }
            other => Ok(other.map(|_| sent)?),
        }
    }

    /// One blob, unless the target has it or can mount it; how many bytes were sent.
    async fn blob(&self, ends: &Ends<'_>, blob: &Descriptor, existing: Existing) -> Result<u64, OpsError> {
        if blob.size == 0 && !blob.digest.matches(b"") {
            return Err(OpsError::Content { reference: ends.source.repository(), digest: blob.digest.clone() });
        }
        let slot = self.known.slot(ends.target, &blob.digest);
        let mut there = slot.lock().await;
        if *there && existing == Existing::Skip {
            return Ok(0);
        }
        let sent = if existing == Existing::Skip && self.mounted(ends, blob).await? {
            0
        } else {
            let _turn = self.transfers.acquire().await;
            let content = pipe::source(ends.from.clone(), ends.source.clone(), blob.clone());
            let progress = self.meter.blob();
            match ends.to.put_blob(ends.target, blob, existing, content, progress).await {
                Ok(Uploaded::Sent) => blob.size,
                Ok(Uploaded::Existed) => 0,
                Err(error) => return Err(source_first(error, ends.source, blob)),
            }
        };
        *there = true;
        self.known.settle(ends.target, &blob.digest);
        Ok(sent)
    }

    /// Whether the target registry took the blob from a repository of its own.
    async fn mounted(&self, ends: &Ends<'_>, blob: &Descriptor) -> Result<bool, OpsError> {
        let same_registry = ends.source.registry() == ends.target.registry();
        let home = match self.known.home(ends.target, &blob.digest) {
            None if same_registry && ends.source.path() != ends.target.path() => ends.source.clone(),
            None => return Ok(false),
            Some(home) => home,
        };
        match ends.to.mount_blob(ends.target, &blob.digest, &home).await {
            Ok(mounted) => Ok(mounted),
            // A credential that may write here but not read there can still send the blob.
            Err(RegistryError::Unauthorized { .. } | RegistryError::Forbidden { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// The fault of the registry that was read, where that is what stopped the upload.
fn source_first(error: RegistryError, source: &Reference, blob: &Descriptor) -> OpsError {
    let RegistryError::Local { asked, cause } = error else { return error.into() };
    match cause.downcast::<RegistryError>() {
        Ok(theirs) => theirs.into(),
        Err(cause) if cause.get_ref().is_some_and(|inner| inner.is::<Damaged>()) => {
            OpsError::Content { reference: source.repository(), digest: blob.digest.clone() }
        }
        Err(cause) => RegistryError::Local { asked, cause }.into(),
    }
}
