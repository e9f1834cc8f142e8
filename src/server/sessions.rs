//! The uploads under way, each known by a random name that only its client has.

use super::limits::{UPLOAD_EVICTION_TIME, UPLOAD_TIME, UPLOADS};
use super::names::RepositoryName;
use super::received::Received;
use super::refusal::Refusal;
use axum::http::StatusCode;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::OwnedMutexGuard;

/// All uploads under way.
#[derive(Default)]
pub(super) struct Sessions {
    open: Mutex<HashMap<String, Session>>,
}

struct Session {
    repository: RepositoryName,
    touched: Instant,
    received: Arc<tokio::sync::Mutex<Option<Received>>>,
}

/// An upload that one request has to itself. Who takes what is in it ends the upload.
pub(super) type Held = OwnedMutexGuard<Option<Received>>;

impl Sessions {
    /// Remembers an upload and names it. Uploads left alone too long are forgotten on the way.
    pub(super) fn start(&self, repository: RepositoryName, received: Received) -> Result<String, Refusal> {
        self.start_at(Instant::now(), repository, received)
    }

    fn start_at(&self, now: Instant, repository: RepositoryName, received: Received) -> Result<String, Refusal> {
        let mut open = self.open();
        make_room(&mut open, now)?;
        let name = random_name()?;
        let received = Arc::new(tokio::sync::Mutex::new(Some(received)));
        open.insert(name.clone(), Session { repository, touched: now, received });
        Ok(name)
    }

    /// Takes an upload for one request, waiting for another request that has it.
    pub(super) async fn hold(&self, repository: &RepositoryName, name: &str) -> Result<Held, Refusal> {
        let received = {
            let mut open = self.open();
            let session = open.get_mut(name).filter(|session| session.repository == *repository).ok_or_else(unknown)?;
            session.touched = Instant::now();
            Arc::clone(&session.received)
        };
        let held = received.lock_owned().await;
        // Whoever had it before may have ended it.
        if held.is_some() { Ok(held) } else { Err(unknown()) }
    }

    /// Forgets the name of an upload.
    pub(super) fn forget(&self, name: &str) {
        self.open().remove(name);
    }

    // A panic elsewhere cannot leave the map half changed: each change is one call on it.
    fn open(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unknown() -> Refusal {
    Refusal::unknown(
        "BLOB_UPLOAD_UNKNOWN",
        "no such upload: it was finished, cancelled, left alone too long or never started",
    )
}

/// Sees to it that one more upload may start.
fn make_room(open: &mut HashMap<String, Session>, now: Instant) -> Result<(), Refusal> {
    let alone = |session: &Session| now.saturating_duration_since(session.touched);
    let in_use = |session: &Session| session.received.try_lock().is_err();
    open.retain(|_, session| alone(session) < UPLOAD_TIME || in_use(session));
    if open.len() < UPLOADS {
        return Ok(());
    }
    let idle = open.iter().filter(|(_, session)| alone(session) >= UPLOAD_EVICTION_TIME && !in_use(session));
    match idle.min_by_key(|(_, session)| session.touched).map(|(name, _)| name.clone()) {
        Some(name) => {
            open.remove(&name);
            Ok(())
        }
        None => {
            let message = "too many uploads are under way";
            Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, "TOOMANYREQUESTS", message))
        }
    }
}

/// 128 random bits, so that no client can guess another one's upload.
fn random_name() -> Result<String, Refusal> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        log::error!("no random numbers: {error}");
        Refusal::internal()
    })?;
    Ok(bytes.iter().fold(String::with_capacity(32), |mut name, byte| {
        let _ = write!(name, "{byte:02x}");
        name
    }))
}

#[cfg(test)]
mod tests {
    use super::super::storage::{Memory, Storage};
    use super::*;

    fn received() -> Received {
        Received::new(Memory::default().start_upload().unwrap())
    }

    fn repository() -> RepositoryName {
        "a".parse().unwrap()
    }

    #[tokio::test]
    async fn an_upload_is_forgotten_when_left_alone_for_a_day() {
        let sessions = Sessions::default();
        let now = Instant::now();
        let old = sessions.start_at(now, repository(), received()).unwrap();
        assert!(sessions.hold(&repository(), &old).await.is_ok());
        sessions.start_at(now + 2 * UPLOAD_TIME, repository(), received()).unwrap();
        assert!(sessions.hold(&repository(), &old).await.is_err());
    }

    #[tokio::test]
    async fn an_upload_belongs_to_its_repository() {
        let sessions = Sessions::default();
        let name = sessions.start(repository(), received()).unwrap();
        assert!(sessions.hold(&"b".parse().unwrap(), &name).await.is_err());
        assert!(sessions.hold(&repository(), &name).await.is_ok());
    }

    #[test]
    fn too_many_uploads_are_refused_until_one_has_been_left_alone() {
        let sessions = Sessions::default();
        let now = Instant::now();
        for _ in 0..UPLOADS {
            sessions.start_at(now, repository(), received()).unwrap();
        }
        let refused = sessions.start_at(now, repository(), received()).unwrap_err();
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
        assert!(sessions.start_at(now + UPLOAD_EVICTION_TIME, repository(), received()).is_ok());
        assert_eq!(sessions.open().len(), UPLOADS);
    }
}
