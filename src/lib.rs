//! Builds Rego policies into OPA bundles, wraps them as OCI images, and moves them between a local store and registries.
//!
//! The code stands on four floors; a module uses only floors below its own (`docs/architecture.md`).

// Floor 1: formats and language. Bytes in, values out; no network, clock or environment.
pub mod bundle;
pub mod causes;
pub mod files;
pub mod oci;
pub mod rego;
pub mod secret;
pub mod tls;

// Floor 2: engines. Each touches one thing outside the process.
pub mod config;
pub mod eval;
pub mod keychain;
pub mod registry;
pub mod server;
pub mod sources;
pub mod store;
pub mod templates;

// Floor 3: what a command does, and how it looks.
pub mod ops;
pub mod ui;

// Floor 4: what was typed, and what is shown.
pub mod cli;
