//! Shows what an image of a registry is, without fetching it.

use super::Side;
use crate::oci::{Descriptor, Manifest, Reference};
use crate::ops::OpsError;
use crate::ops::inspect::{InRegistry, Inspected};
use crate::ops::pull::policy_manifest;
use crate::registry::{Client, Distribution as _, RegistryError};
use std::sync::Arc;

/// The largest configuration that is read, in bytes.
const CONFIGURATION_LIMIT: u64 = 4 << 20;

/// Looks at an image; an index is followed to the policy in it, as `pull` does. What is not in its manifest is asked for
/// only if it is wanted.
///
/// # Errors
/// When it is not there, is no policy, or the registry refuses.
pub async fn inspect(side: &Side, reference: &Reference, more: bool) -> Result<Inspected, OpsError> {
    let client = side.client(reference)?;
    let fetched = policy_manifest(&client, reference).await?;
    let bad = |cause| OpsError::Manifest { reference: reference.to_string(), cause };
    let manifest = Manifest::parse(&fetched.bytes, Some(&fetched.media_type)).map_err(bad)?;
    let bundle = manifest.bundle_layer().map_err(bad)?.clone();
    let descriptor = Descriptor::new(&fetched.media_type, fetched.digest, fetched.bytes.len() as u64);
    let remote = if more {
        let (configuration, referrers) = futures_util::future::try_join(
            configuration(&client, reference, &manifest.config),
            client.referrers(reference, &descriptor.digest),
        )
        .await?;
        Some(InRegistry { configuration, referrers })
    } else {
        None
    };
    Ok(Inspected {
        reference: reference.clone(),
        descriptor,
        annotations: manifest.annotations,
        config: Some(manifest.config),
        layers: manifest.layers,
        bundle,
        files: None,
        remote,
    })
}

/// A configuration, checked against its digest.
async fn configuration(
    client: &Client,
    repository: &Reference,
    config: &Descriptor,
) -> Result<Option<serde_json::Value>, RegistryError> {
    if config.size > CONFIGURATION_LIMIT {
        return Ok(None);
    }
    let bytes = client.get_blob(repository, config, Vec::new(), Arc::new(|_| {})).await?;
    Ok(if config.digest.matches(&bytes) { serde_json::from_slice(&bytes).ok() } else { None })
}
