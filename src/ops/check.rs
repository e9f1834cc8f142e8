//! Checks the modules of an author.

use super::language::{Language, read_as};
use super::problems::{Problem, Text, check_program, read};
use super::{OpsError, chain};
use crate::rego::check::CheckOptions;
use crate::sources::{self, SourceError};
use std::collections::HashSet;
use std::path::PathBuf;

/// What is to be checked, and how.
pub struct Request<'a> {
    /// Files and folders.
    pub paths: &'a [PathBuf],
    /// Patterns of file and folder names that are left out.
    pub ignore: &'a [String],
    /// Whether each path is a bundle, with data and a manifest.
    pub bundle: bool,
    /// The language of the modules.
    pub language: &'a Language,
    /// Whether what `opa check --strict` refuses is refused.
    pub strict: bool,
    /// How many errors of a check are told; 0 for all. Errors of reading are all told.
    pub limit: usize,
}

/// What is wrong with modules; nothing where OPA would load them. Those that do not read are told alone.
///
/// # Errors
/// Files that cannot be read. Problems are no error here, and neither is what is wrong with a bundle.
pub fn check(request: &Request<'_>) -> Result<Vec<Problem>, OpsError> {
    if request.bundle { check_bundle(request) } else { check_modules(request) }
}

fn check_modules(request: &Request<'_>) -> Result<Vec<Problem>, OpsError> {
    let mut modules = sources::modules(request.paths, request.ignore)?;
    let mut seen = HashSet::new();
    modules.retain(|module| seen.insert(module.shown.clone()));
    let version = read_as(request.language.version);
    let texts: Vec<Text<'_>> =
        modules.iter().map(|module| Text { file: &module.shown, bytes: &module.bytes, version }).collect();
    Ok(problems(request, &texts, request.language.checking()))
}

fn check_bundle(request: &Request<'_>) -> Result<Vec<Problem>, OpsError> {
    let asked = sources::Request {
        paths: request.paths.to_vec(),
        ignore: request.ignore.to_vec(),
        rego_version: request.language.version,
        revision: None,
        signed: true,
    };
    let loaded = match sources::load(&asked) {
        Err(error @ (SourceError::Bundle(_) | SourceError::Merge { .. })) => {
            return Ok(vec![Problem::of_bundle(of_bundle(request.paths, &error))]);
        }
        other => other?,
    };
    let modules = loaded.bundle.modules.iter().zip(&loaded.module_files);
    let texts: Vec<Text<'_>> = modules
        .map(|(module, file)| Text { file, bytes: module.text.as_bytes(), version: read_as(module.rego_version) })
        .collect();
    let options = request.language.checking_bundle(&loaded.bundle, &loaded.metadata)?;
    Ok(problems(request, &texts, options))
}

/// What is wrong with a bundle, as OPA says it: after the path.
fn of_bundle(paths: &[PathBuf], error: &SourceError) -> String {
    match (paths, error) {
        ([path], SourceError::Bundle(error)) => format!("bundle {}: {}", path.display(), chain(error)),
        _ => chain(error),
    }
}

fn problems(request: &Request<'_>, texts: &[Text<'_>], options: CheckOptions) -> Vec<Problem> {
    let modules = match read(texts, |version| request.language.reading(version)) {
        Ok(modules) => modules,
        Err(problems) => return problems,
    };
    let options = CheckOptions { strict: request.strict, limit: request.limit, ..options };
    check_program(modules, &options, || read(texts, |version| request.language.reading(version)))
}
