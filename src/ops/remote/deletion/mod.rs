//! Deletes what names in a registry mean: first a plan to ask about, then the deed.
//!
//! Nothing goes that was not named. A tag is deleted alone where the registry can do that. Where it cannot, its image is
//! deleted by its digest, but only if no other tag names that image, unless its other names are to go with it.

mod images;
mod packages;
mod survey;

use super::{RemoteError, Side};
use crate::oci::Reference;
use crate::ops::OpsError;
use crate::registry::RegistryError;
use images::Images;
use packages::Packages;
use std::time::Duration;

/// What is to be deleted.
#[derive(Debug, Clone)]
pub struct Request {
    /// The name. Of a whole repository, its tag does not count.
    pub reference: Reference,
    /// The whole repository, instead of what the tag or digest names.
    pub whole: bool,
    /// Whether other names of the same image may go with it.
    pub with_siblings: bool,
}

/// What a deletion comes to.
#[derive(Debug)]
pub struct Plan {
    request: Request,
    /// The images that go.
    digests: Vec<String>,
    /// Their names, as tags, but for the one that was asked for.
    tags: Vec<String>,
    way: Way,
}

/// How it is done.
#[derive(Debug)]
enum Way {
    Images(Images),
    Packages(Box<Packages>),
}

/// What is gone.
#[derive(Debug)]
pub struct Deleted {
    /// The name that was asked for.
    pub reference: Reference,
    /// Whether it was the whole repository.
    pub whole: bool,
    /// The image; for a whole repository, all of them.
    pub digests: Vec<String>,
    /// Other tags that went with it; for a whole repository, all of them.
    pub tags: Vec<String>,
    /// Whether the image itself is gone, not only its tag.
    pub images: bool,
}

impl Plan {
    /// Finds out what a request means, and changes nothing.
    ///
    /// # Errors
    /// When it is not there, or must not be deleted.
    pub async fn make(side: &Side, request: Request) -> Result<Self, OpsError> {
        if request.whole && request.reference.digest().is_some() {
            return Err(OpsError::Usage("a whole repository is named without a digest".to_owned()));
        }
        if side.is_github(request.reference.registry()) {
            return Packages::plan(side, request).await;
        }
        Images::plan(side.client(&request.reference)?, request).await
    }

    /// The name that was asked for.
    #[must_use]
    pub fn reference(&self) -> &Reference {
        &self.request.reference
    }

    /// Whether it is a whole repository.
    #[must_use]
    pub fn whole(&self) -> bool {
        self.request.whole
    }

    /// The images it means.
    #[must_use]
    pub fn digests(&self) -> &[String] {
        &self.digests
    }

    /// Other tags of the same image; for a whole repository, all its tags. For a tag that may be deleted alone they are
    /// looked for only when that is refused.
    #[must_use]
    pub fn tags(&self) -> &[String] {
        &self.tags
    }

    /// The other tags of the image that a tag names, which would go with it where tags cannot be deleted alone.
    ///
    /// # Errors
    /// When the registry does not tell.
    pub async fn find_siblings(&mut self) -> Result<(), OpsError> {
        if let (Way::Images(images), false) = (&self.way, self.request.whole) {
            self.tags = images.siblings(&self.request.reference).await?;
        }
        Ok(())
    }

    /// Does it, and sees that it is done.
    ///
    /// # Errors
    /// What was planned no longer holds, or the registry refuses. But for [`RemoteError::Partly`] and
    /// [`RemoteError::StillThere`], nothing is deleted then.
    pub async fn execute(self) -> Result<Deleted, OpsError> {
        let Self { request, digests, tags, way } = self;
        let (tags, images) = match way {
            Way::Images(images) => images.delete(&request).await?,
            Way::Packages(packages) => {
                packages.delete(&request).await?;
                (tags, true)
            }
        };
        Ok(Deleted { reference: request.reference, whole: request.whole, digests, tags, images })
    }
}

/// Whether other names stand in the way of a deletion. `refusal` is why one name could not be deleted alone.
fn check_siblings(
    request: &Request,
    digest: &str,
    siblings: &[String],
    refusal: Option<RegistryError>,
) -> Result<(), RemoteError> {
    if siblings.is_empty() || request.with_siblings {
        return Ok(());
    }
    Err(RemoteError::Siblings {
        name: request.reference.to_string(),
        digest: digest.to_owned(),
        siblings: siblings.to_vec(),
        refusal: refusal.map(Box::new),
    })
}

/// The waits between looks at whether something is gone: registries may take a moment to notice.
const WAITS: [u64; 3] = [100, 300, 800];

/// What is left of what should be gone, after some patience.
async fn left<T, E>(look: impl AsyncFn() -> Result<Vec<T>, E>) -> Result<Vec<T>, E> {
    let mut left = look().await?;
    for wait in WAITS {
        if left.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(wait)).await;
        left = look().await?;
    }
    Ok(left)
}
