//! Builds Rego policies into OPA bundles, wraps them as OCI images, and moves them between a local store and registries.
//!
//! The code stands on four floors; a module uses only floors below its own (`docs/architecture.md`).

// Floor 1: formats and language. Bytes in, values out; no network, clock or environment.
pub mod files;
pub mod oci;

// Floor 2: engines. Each touches one thing outside the process.
pub mod store;
