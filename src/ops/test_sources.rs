//! The modules and data that tests are run with.

use super::language::{Language, read_as};
use super::problems::{Problem, Text, read};
use super::{OpsError, chain};
use crate::bundle::Bundle;
use crate::eval::{EvalError, Value};
use crate::rego::syntax::Module;
use crate::sources::{self, Ignore, SourceError};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// What modules and data come from.
#[derive(Debug)]
pub enum Source {
    /// A file or folder.
    Path(PathBuf),
    /// A file or folder that is a bundle.
    BundlePath(PathBuf),
    /// The bundle of an image, and what messages call it.
    Image(String, Bundle),
}

/// Modules, and the documents beside them.
pub type Documents = (Vec<Module>, Value);

/// Reads sources; no two bundles among them may own the same part of `data`.
///
/// # Errors
/// What cannot be read, or is no module.
pub fn load(sources: Vec<Source>, ignore: &[String], language: &Language) -> Result<Documents, OpsError> {
    let (mut files, mut paths, mut bundles) = (Vec::new(), Vec::new(), Vec::new());
    for source in sources {
        match source {
            Source::Path(path) => {
                let version = read_as(language.version);
                let is_data = path.is_file() && path.extension().is_some_and(|kind| kind != "rego");
                let found = match is_data {
                    true => Vec::new(),
                    false => sources::modules(std::slice::from_ref(&path), ignore).map_err(of_path)?,
                };
                paths.push(path);
                files.extend(found.into_iter().map(|module| (module.shown, module.bytes, version)));
            }
            Source::BundlePath(path) => {
                let loaded = bundle(&path, ignore, language)?;
                let is_archive = path.is_file();
                let modules = loaded.bundle.modules.iter().zip(loaded.module_files);
                files.extend(modules.map(|(module, shown)| {
                    // OPA names what is in an archive by its path there.
                    let shown = if is_archive { module.path.clone() } else { shown };
                    (shown, module.text.clone().into_bytes(), read_as(module.rego_version))
                }));
                bundles.push((path.display().to_string(), loaded.bundle));
            }
            Source::Image(name, bundle) => {
                let modules = bundle.modules.iter();
                files.extend(modules.map(|module| {
                    let shown = module.path.trim_start_matches('/').to_owned();
                    (shown, module.text.clone().into_bytes(), read_as(module.rego_version))
                }));
                bundles.push((name, bundle));
            }
        }
    }
    let mut seen = HashSet::new();
    files.retain(|(shown, ..)| seen.insert(shown.clone()));
    let texts: Vec<Text<'_>> =
        files.iter().map(|(file, bytes, version)| Text { file, bytes, version: *version }).collect();
    let modules = read(&texts, |version| language.reading(version)).map_err(OpsError::Modules)?;
    let data = sources::data(&paths, ignore).map_err(of_path)?;
    if data.as_str() != "{}" {
        bundles.push((String::new(), Bundle { data, ..Bundle::default() }));
    }
    let data = match bundles.is_empty() {
        true => "{}".to_owned(),
        false => Bundle::merge(bundles, language.version)?.data.as_str().to_owned(),
    };
    let data = Value::from_json_str(&data).map_err(|error| EvalError::Document(error.to_string()))?;
    Ok((modules, data))
}

fn bundle(path: &Path, ignore: &[String], language: &Language) -> Result<sources::Loaded, OpsError> {
    let asked = sources::Request {
        paths: vec![path.to_owned()],
        ignore: ignore.to_vec(),
        rego_version: language.version,
        revision: None,
        signed: true,
    };
    let shown = path.display();
    sources::load(&asked).map_err(|error| {
        let why = match error {
            SourceError::NotFound { .. } => {
                format!("error reading \"{shown}\": stat {shown}: no such file or directory")
            }
            SourceError::Bundle(error) => format!("bundle {shown}: {}", chain(&error)),
            other => return other.into(),
        };
        OpsError::Modules(vec![Problem::of_bundle(format!("unable to load bundle {shown}: {why}"))])
    })
}

/// A path that is not there, in OPA's words.
fn of_path(error: SourceError) -> OpsError {
    match error {
        SourceError::NotFound { path } => {
            let message = format!("stat {}: no such file or directory", path.display());
            OpsError::Modules(vec![Problem::of_bundle(message)])
        }
        SourceError::Bundle(error) => OpsError::Modules(vec![Problem::of_bundle(chain(&error))]),
        other => other.into(),
    }
}

/// The patterns that are for tests too: not those that leave tests out of a bundle.
///
/// # Errors
/// A pattern that does not read.
pub fn kept_for_tests(ignore: &[String]) -> Result<Vec<String>, OpsError> {
    let mut kept = Vec::new();
    for pattern in ignore {
        if !Ignore::new(std::slice::from_ref(pattern))?.skips("policy_test.rego") {
            kept.push(pattern.clone());
        }
    }
    Ok(kept)
}
