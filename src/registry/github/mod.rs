//! GitHub's Packages API: what its container registry itself neither tells nor does.
//!
//! The container registry lists no repositories and deletes nothing; the API does both, by the packages of an owner and
//! their versions (docs.github.com, "REST API endpoints for packages"). It takes the registry's token.

mod error;
mod packages;
mod place;
mod requests;

pub use error::GitHubError;
pub use packages::{Owner, Package, Version};
pub use place::{GitHubPlace, OwnerKind};

use super::transport::Transport;
use reqwest::header::HeaderValue;
use url::Url;

/// The token of a GitHub user, and what is known of it.
#[derive(Debug, Clone)]
pub struct Account {
    /// The user, as the credential has it.
    pub username: Option<String>,
    /// The token.
    pub token: crate::secret::Secret,
    /// Where the token was found.
    pub origin: String,
}

/// GitHub's Packages API, asked by one user. The token goes to the API's own address and nowhere else.
#[derive(Debug)]
pub struct GitHub {
    transport: Transport,
    base: Url,
    header: HeaderValue,
    username: Option<String>,
    origin: String,
}
