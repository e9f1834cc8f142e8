//! The modules and data that are asked or tested: files, folders, bundles, images.

use super::OpsError;
use super::documents::{self, Documents, clash, merge};
use super::language::{Language, read_as};
use super::problems::{Text, read};
use crate::bundle::Bundle;
use crate::eval::{EvalError, Fault, Value};
use crate::sources::Ignore;
use std::collections::HashSet;
use std::path::PathBuf;

/// What modules and data come from.
#[derive(Debug)]
pub enum Source {
    /// A file or folder, as it was typed.
    Path(String),
    /// A file or folder that is a bundle.
    BundlePath(PathBuf),
    /// The bundle of an image, and what messages call it.
    Image(String, Box<Bundle>),
}

/// Reads sources, each once. The data of an image must not clash with those of another source.
///
/// # Errors
/// What cannot be read, or is no module.
pub fn load(sources: Vec<Source>, ignore: &[String], language: &Language) -> Result<Documents, OpsError> {
    let (mut data, mut bundles, mut images) = (Vec::new(), Vec::new(), Vec::new());
    for source in sources {
        match source {
            Source::Path(path) if !data.contains(&path) => data.push(path),
            Source::BundlePath(path) if !bundles.contains(&path) => bundles.push(path),
            Source::Image(name, bundle) => images.push((name, bundle)),
            Source::Path(_) | Source::BundlePath(_) => {}
        }
    }
    let request = documents::Request { data: &data, bundles: &bundles, ignore, language };
    let mut documents = documents::load(&request)?;
    for (name, bundle) in &images {
        documents = with_image(documents, name, bundle, language)?;
    }
    let mut seen = HashSet::new();
    documents.modules.retain(|module| seen.insert(module.file.clone()));
    Ok(documents)
}

fn with_image(before: Documents, name: &str, bundle: &Bundle, language: &Language) -> Result<Documents, OpsError> {
    let Documents { mut modules, mut data, mut bundles, mut signed, times, .. } = before;
    let files = bundle.modules.iter().map(|module| Text {
        file: module.path.trim_start_matches('/'),
        bytes: module.text.as_bytes(),
        version: read_as(module.rego_version),
    });
    let files: Vec<Text<'_>> = files.collect();
    modules.extend(read(&files, |version| language.reading(version)).map_err(OpsError::Modules)?);
    let own = Value::from_json(bundle.data.as_str()).map_err(|error| EvalError::Document(error.to_string()))?;
    if let Some(path) = clash(&data, &own, "data") {
        let message = format!("{name}: its data clash with those of another source at {path}");
        return Err(EvalError::Compile(vec![Fault { message, ..Fault::default() }]).into());
    }
    merge(&mut data, &own);
    let metadata: Vec<_> = bundle.manifest.metadata.iter().cloned().collect();
    bundles.push((name.to_owned(), bundle.manifest.clone()));
    signed.extend((!bundle.signatures.is_empty()).then(|| name.to_owned()));
    let check = language.checking_bundle(bundle, &metadata)?;
    Ok(Documents { bundles, signed, times, ..Documents::of(modules, data, check) })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_for_tests_are_those_that_leave_none_out() {
        let patterns = ["*_test.rego".to_owned(), "draft".to_owned(), "*.rego".to_owned()];
        assert_eq!(kept_for_tests(&patterns).unwrap(), ["draft"]);
    }
}
