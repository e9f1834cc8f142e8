//! What can go wrong with GitHub's Packages API.

use super::super::{Asked, RegistryError, Said};
use std::time::Duration;

/// Why GitHub's Packages API did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum GitHubError {
    /// Nobody is signed in, and the API answers nobody else.
    #[error("GitHub's API at {api} needs a token, and there is no credential for {registry}")]
    NoCredential {
        /// The host of the API.
        api: String,
        /// The registry whose credential would do.
        registry: String,
    },
    /// 401 or 403: the token is not taken, or does not reach this far.
    #[error("{asked}: {status} {}{said}", if *status == 401 { "Unauthorized" } else { "Forbidden" })]
    Denied {
        /// The request.
        asked: Asked,
        /// 401 or 403.
        status: u16,
        /// What is known of the token.
        token: Box<Token>,
        /// GitHub's words.
        said: Said,
    },
    /// 404: no such owner or package, or one the token may not know of.
    #[error("{asked}: not found{said}")]
    NotFound {
        /// The request.
        asked: Asked,
        /// GitHub's words.
        said: Said,
    },
    /// Too many requests.
    #[error("{asked}: GitHub's rate limit is used up{}{said}", until(*wait))]
    RateLimited {
        /// The request.
        asked: Asked,
        /// How long it takes until there is a new one.
        wait: Option<Duration>,
        /// GitHub's words.
        said: Said,
    },
    /// The last version of a package that has a tag, which GitHub only deletes with its package.
    #[error("{asked}: it is the last tagged version of the package")]
    LastTag {
        /// The request.
        asked: Asked,
    },
    /// As with a registry.
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

/// A token that did not reach far enough.
#[derive(Debug)]
pub struct Token {
    /// The scopes one needs for the request.
    pub needs: &'static str,
    /// The scopes GitHub says it has.
    pub has: Option<String>,
    /// Where it was found.
    pub origin: String,
}

fn until(wait: Option<Duration>) -> String {
    wait.map_or_else(String::new, |wait| format!(" for another {} s", wait.as_secs()))
}
