//! The client side of OCI distribution: images to and from a registry.
//!
//! # Where oci-client ends and this module begins
//!
//! `oci-client` supplies the vocabulary of the protocol: the error envelope and its codes (`answer`), the shape of a
//! token server's grant (`tokens`), the lists of tags and repositories (`listing`), and the documents by which a manifest
//! without a type is told (`manifests`). Everything that goes over the wire goes through a transport of this module
//! (`transport`, over reqwest), because what `oci_client::Client` does there cannot be made safe or fast from outside: it
//! sends credentials to whatever realm a registry names and to whatever `Location` an upload gets, reads answers without a
//! bound, neither retries nor signs in again, drops the reasons of a refused sign-in, never compares a blob with its size,
//! takes no client certificate, and cannot be built on a machine without certificate authorities.
//!
//! # How it is cut
//!
//! [`Client`] is one registry with one credential; [`Distribution`] is what it can do. `manifests`, `download`, `upload`,
//! `mount`, `listing`, `deletion`, `login` and `access` say what is asked; `transport` signs in, follows redirects and tries again;
//! `wire` sends one request. `home` alone decides who may be given what: credentials go to the registry's own scheme,
//! host and port, or to a token server of its domain. `github` asks GitHub's Packages API for what GitHub's container
//! registry does not offer.

mod access;
mod addresses;
mod answer;
mod asked;
mod buffers;
mod challenge;
mod client;
mod connections;
mod credential;
mod deletion;
mod download;
mod error;
mod fault;
mod github;
mod home;
mod listing;
mod login;
mod manifests;
mod mount;
mod pieces;
mod redirect;
mod retry;
mod scope;
#[cfg(test)]
mod scripted;
mod secrets;
mod settings;
mod sign_in;
mod tls;
mod tokens;
mod transport;
mod upload;
mod upload_chunks;
mod upload_content;
mod upload_session;
#[cfg(test)]
mod upload_trials;
mod upload_whole;
mod wire;

pub use asked::{Action, Asked, Identity};
pub use client::{Client, Distribution, Progress};
pub use credential::Credential;
pub use error::{Missing, RegistryError, Said};
pub use fault::Fault;
pub use github::{Account, GitHub, GitHubError, GitHubPlace, Owner, OwnerKind, Package, Version};
pub use home::Distrust;
pub use manifests::Fetched;
pub use settings::{Proxies, Settings};
pub use upload::{Existing, Uploaded};
