//! Bundles that are asked, and what OPA says of those that do not load.

use super::language::{Language, read_as};
use super::problems::{Problem, Text, read};
use crate::bundle::archive::ArchiveError;
use crate::bundle::{BundleError, ContentFault, Kind, Member};
use crate::eval::{Fault, Value, counted};
use crate::rego::metadata::fault_in_yaml;
use crate::rego::syntax::Module;
use crate::sources::{self, Loaded, SourceError};
use std::collections::BTreeSet;
use std::path::Path;

/// How many bytes a gzip begins with before anything can be told of it.
const GZIP_HEADER: u64 = 10;

/// A bundle that was read.
pub(super) struct BundleRead {
    pub(super) loaded: Loaded,
    pub(super) modules: Vec<Module>,
}

/// Reads one bundle, a folder or an archive.
///
/// # Errors
/// What is wrong with it, as OPA tells it.
pub(super) fn bundle(path: &Path, ignore: &[String], language: &Language) -> Result<BundleRead, String> {
    let asked = sources::Request {
        paths: vec![path.to_owned()],
        ignore: ignore.to_vec(),
        rego_version: language.version,
        revision: None,
        signed: true,
    };
    let shown = path.display();
    let loaded = sources::load(&asked).map_err(|error| match error {
        SourceError::NotFound { .. } => {
            format!("error reading {:?}: stat {shown}: no such file or directory", shown.to_string())
        }
        error => format!("bundle {shown}: {}", fault(&error, path)),
    })?;
    // OPA names what is in an archive by its path there.
    let is_archive = path.is_file();
    let files = loaded.bundle.modules.iter().zip(&loaded.module_files);
    let texts: Vec<Text<'_>> = files
        .map(|(module, file)| Text {
            file: if is_archive { &module.path } else { file },
            bytes: module.text.as_bytes(),
            version: read_as(module.rego_version),
        })
        .collect();
    let modules = read(&texts, |version| language.reading(version)).map_err(|problems| {
        let lines: Vec<String> = problems.into_iter().map(|problem| of_problem(problem).to_string()).collect();
        format!("bundle {shown}: {}", counted(&lines))
    })?;
    Ok(BundleRead { loaded, modules })
}

fn of_problem(problem: Problem) -> Fault {
    let (row, column) = problem.place.unwrap_or_default();
    Fault {
        code: problem.code.unwrap_or_default().to_owned(),
        message: problem.message,
        file: problem.file.unwrap_or_default(),
        row,
        column,
        lines: problem.details.as_ref().map(super::documents::caret).unwrap_or_default(),
        ..Fault::default()
    }
}

/// What OPA says of files that make no bundle; where it has no such words, what this program says.
fn fault(error: &SourceError, path: &Path) -> String {
    let is_archive = path.is_file();
    match error {
        SourceError::NotABundle { .. } if std::fs::metadata(path).is_ok_and(|file| file.len() < GZIP_HEADER) => {
            "bundle read failed: archive read failed: unexpected EOF".to_owned()
        }
        SourceError::NotABundle { .. } => "bundle read failed: archive read failed: gzip: invalid header".to_owned(),
        SourceError::Archive { source: ArchiveError::Empty, .. } => {
            "bundle read failed: archive read failed: EOF".to_owned()
        }
        SourceError::Archive { source: ArchiveError::Truncated { .. }, .. } => {
            "bundle read failed: archive read failed: unexpected EOF".to_owned()
        }
        SourceError::Bundle(BundleError::Content { file, member, fault }) => {
            let Member { name: written, bytes } = &**member;
            let kind = Kind::of(&format!("/{}", written.trim_start_matches(['.', '/'])));
            if kind == Some(Kind::Manifest) || written.ends_with(".manifest") {
                let words = shape(fault).or_else(|| of_json(bytes)).unwrap_or_else(|| fault.to_string());
                return format!("bundle load failed on manifest decode: {words}");
            }
            let words = match fault {
                ContentFault::Yaml(_) => fault_in_yaml(bytes),
                _ => of_json(bytes),
            };
            let name = if is_archive { written } else { file };
            format!("bundle load failed on {name}: {}", words.unwrap_or_else(|| fault.to_string()))
        }
        SourceError::Bundle(BundleError::RootNotObject { file, .. }) => {
            format!("bundle load failed on {}: root value must be object", inside(file, path))
        }
        SourceError::Bundle(BundleError::Clash { file, .. }) => {
            let name = inside(file, path);
            let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder).trim_start_matches(['.', '/']);
            format!("bundle load failed on {name}: failed to insert data file from path {folder}")
        }
        SourceError::Bundle(BundleError::SeveralManifests { first, second }) => {
            let [first, second] =
                [first, second].map(|name| name.strip_prefix(&*path.to_string_lossy()).unwrap_or(name));
            format!("bundle contains multiple manifest files: {first:?} and {second:?}")
        }
        SourceError::Bundle(error @ BundleError::DataOutsideRoots { .. }) => {
            format!("{error} (hint: check bundle directory structure)")
        }
        error => super::chain(error),
    }
}

