//! The annotation keys of policy images.

/// When the image was made, RFC 3339 (image-spec, annotations.md).
pub const CREATED: &str = "org.opencontainers.image.created";
/// The repository on a manifest; the file name to unpack to on a layer (as `oras` reads it).
pub const TITLE: &str = "org.opencontainers.image.title";
/// The commit the image was built from.
pub const REVISION: &str = "org.opencontainers.image.revision";
/// Where the source of the image can be found.
pub const SOURCE: &str = "org.opencontainers.image.source";
/// The name of an entry in an index.
pub const REF_NAME: &str = "org.opencontainers.image.ref.name";
/// What kind of thing the image holds; always [`TYPE_POLICY`] here.
pub const TYPE: &str = "org.openpolicyregistry.type";
/// The value of [`TYPE`] on every policy image.
pub const TYPE_POLICY: &str = "policy";
/// The Rego version the bundle was built for: `rego.v0`, `rego.v0v1`, `rego.v1` or `rego.v2`.
pub const REGO_VERSION: &str = "rego.version";
