//! A client of one registry with one credential.

use super::transport::Transport;
use super::{Asked, Credential, Existing, Fetched, RegistryError, Settings, Uploaded};
use crate::oci::{Descriptor, Digest, Reference};
use std::future::Future;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Is told how many bytes of a blob have moved so far. The number falls when a transfer starts anew.
pub type Progress = Arc<dyn Fn(u64) + Send + Sync>;

/// What a registry does for whoever moves images. Of a reference, only the path and the target count: which registry is
/// asked was decided when the client was made.
pub trait Distribution: Send + Sync {
    /// The manifest or index a reference names now: its type, digest and size. `None` when the registry has none.
    fn head_manifest(
        &self,
        reference: &Reference,
    ) -> impl Future<Output = Result<Option<Descriptor>, RegistryError>> + Send;

    /// The manifest or index a reference names now, as its bytes, which match the digest where the reference has one.
    /// What they say is unchecked, and an index is not descended into.
    fn get_manifest(&self, reference: &Reference) -> impl Future<Output = Result<Fetched, RegistryError>> + Send;

    /// Stores exactly these bytes as a manifest and returns their digest. Done only when the registry has confirmed it.
    fn put_manifest(
        &self,
        reference: &Reference,
        media_type: &str,
        bytes: &[u8],
    ) -> impl Future<Output = Result<Digest, RegistryError>> + Send;

    /// Whether a repository has a blob.
    fn head_blob(
        &self,
        repository: &Reference,
        digest: &Digest,
    ) -> impl Future<Output = Result<bool, RegistryError>> + Send;

    /// Writes a blob into `into`, on a thread of its own, and gives the writer back. Exactly `descriptor.size` bytes are
    /// written, or it is an error; whether they match the digest is for the writer to find out, as the bytes are hashed
    /// only once. After a broken connection the transfer goes on where it stopped.
    fn get_blob<W: Write + Send + 'static>(
        &self,
        repository: &Reference,
        descriptor: &Descriptor,
        into: W,
        progress: Progress,
    ) -> impl Future<Output = Result<W, RegistryError>> + Send;

    /// Stores a blob; one that the repository says it has is treated as `existing` says. `source` opens its content from
    /// the start, once for each try; it is read on a thread of its own. Done only when the registry has confirmed it.
    fn put_blob<R: Read + Send + 'static>(
        &self,
        repository: &Reference,
        descriptor: &Descriptor,
        existing: Existing,
        source: impl Fn() -> io::Result<R> + Send + Sync + 'static,
        progress: Progress,
    ) -> impl Future<Output = Result<Uploaded, RegistryError>> + Send;

    /// Makes a blob of one repository part of another, without sending it. `false` when the registry does not.
    fn mount_blob(
        &self,
        repository: &Reference,
        digest: &Digest,
        from: &Reference,
    ) -> impl Future<Output = Result<bool, RegistryError>> + Send;

    /// All tags of a repository, in the registry's order.
    fn tags(&self, repository: &Reference) -> impl Future<Output = Result<Vec<String>, RegistryError>> + Send;

    /// All repositories the registry lists, in its order.
    fn catalog(&self) -> impl Future<Output = Result<Vec<String>, RegistryError>> + Send;

    /// The manifests that refer to an image, from the registry's list or from the tag that stands for it in registries
    /// without one.
    fn referrers(
        &self,
        repository: &Reference,
        subject: &Digest,
    ) -> impl Future<Output = Result<Vec<Descriptor>, RegistryError>> + Send;

    /// Deletes what the reference names: a tag alone where the registry can do that, or a manifest with all its tags.
    fn delete_manifest(&self, reference: &Reference) -> impl Future<Output = Result<(), RegistryError>> + Send;
}

/// One registry, asked with one credential. Connections, the way to sign in, and tokens are kept; clones share them.
#[derive(Debug, Clone)]
pub struct Client {
    pub(super) transport: Arc<Transport>,
    /// Whether the registry has turned out to take blobs in chunks alone.
    pub(super) wants_chunks: Arc<AtomicBool>,
    /// Whether the registry has turned out to have no list of referrers.
    pub(super) lists_no_referrers: Arc<AtomicBool>,
}

