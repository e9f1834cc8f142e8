//! How much of a command runs at once.

use super::clients::Clients;
use super::{OpsError, Remote};
use crate::oci::{Digest, Reference};
use crate::registry::Client;
use crate::store::StoreError;
use futures_util::stream::{FuturesOrdered, Stream};
use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedMutexGuard, Semaphore, SemaphorePermit};

/// One command's dealings with registries: one client for each, so many blobs on their way at once, and no blob twice.
#[derive(Debug)]
pub struct Jobs {
    clients: Clients,
    images: Semaphore,
    blobs: Semaphore,
    moving: Mutex<HashMap<(String, Digest), Turn>>,
}

/// Whose turn it is with one blob of one repository.
type Turn = Arc<tokio::sync::Mutex<()>>;

/// A blob's place among those on their way.
#[derive(Debug)]
pub(super) struct Place<'a> {
    _turn: OwnedMutexGuard<()>,
    _permit: Option<SemaphorePermit<'a>>,
}

impl Jobs {
    /// Room for that many images, and for that many blobs among all of them.
    #[must_use]
    pub fn new(remote: Remote, number: NonZeroUsize) -> Self {
        let room = || Semaphore::new(number.get());
        Self { clients: Clients::new(remote), images: room(), blobs: room(), moving: Mutex::default() }
    }

    /// The client for the repository of a reference: the same one each time, with its connections and tokens.
    ///
    /// # Errors
    /// As [`Remote::client`].
    pub(super) fn client(&self, reference: &Reference) -> Result<Client, OpsError> {
        self.clients.of(reference)
    }

    /// Does something for each of several things, as many at once as there is room for images. The outcomes come in the
    /// order of the things, each as soon as those before it have come.
    pub fn each<'a, T, O>(
        &'a self,
        things: &'a [T],
        deed: impl AsyncFn(&'a T) -> O + 'a,
    ) -> impl Stream<Item = (&'a T, O)> {
        let deed = Arc::new(deed);
        let running = things.iter().map(|thing| {
            let deed = Arc::clone(&deed);
            async move {
                let _room = self.images.acquire().await;
                (thing, deed(thing).await)
            }
        });
        running.collect::<FuturesOrdered<_>>()
    }

    /// Waits until there is room for a blob, and until nobody else moves the same one to or from the same repository.
    pub(super) async fn place(&self, repository: &Reference, digest: &Digest) -> Place<'_> {
        let key = (repository.repository(), digest.clone());
        let turn = Arc::clone(self.moving.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default());
        let turn = turn.lock_owned().await;
        // The semaphore is never closed: there is always a permit in the end.
        Place { _turn: turn, _permit: self.blobs.acquire().await.ok() }
    }
}

/// Runs what waits for a disk where it keeps no transfer waiting.
pub(super) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, OpsError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Ok(done?),
        Err(error) => Err(OpsError::Read { what: "the local store".to_owned(), cause: std::io::Error::other(error) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keychain::Keychain;
    use crate::ops::Warn;
    use crate::registry::Settings;
    use futures_util::StreamExt;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    fn jobs(number: usize) -> Jobs {
        let remote = Remote::new(Settings::default(), Keychain::default(), Warn::new(|_| {}));
        Jobs::new(remote, NonZeroUsize::new(number).unwrap())
    }

    #[tokio::test]
    async fn outcomes_keep_their_order_and_no_more_run_than_there_is_room_for() {
        let (jobs, running, most) = (jobs(3), AtomicUsize::new(0), AtomicUsize::new(0));
        let pauses = [9, 1, 5, 0, 3, 2, 7];
        let outcomes = jobs.each(&pauses, async |pause| {
            most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(*pause)).await;
            running.fetch_sub(1, Ordering::SeqCst);
            pause * 10
        });
        let seen: Vec<u64> = outcomes.map(|(_, outcome)| outcome).collect().await;
        assert_eq!(seen, [90, 10, 50, 0, 30, 20, 70]);
        assert_eq!(most.load(Ordering::SeqCst), 3);
    }

    #[tokio::test]
    async fn one_blob_is_moved_by_one_at_a_time_and_others_meanwhile() {
        let jobs = jobs(2);
        let name = |name| Reference::parse(name).unwrap();
        let (here, there) = (name("a.b/c:1"), name("a.b/d:1"));
        let (digest, other) = (Digest::of(b"x"), Digest::of(b"y"));
        let first = jobs.place(&here, &digest).await;
        let soon = async |reference, digest| {
            tokio::time::timeout(Duration::from_millis(5), jobs.place(reference, digest)).await.is_ok()
        };
        assert!(!soon(&here, &digest).await);
        assert!(soon(&there, &digest).await && soon(&here, &other).await);
        drop(first);
        assert!(soon(&here, &digest).await);
    }
}
