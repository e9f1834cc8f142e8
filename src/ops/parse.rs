//! Reads one module into its tree.

use super::OpsError;
use super::language::{Language, read_as};
use super::problems::{Text, of_module};
use crate::rego::syntax::{self, Module};
use crate::sources;
use std::path::PathBuf;

/// What is to be read, and how.
pub struct Request<'a> {
    /// The file.
    pub path: &'a PathBuf,
    /// Its language.
    pub language: &'a Language,
}

/// The tree of a module.
///
/// # Errors
/// A file that cannot be read, or [`OpsError::Modules`] with what is wrong with it.
pub fn parse(request: &Request<'_>) -> Result<Module, OpsError> {
    let file = sources::module(request.path)?;
    let text = Text { file: &file.shown, bytes: &file.bytes, version: read_as(request.language.version) };
    syntax::parse(&file.bytes, &file.shown, &request.language.reading(text.version))
        .map_err(|errors| OpsError::Modules(of_module(&text, errors)))
}
