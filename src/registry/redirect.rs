//! Where an answer leads to.

use super::answer::{Answer, malformed};
use super::{Asked, RegistryError};
use reqwest::header::LOCATION;
use url::Url;

/// How many redirects in a row are followed.
pub(super) const HOPS: usize = 5;

/// The place a redirect names; `None` for an answer that is no redirect.
pub(super) fn target(answer: &Answer, asked: &Asked) -> Result<Option<Url>, RegistryError> {
    if matches!(answer.status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        location(answer, asked).map(Some)
    } else {
        Ok(None)
    }
}

/// The `Location` of an answer, relative ones resolved.
pub(super) fn location(answer: &Answer, asked: &Asked) -> Result<Url, RegistryError> {
    let text =
        answer.header(LOCATION).ok_or_else(|| malformed(asked, "the registry leads on without saying where to"))?;
    answer.url.join(text).map_err(|_| malformed(asked, "the registry leads to something that is no address"))
}
