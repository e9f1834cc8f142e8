//! What proves to a registry who is asking.

use crate::secret::Secret;

/// The credential of one client. It goes to the registry the user named, or to a token server that registry may name
/// (`realm.rs`), and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// None: public content only.
    Anonymous,
    /// A user name with a password or access token.
    Basic {
        /// Who signs in.
        username: String,
        /// The password or access token.
        password: Secret,
    },
    /// A refresh token, traded at the token server for access tokens (docker's `identitytoken`).
    IdentityToken(Secret),
    /// An access token the registry takes as it is (docker's `registrytoken`).
    Bearer(Secret),
}

impl Credential {
    /// Whether there is something to prove anything with.
    #[must_use]
    pub fn is_some(&self) -> bool {
        !matches!(self, Self::Anonymous)
    }
}
