//! The media types this tool writes or understands.

/// An OCI image manifest (image-spec, manifest.md).
pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// An OCI image index (image-spec, image-index.md).
pub const INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// An OCI image configuration (image-spec, config.md).
pub const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
/// The empty JSON object as a blob (image-spec, manifest.md, "Guidance for an Empty Descriptor").
pub const EMPTY: &str = "application/vnd.oci.empty.v1+json";
/// A gzip-compressed tar layer. OPA loads exactly this type.
pub const LAYER_GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
/// An uncompressed tar layer, which old images of the Go CLI may have.
pub const LAYER_TAR: &str = "application/vnd.oci.image.layer.v1.tar";
/// Docker's manifest, schema 2.
pub const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
/// Docker's manifest list.
pub const DOCKER_MANIFEST_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
/// Docker's gzip-compressed layer.
pub const DOCKER_LAYER_GZIP: &str = "application/vnd.docker.image.rootfs.diff.tar.gzip";

/// Every manifest type to offer in an `Accept` header.
pub const ACCEPTED_MANIFESTS: [&str; 4] = [MANIFEST, INDEX, DOCKER_MANIFEST, DOCKER_MANIFEST_LIST];

/// Whether a layer of this type holds a bundle as a tar archive, compressed or not.
#[must_use]
pub fn is_bundle_layer(media_type: &str) -> bool {
    matches!(media_type, LAYER_GZIP | LAYER_TAR | DOCKER_LAYER_GZIP)
}

/// Whether a document of this type is a single image manifest.
#[must_use]
pub fn is_manifest(media_type: &str) -> bool {
    matches!(media_type, MANIFEST | DOCKER_MANIFEST)
}

/// Whether a document of this type lists manifests of several platforms.
#[must_use]
pub fn is_index(media_type: &str) -> bool {
    matches!(media_type, INDEX | DOCKER_MANIFEST_LIST)
}
