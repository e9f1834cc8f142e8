//! The modules and data a query is asked of, from files and folders as `opa eval --data` and `--bundle` read them.

mod faults;
mod merge;
mod reader;
mod yaml;

pub(super) use faults::caret;
pub use faults::of_parser;
pub(super) use merge::{clash, merge};

use super::OpsError;
use super::bundles::overlap;
use super::language::Language;
use crate::bundle::Manifest;
use crate::eval::{EvalError, Value};
use crate::rego::check::{CheckOptions, DataPaths};
use crate::rego::syntax::Module;
use crate::sources::Ignore;
use faults::plain;
use reader::Reader;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Modules and data.
#[derive(Debug)]
pub struct Documents {
    /// The modules.
    pub modules: Vec<Module>,
    /// The document `data`.
    pub data: Value,
    /// How the modules are checked: beside that data, with what their bundles require.
    pub check: CheckOptions,
    /// The names of the bundles among what was read, and their manifests.
    pub bundles: Vec<(String, Manifest)>,
    /// The names of those that are signed; nothing looks at their signatures.
    pub signed: Vec<String>,
    /// How long it took to read them.
    pub times: LoadTimes,
}

/// How long it took to read files and bundles, where there were such, and what was in them.
#[derive(Debug, Clone, Copy, Default)]
pub struct LoadTimes {
    /// All files and folders.
    pub files: Option<Duration>,
    /// All bundles.
    pub bundles: Option<Duration>,
    /// The modules in files, without finding them.
    pub modules: Option<Duration>,
    /// The data in files, without finding them.
    pub data: Option<Duration>,
}

/// What is to be read.
#[derive(Debug)]
pub struct Request<'a> {
    /// Files and folders, each perhaps with the path its data get and a colon in front.
    pub data: &'a [String],
    /// Bundles: folders or archives.
    pub bundles: &'a [PathBuf],
    /// Patterns of names that are left out.
    pub ignore: &'a [String],
    /// The language of the modules.
    pub language: &'a Language,
}

/// Reads what is asked of.
///
/// # Errors
/// All that is wrong with the files, as OPA tells it.
pub fn load(request: &Request<'_>) -> Result<Documents, OpsError> {
    let mut reader = Reader::new(request.language);
    let start = Instant::now();
    let ignore = Ignore::new(request.ignore).map_err(|error| EvalError::Compile(vec![plain(error.to_string())]))?;
    for typed in request.data {
        let (prefix, path) = prefixed(typed);
        reader.path(&path, &prefix, &ignore, request.ignore);
    }
    reader.parse();
    reader.times.files = (!request.data.is_empty()).then(|| start.elapsed());
    let of_files = reader.merged();
    if !reader.faults.is_empty() {
        return Err(EvalError::Compile(reader.faults).into());
    }
    let start = Instant::now();
    for bundle in request.bundles {
        reader.bundle(bundle, request.ignore)?;
    }
    reader.times.bundles = (!request.bundles.is_empty()).then(|| start.elapsed());
    if let Some(message) = overlap(&reader.roots) {
        return Err(OpsError::BundleActivation(message));
    }
    reader.data.insert(0, (String::new(), of_files));
    let data = reader.merged();
    if !reader.faults.is_empty() {
        return Err(EvalError::Compile(reader.faults).into());
    }
    let (bundles, signed, times) = (reader.bundles, reader.signed, reader.times);
    Ok(Documents { bundles, signed, times, ..Documents::of(reader.modules, data, reader.check) })
}

impl Documents {
    /// Modules that are checked beside data.
    pub(super) fn of(modules: Vec<Module>, data: Value, check: CheckOptions) -> Self {
        let of_data = data.clone();
        let paths = DataPaths::new(move |path| has(&of_data, path));
        let check = CheckOptions { data: Some(paths), ..check };
        Self { modules, data, check, bundles: Vec::new(), signed: Vec::new(), times: LoadTimes::default() }
    }
}

/// A document that stands where nothing is told about it but its text: YAML, of which JSON is a part.
///
/// # Errors
/// A text that is neither.
pub fn input(bytes: &[u8]) -> Result<Value, String> {
    yaml::value(bytes).map_err(|error| format!("unable to parse input: {error}"))
}

/// The path of the data and the path of the file.
fn prefixed(typed: &str) -> (Vec<String>, PathBuf) {
    let path = typed.strip_prefix("file://").unwrap_or(typed);
    match path.split_once(':') {
        Some((prefix, path)) if !prefix.contains(['/', '\\']) && typed == path_with(prefix, path) => {
            let path = path.strip_prefix("file://").unwrap_or(path);
            (prefix.split('.').map(str::to_owned).collect(), path.into())
        }
        _ => (Vec::new(), path.into()),
    }
}

fn path_with(prefix: &str, path: &str) -> String {
    format!("{prefix}:{path}")
}

/// Whether data have a value at a path, or one that is no object on the way there.
fn has(data: &Value, path: &[&str]) -> bool {
    let mut value = data;
    for key in path {
        let Some(object) = value.as_object() else { return true };
        let Some(member) = object.get(&Value::from(*key)) else { return false };
        value = member;
    }
    true
}