impl Client {
    /// A client for a registry host, with its port if it has one, such as `ghcr.io` or `localhost:5000`. Nothing is sent
    /// yet.
    ///
    /// # Errors
    /// When the host, a certificate file or a proxy of the settings cannot be used.
    pub fn new(registry: &str, credential: Credential, settings: &Settings) -> Result<Self, RegistryError> {
        Self::with_origin(registry, credential, "", settings)
    }

    /// The same, where errors are to tell where the credential came from.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn with_origin(
        registry: &str,
        credential: Credential,
        origin: &str,
        settings: &Settings,
    ) -> Result<Self, RegistryError> {
        let transport = Arc::new(Transport::new(registry, credential, origin, settings)?);
        Ok(Self { transport, wants_chunks: Arc::default(), lists_no_referrers: Arc::default() })
    }

    /// Whether the registry has turned out to have no list of referrers of its own: what refers to an image is then found
    /// only by the tag that stands for such a list.
    #[must_use]
    pub fn lists_no_referrers(&self) -> bool {
        self.lists_no_referrers.load(Ordering::Relaxed)
    }

    /// The registry as it was named.
    #[must_use]
    pub fn registry(&self) -> &str {
        self.transport.home().named()
    }

    /// An error without the secrets a registry may have put into the names of hosts.
    pub(super) fn told<T>(&self, outcome: Result<T, RegistryError>) -> Result<T, RegistryError> {
        outcome.map_err(|mut error| {
            if let RegistryError::UntrustedRealm { realm: host, .. } | RegistryError::UntrustedLocation { host, .. } =
                &mut error
            {
                *host = self.transport.hide(host);
            }
            error
        })
    }

    pub(super) fn asked(&self, deed: impl Into<String>) -> Asked {
        Asked::new(self.registry(), deed).by(self.transport.sign_in().identity())
    }
}

impl Distribution for Client {
    async fn head_manifest(&self, reference: &Reference) -> Result<Option<Descriptor>, RegistryError> {
        self.told(self.describe_manifest(reference).await)
    }

    async fn get_manifest(&self, reference: &Reference) -> Result<Fetched, RegistryError> {
        self.told(self.fetch_manifest(reference).await)
    }

    async fn put_manifest(
        &self,
        reference: &Reference,
        media_type: &str,
        bytes: &[u8],
    ) -> Result<Digest, RegistryError> {
        self.told(self.store_manifest(reference, media_type, bytes).await)
    }

    async fn head_blob(&self, repository: &Reference, digest: &Digest) -> Result<bool, RegistryError> {
        self.told(self.has_blob(repository, digest).await)
    }

    async fn get_blob<W: Write + Send + 'static>(
        &self,
        repository: &Reference,
        descriptor: &Descriptor,
        into: W,
        progress: Progress,
    ) -> Result<W, RegistryError> {
        self.told(self.download(repository, descriptor, into, progress).await)
    }

    async fn put_blob<R: Read + Send + 'static>(
        &self,
        repository: &Reference,
        descriptor: &Descriptor,
        existing: Existing,
        source: impl Fn() -> io::Result<R> + Send + Sync + 'static,
        progress: Progress,
    ) -> Result<Uploaded, RegistryError> {
        self.told(self.upload(repository, descriptor, existing, source, progress).await)
    }

    async fn mount_blob(
        &self,
        repository: &Reference,
        digest: &Digest,
        from: &Reference,
    ) -> Result<bool, RegistryError> {
        self.told(self.mount(repository, digest, from).await)
    }

    async fn tags(&self, repository: &Reference) -> Result<Vec<String>, RegistryError> {
        self.told(self.list_tags(repository).await)
    }

    async fn catalog(&self) -> Result<Vec<String>, RegistryError> {
        self.told(self.list_repositories().await)
    }

    async fn referrers(&self, repository: &Reference, subject: &Digest) -> Result<Vec<Descriptor>, RegistryError> {
        self.told(self.list_referrers(repository, subject).await)
    }

    async fn delete_manifest(&self, reference: &Reference) -> Result<(), RegistryError> {
        self.told(self.remove_manifest(reference).await)
    }
}