/// The name of a file in a bundle that is shown with the path of the bundle before it.
fn inside<'f>(file: &'f str, path: &Path) -> &'f str {
    file.strip_prefix(&*path.to_string_lossy()).unwrap_or(file)
}

/// What Go says of a text that is no JSON.
fn of_json(bytes: &[u8]) -> Option<String> {
    Value::from_json(bytes).err().map(|error| error.to_string())
}

/// What Go says of a field of a manifest that is of another type.
fn shape(fault: &ContentFault) -> Option<String> {
    let ContentFault::Shape { field, wanted, found } = fault else { return None };
    let found = match found.strip_prefix("a ").or_else(|| found.strip_prefix("an ")) {
        Some("boolean") => "bool".to_owned(),
        Some(kind) => kind.to_owned(),
        None if *wanted == "an integer" => format!("number {found}"),
        None => "number".to_owned(),
    };
    let into = match (field.as_str(), *wanted) {
        ("the manifest", _) => "Go value of type bundle.Manifest".to_owned(),
        (_, "a string") => format!("Go struct field Manifest.{field} of type string"),
        (_, "a list of strings") => format!("Go struct field Manifest.{field} of type []string"),
        (_, "an integer") => format!("Go struct field Manifest.{field} of type int"),
        ("metadata", _) => "Go struct field Manifest.metadata of type map[string]interface {}".to_owned(),
        _ => return None,
    };
    Some(format!("json: cannot unmarshal {found} into {into}"))
}

/// What OPA says of bundles that cannot be used together, each with its roots: one root lies in that of another.
pub(super) fn overlap(bundles: &[(String, Vec<String>)]) -> Option<String> {
    let mut roots: Vec<(String, &str)> = Vec::new();
    for (name, own) in bundles {
        roots.extend(own.iter().map(|root| (canonical(root), name.as_str())));
    }
    roots.sort();
    let (mut colliding, mut conflicts) = (BTreeSet::new(), BTreeSet::new());
    for (place, (root, bundle)) in roots.iter().enumerate() {
        for (other, second) in roots.iter().skip(place + 1).take_while(|(other, _)| other.starts_with(root)) {
            if bundle == second {
                continue;
            }
            colliding.extend([*bundle, *second]);
            let (shown, other_shown) = (root.trim_matches('/'), other.trim_matches('/'));
            conflicts.insert(if root == other {
                format!("root {shown} is in multiple bundles")
            } else {
                format!("{} overlaps {}", shown.min(other_shown), shown.max(other_shown))
            });
        }
    }
    if colliding.is_empty() {
        return None;
    }
    let listed = |names: BTreeSet<&str>| names.into_iter().collect::<Vec<_>>().join(", ");
    let owning_all = bundles.iter().filter(|(_, roots)| roots.iter().any(String::is_empty));
    let owning_all: BTreeSet<&str> = owning_all.map(|(name, _)| name.as_str()).collect();
    let names = listed(colliding);
    Some(if owning_all.is_empty() {
        let conflicts = conflicts.into_iter().collect::<Vec<_>>().join(", ");
        format!("detected overlapping roots in manifests for these bundles: [{names}] ({conflicts})")
    } else {
        format!(
            "bundles [{names}] have overlapping roots and cannot be activated simultaneously because bundle(s) [{}] \
             specify empty root paths ('') which overlap with any other bundle root",
            listed(owning_all)
        )
    })
}

fn canonical(root: &str) -> String {
    match root.trim_matches('/') {
        "" => "/".to_owned(),
        root => format!("/{root}/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bundles: &[(&str, &[&str])]) -> Option<String> {
        let owned = |roots: &[&str]| roots.iter().map(|root| (*root).to_owned()).collect();
        let bundles: Vec<(String, Vec<String>)> =
            bundles.iter().map(|(name, roots)| ((*name).to_owned(), owned(roots))).collect();
        overlap(&bundles)
    }

    #[test]
    fn roots_overlap_only_between_bundles() {
        assert_eq!(told(&[("a", &["x", "x/y"]), ("b", &["xy", "z"])]), None);
        let text = told(&[("b", &["x/y", "z"]), ("a", &["/x", "z"])]).unwrap();
        assert_eq!(
            text,
            "detected overlapping roots in manifests for these bundles: [a, b] (root z is in multiple bundles, x overlaps \
             x/y)"
        );
        assert!(told(&[("a", &[""]), ("b", &["x"])]).unwrap().contains("bundle(s) [a] specify empty"));
    }
}
