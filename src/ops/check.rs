//! Checks the modules of an author.

use super::OpsError;
use super::problems::{Problem, Text, problems};
use crate::rego::syntax::{Options, RegoVersion};
use crate::sources;
use std::path::PathBuf;

/// What is to be checked, and how.
pub struct Request<'a> {
    /// Files and folders.
    pub paths: &'a [PathBuf],
    /// Patterns of file and folder names that are left out.
    pub ignore: &'a [String],
    /// The version of Rego.
    pub version: RegoVersion,
    /// How a version is read.
    pub options: &'a (dyn Fn(RegoVersion) -> Options + Sync),
}

/// What was found.
#[derive(Debug)]
pub struct Checked {
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// How many modules there are.
    pub modules: usize,
}

/// Reads every module, and tells what is wrong with each of them.
///
/// # Errors
/// Files that cannot be read. Problems are no error here.
pub fn check(request: &Request<'_>) -> Result<Checked, OpsError> {
    let modules = sources::modules(request.paths, request.ignore)?;
    let texts: Vec<Text<'_>> = modules
        .iter()
        .map(|module| Text { file: &module.shown, bytes: &module.bytes, version: request.version })
        .collect();
    Ok(Checked { problems: problems(&texts, request.options), modules: modules.len() })
}
