//! Copies images from registry to registry, past the local store.

mod companions;
mod image;
mod known;
mod lists;
mod meter;
mod pipe;
mod select;

pub use meter::Meter;
pub use select::Selection;

use super::attachment::attached_to;
use super::clients::Clients;
use super::{OpsError, Remote};
use crate::oci::{Digest, Reference};
use crate::registry::{Distribution as _, RegistryError};
use futures_util::StreamExt as _;
use known::Known;
use lists::Lists;
use std::collections::HashMap;
use std::num::NonZeroUsize;

/// How many images of one repository are many enough to list its tags instead.
const MANY: usize = 4;

/// What to do, and what to leave.
#[derive(Debug, Clone)]
pub struct Options {
    /// Take along what refers to an image, and cosign's tags.
    pub companions: bool,
    /// Leave a name alone that stands for something else at the target.
    pub no_clobber: bool,
    /// Look, but change nothing.
    pub dry_run: bool,
    /// Go on after a failure.
    pub keep_going: bool,
    /// How many images, and how many blobs, may be on their way at once.
    pub jobs: NonZeroUsize,
}

/// One image to copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Where it is.
    pub source: Reference,
    /// Where it is to be.
    pub target: Reference,
}

/// What came of one image.
#[derive(Debug)]
pub struct Item {
    /// The image.
    pub pair: Pair,
    /// What was done, or why not.
    pub outcome: Result<Done, OpsError>,
}

/// What was done for one image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The image's digest, the same on both sides.
    pub digest: Digest,
    /// How it came to be there.
    pub status: Status,
    /// How many manifests that belong to it are there too.
    pub companions: usize,
    /// How many bytes of blobs were sent.
    pub bytes: u64,
}

/// How an image came to be at the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It was copied now.
    Copied,
    /// It was there.
    Exists,
    /// Something else has its name, and was left alone.
    Skipped,
    /// It would be copied.
    Planned,
}

impl Status {
    /// One word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Copied => "copied",
            Self::Exists => "exists",
            Self::Skipped => "skipped",
            Self::Planned => "would copy",
        }
    }
}

/// Copies many images and remembers what it has seen of the registries.
pub struct Copier {
    from: Clients,
    to: Clients,
    options: Options,
    known: Known,
    lists: Lists,
    transfers: tokio::sync::Semaphore,
    meter: Meter,
}

impl Copier {
    /// A copier from the registries one remote reaches to those the other does.
    #[must_use]
    pub fn new(from: Remote, to: Remote, options: Options) -> Self {
        let transfers = tokio::sync::Semaphore::new(options.jobs.get());
        let (from, to) = (Clients::new(from), Clients::new(to));
        let (known, lists, meter) = (Known::default(), Lists::default(), Meter::default());
        Self { from, to, options, known, lists, transfers, meter }
    }

    /// Counts the bytes of blobs on their way.
    #[must_use]
    pub fn meter(&self) -> Meter {
        self.meter.clone()
    }

    /// The tags of a repository that are meant, in the registry's order; those that only stand beside an image are left
    /// out where they go along with it anyway.
    ///
    /// # Errors
    /// A registry that does not list them.
    pub async fn tags(&self, repository: &Reference, selection: &Selection) -> Result<Vec<Reference>, OpsError> {
        let tags = self.from.of(repository)?.tags(repository).await?;
        let names = tags
            .iter()
            .filter(|tag| attached_to(tag).is_none() && selection.takes(tag))
            .map(|tag| repository.with_tag(tag))
            .collect::<Result<Vec<_>, _>>()?;
        self.lists.keep_source(repository, tags);
        Ok(names)
    }

    /// Asks once which tags the targets of many images have, instead of for each of them.
    async fn list_targets(&self, pairs: &[Pair]) {
        let mut counts: HashMap<String, (&Reference, usize)> = HashMap::new();
        for Pair { target, .. } in pairs {
            counts.entry(target.repository()).or_insert((target, 0)).1 += 1;
        }
        let many = counts.into_values().filter(|(_, count)| *count >= MANY).map(|(target, _)| target);
        let listing = many.map(async |target| {
            // A registry that does not say is asked for each image.
            let Ok(client) = self.to.of(target) else { return };
            match client.tags(target).await {
                Ok(tags) => self.lists.keep_target(target, tags),
                Err(RegistryError::NotFound { .. }) => self.lists.keep_target(target, Vec::new()),
                Err(_) => {}
            }
        });
        futures_util::stream::iter(listing).buffer_unordered(self.options.jobs.get()).collect::<Vec<()>>().await;
    }

    /// Copies each pair, several at once, and tells of each as it ends. Without `keep_going` the first failure is the
    /// last thing that is told.
    pub async fn run(&self, pairs: Vec<Pair>, told: &mut dyn FnMut(&Item)) -> Vec<Item> {
        self.list_targets(&pairs).await;
        let copies = pairs.into_iter().map(async |pair| {
            let outcome = self.image(&pair.source, &pair.target).await;
            Item { pair, outcome }
        });
        let mut running = futures_util::stream::iter(copies).buffer_unordered(self.options.jobs.get());
        let mut items = Vec::new();
        while let Some(item) = running.next().await {
            told(&item);
            let stop = item.outcome.is_err() && !self.options.keep_going;
            items.push(item);
            if stop {
                break;
            }
        }
        items
    }
}
