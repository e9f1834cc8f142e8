//! Why something in a registry was not listed or deleted.

use crate::oci::Digest;
use crate::registry::RegistryError;

/// What stops a command on what registries hold.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// A registry that lists no repositories.
    #[error("{registry} does not list its repositories")]
    CannotList {
        /// The registry.
        registry: String,
        /// What it said, if it was asked.
        #[source]
        cause: Option<Box<RegistryError>>,
    },
    /// A registry that does not say who may see a repository.
    #[error("{registry} does not say which repositories are public")]
    VisibilityUnknown {
        /// The registry.
        registry: String,
    },
    /// Who may see a repository cannot be changed from here.
    #[error("{reason}")]
    VisibilityFixed {
        /// Why.
        reason: String,
        /// The web pages on which it can.
        pages: Vec<String>,
    },
    /// What a name means is not there.
    #[error("{name} is not in the registry")]
    NotThere {
        /// The name.
        name: String,
    },
    /// A repository without tags.
    #[error("{repository} has no tags: there is nothing to delete")]
    NoTags {
        /// The repository.
        repository: String,
    },
    /// Other names of an image would go with the one that was named.
    #[error("{name} was not deleted: its image {digest} goes with all its names, and it is also {}", siblings.join(", "))]
    Siblings {
        /// What was to be deleted.
        name: String,
        /// The image.
        digest: String,
        /// The other names.
        siblings: Vec<String>,
        /// Why the name was not deleted alone, if that was tried.
        #[source]
        refusal: Option<Box<RegistryError>>,
    },
    /// A name that has come to mean something else since it was looked up.
    #[error("{name} was not deleted: it meant {was}, and now means {}", is.as_deref().unwrap_or("nothing"))]
    Moved {
        /// The name.
        name: String,
        /// What it meant.
        was: String,
        /// What it means now.
        is: Option<String>,
    },
    /// A registry that deletes nothing.
    #[error("{registry} deletes no images")]
    DeletionOff {
        /// The registry.
        registry: String,
        /// What it said.
        #[source]
        cause: Box<RegistryError>,
    },
    /// A registry that said it had deleted, and had not; or somebody else pushed in the meantime.
    #[error("{repository} still has {}", tags.join(", "))]
    StillThere {
        /// The repository.
        repository: String,
        /// What is still there.
        tags: Vec<String>,
    },
    /// A failure in the middle of deleting several images.
    #[error("{done} of {all} images of {repository} are deleted, then it failed")]
    Partly {
        /// The repository.
        repository: String,
        /// How many images were deleted.
        done: usize,
        /// How many were to be.
        all: usize,
        /// What failed.
        #[source]
        cause: Box<RemoteError>,
    },
    /// A registry.
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

impl RemoteError {
    pub(super) fn moved(name: impl ToString, was: &Digest, is: Option<&Digest>) -> Self {
        Self::Moved { name: name.to_string(), was: was.to_string(), is: is.map(ToString::to_string) }
    }
}
