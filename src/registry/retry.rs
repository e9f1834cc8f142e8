//! Which failures are worth another try, and when.

use super::{RegistryError, Settings};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use std::time::{Duration, SystemTime};

/// The longest wait a registry may ask for; beyond it, the request fails at once.
const WAIT_LIMIT: Duration = Duration::from_secs(60);

/// The longest wait between two tries when the registry does not say.
const BACKOFF_LIMIT: Duration = Duration::from_secs(8);

/// How often in a row a registry may fall silent.
const STALL_LIMIT: u32 = 2;

/// A failed try.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: RegistryError,
    pub(super) again: Again,
}

/// Whether the same request may do better later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// It would fail the same way.
    Never,
    /// It may, but each try costs the whole idle time.
    Stalled,
    /// It may, after a short wait.
    Soon,
    /// The registry says when.
    After(Duration),
}

impl From<RegistryError> for Failure {
    fn from(error: RegistryError) -> Self {
        Self { error, again: Again::Never }
    }
}

/// Counts the tries of one request.
#[derive(Debug)]
pub(super) struct Tries {
    made: u32,
    stalled: u32,
    allowed: u32,
    backoff: Duration,
}

impl Tries {
    pub(super) fn new(settings: &Settings) -> Self {
        Self { made: 1, stalled: 0, allowed: settings.tries, backoff: settings.backoff }
    }

    /// Returns when the next try is due, or the failure when there is to be none.
    pub(super) async fn again(&mut self, failure: Failure) -> Result<(), RegistryError> {
        let wait = match failure.again {
            Again::Never => return Err(failure.error),
            Again::After(wait) if wait > WAIT_LIMIT => return Err(failure.error),
            Again::After(wait) => wait + self.jitter() / 8,
            Again::Stalled => {
                self.stalled += 1;
                if self.stalled >= STALL_LIMIT {
                    return Err(failure.error);
                }
                Duration::ZERO
            }
            Again::Soon => self.jitter(),
        };
        if self.made >= self.allowed {
            return Err(failure.error);
        }
        self.made += 1;
        log::info!("{}; again in {} ms", failure.error, wait.as_millis());
        tokio::time::sleep(wait).await;
        Ok(())
    }

    /// How many tries there are, the first one included.
    pub(super) fn allowed(&self) -> u32 {
        self.allowed
    }

    /// Starts counting anew, after progress.
    pub(super) fn restart(&mut self) {
        self.made = 1;
        self.stalled = 0;
    }

    /// Full jitter: anything up to a bound that doubles each time.
    fn jitter(&self) -> Duration {
        let bound = self.backoff.saturating_mul(1 << (self.made - 1).min(16)).min(BACKOFF_LIMIT);
        bound.mul_f64(fastrand::f64())
    }
}

/// The wait a `Retry-After` header asks for, in seconds or as a date; `None` where it is absent or makes no sense.
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_retry_after_are_read() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_770);
        let table = [
            ("0", Some(0)),
            ("12", Some(12)),
            (" 3 ", Some(3)),
            ("99999999999", Some(99_999_999_999)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(7)),
            ("Sun, 06 Nov 1994 08:49:00 GMT", Some(0)),
            ("-1", None),
            ("1e9", None),
            ("soon", None),
            ("", None),
        ];
        for (value, wanted) in table {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, value.parse().unwrap())]);
            assert_eq!(retry_after(&headers, now), wanted.map(Duration::from_secs), "{value:?}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    fn failure(again: Again) -> Failure {
        Failure { error: RegistryError::Setting("it failed".to_owned()), again }
    }

    fn tries() -> Tries {
        Tries::new(&Settings { backoff: Duration::ZERO, ..Settings::default() })
    }

    #[tokio::test]
    async fn five_tries_are_made_in_all() {
        let mut tries = tries();
        for _ in 0..4 {
            assert!(tries.again(failure(Again::Soon)).await.is_ok());
        }
        assert!(tries.again(failure(Again::Soon)).await.is_err());
    }

    #[tokio::test]
    async fn a_silent_registry_is_asked_twice() {
        let mut tries = tries();
        assert!(tries.again(failure(Again::Stalled)).await.is_ok());
        assert!(tries.again(failure(Again::Stalled)).await.is_err());
    }

    #[tokio::test]
    async fn what_cannot_pass_or_takes_too_long_fails_at_once() {
        assert!(tries().again(failure(Again::Never)).await.is_err());
        assert!(tries().again(failure(Again::After(Duration::from_secs(61)))).await.is_err());
        assert!(tries().again(failure(Again::After(Duration::from_secs(u64::MAX)))).await.is_err());
    }
}
