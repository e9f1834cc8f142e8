//! The modules and data a query is asked of, from files and folders as `opa eval --data` and `--bundle` read them.

use super::OpsError;
use super::bundles::{bundle, overlap};
use super::language::{Language, read_as};
use crate::bundle::Manifest;
use crate::bundle::yaml::{self, YamlError, YamlFault};
use crate::eval::{EvalError, Fault, Value};
use crate::rego::check::{CheckOptions, DataPaths};
use crate::rego::metadata::fault_in_yaml;
use crate::rego::syntax::{Module, ParseError, parse};
use crate::sources::Ignore;
use std::path::{Path, PathBuf};
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

/// An error that has a message and no place.
fn plain(message: impl Into<String>) -> Fault {
    Fault { message: message.into(), ..Fault::default() }
}

/// Reads what is asked of.
///
/// # Errors
/// All that is wrong with the files, as OPA tells it.
pub fn load(request: &Request<'_>) -> Result<Documents, OpsError> {
    let mut reader = Reader {
        language: request.language,
        modules: Vec::new(),
        data: Vec::new(),
        roots: Vec::new(),
        faults: Vec::new(),
        check: request.language.checking(),
        bundles: Vec::new(),
        times: LoadTimes::default(),
    };
    let start = Instant::now();
    let ignore = Ignore::new(request.ignore).map_err(|error| EvalError::Compile(vec![plain(error.to_string())]))?;
    for typed in request.data {
        let (prefix, path) = prefixed(typed);
        reader.path(&path, &prefix, &ignore, request.ignore);
    }
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
    let (bundles, times) = (reader.bundles, reader.times);
    Ok(Documents { bundles, times, ..Documents::of(reader.modules, data, reader.check) })
}

impl Documents {
    /// Modules that are checked beside data.
    pub(super) fn of(modules: Vec<Module>, data: Value, check: CheckOptions) -> Self {
        let of_data = data.clone();
        let paths = DataPaths::new(move |path| has(&of_data, path));
        let check = CheckOptions { data: Some(paths), ..check };
        Self { modules, data, check, bundles: Vec::new(), times: LoadTimes::default() }
    }
}

/// A document that stands where nothing is told about it but its text: YAML, of which JSON is a part.
///
/// # Errors
/// A text that is neither.
pub fn input(bytes: &[u8]) -> Result<Value, String> {
    let read = yaml::to_json(bytes, 0).map_err(|error| {
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        format!("unable to parse input: {}", told_of_yaml(text, &error))
    })?;
    Value::from_json(read.json.as_str()).map_err(|error| format!("unable to parse input: {error}"))
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

struct Reader<'a> {
    language: &'a Language,
    modules: Vec<Module>,
    /// Files and what they give to `data`.
    data: Vec<(String, Value)>,
    /// Bundles and their roots.
    roots: Vec<(String, Vec<String>)>,
    faults: Vec<Fault>,
    check: CheckOptions,
    bundles: Vec<(String, Manifest)>,
    times: LoadTimes,
}

impl Reader<'_> {
    fn path(&mut self, path: &Path, prefix: &[String], ignore: &Ignore, patterns: &[String]) {
        match std::fs::metadata(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                self.faults.push(plain(format!("stat {}: no such file or directory", path.display())));
            }
            Err(error) => self.faults.push(plain(format!("{}: {error}", path.display()))),
            Ok(metadata) if metadata.is_dir() => self.folder(path, prefix, ignore),
            Ok(_) if path.to_string_lossy().ends_with(".tar.gz") => self.archive(path, patterns),
            Ok(_) => self.file(path, prefix, true),
        }
    }

    /// A bundle among files.
    fn archive(&mut self, path: &Path, ignore: &[String]) {
        let read = match bundle(path, ignore, self.language) {
            Ok(read) => read,
            Err(message) => return self.faults.push(plain(message)),
        };
        self.modules.extend(read.modules);
        match self.language.checking_bundle(&read.loaded.bundle, &read.loaded.metadata) {
            Ok(check) => self.check = check,
            Err(error) => self.faults.push(plain(error.to_string())),
        }
        if let Ok(value) = Value::from_json(read.loaded.bundle.data.as_str()) {
            self.data.push((path.display().to_string(), value));
        }
    }

    fn folder(&mut self, path: &Path, prefix: &[String], ignore: &Ignore) {
        let Ok(entries) = std::fs::read_dir(path) else {
            self.faults.push(plain(format!("open {}: permission denied", path.display())));
            return;
        };
        let mut entries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        entries.sort();
        for entry in entries {
            let name = entry.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if ignore.skips(&name) {
                continue;
            }
            if entry.is_dir() {
                let mut below = prefix.to_vec();
                below.push(name);
                self.folder(&entry, &below, ignore);
            } else if [".rego", ".json", ".yaml", ".yml"].iter().any(|ending| name.ends_with(ending)) {
                self.file(&entry, prefix, false);
            }
        }
    }

    fn file(&mut self, path: &Path, prefix: &[String], is_named: bool) {
        let shown = path.display().to_string();
        let shown = shown.strip_prefix("./").unwrap_or(&shown).to_owned();
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) => return self.faults.push(plain(format!("{shown}: {error}"))),
        };
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let start = Instant::now();
        let read = match name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("rego") => {
                self.module(&shown, &bytes);
                *self.times.modules.get_or_insert_default() += start.elapsed();
                return;
            }
            Some("json") => json(&bytes),
            Some("yaml" | "yml") => data(&bytes).map_err(|told| format!("error converting YAML to JSON: {told}")),
            _ if is_named => {
                let version = read_as(self.language.version);
                if let Ok(module) = parse(&bytes, &shown, &self.language.reading(version)) {
                    return self.modules.push(module);
                }
                data(&bytes).map_err(|_| "can't recognize file type".to_owned())
            }
            _ => return,
        };
        *self.times.data.get_or_insert_default() += start.elapsed();
        match read {
            Ok(value) => self.document(shown, prefix, value),
            Err(message) => self.faults.push(plain(format!("{shown}: {message}"))),
        }
    }

    fn document(&mut self, shown: String, prefix: &[String], value: Value) {
        let nested = prefix.iter().rev().fold(value, |value, key| {
            Value::from(std::collections::BTreeMap::from([(Value::from(key.as_str()), value)]))
        });
        if nested.as_object().is_none() {
            return self.faults.push(plain(format!("{shown}: document must be of type object")));
        }
        self.data.push((shown, nested));
    }

    fn module(&mut self, shown: &str, bytes: &[u8]) {
        let version = read_as(self.language.version);
        match parse(bytes, shown, &self.language.reading(version)) {
            Ok(module) => self.modules.push(module),
            Err(errors) => self.faults.extend(errors.into_iter().map(|error| of_parser(shown, error))),
        }
    }

    fn bundle(&mut self, path: &Path, ignore: &[String]) -> Result<(), OpsError> {
        let name = path.display().to_string();
        let read = bundle(path, ignore, self.language)
            .map_err(|message| OpsError::BundleLoading { name: name.clone(), message })?;
        self.modules.extend(read.modules);
        let loaded = read.loaded;
        self.check = self.language.checking_bundle(&loaded.bundle, &loaded.metadata)?;
        self.roots.push((name.clone(), loaded.bundle.manifest.roots.clone()));
        if let Ok(value) = Value::from_json(loaded.bundle.data.as_str()) {
            self.data.push((name, value));
        }
        let name = path.display().to_string();
        self.bundles.extend(loaded.manifests.into_iter().map(|manifest| (name.clone(), manifest)));
        Ok(())
    }

    /// All data as one document.
    fn merged(&mut self) -> Value {
        let mut whole = Value::new_object();
        let mut before: Vec<(String, Value)> = Vec::new();
        for (file, value) in std::mem::take(&mut self.data) {
            if let Some(path) = clash(&whole, &value, "data") {
                let of = before.iter().find(|(_, earlier)| clash(earlier, &value, "data").is_some());
                let other = of.map(|(other, _)| other.as_str()).unwrap_or_default();
                let message = format!("{file}: merge error: conflicting values at {path}, also defined in {other}");
                self.faults.push(plain(message));
                continue;
            }
            merge(&mut whole, &value);
            before.push((file, value));
        }
        whole
    }
}

/// The path at which two documents cannot be put together.
pub(super) fn clash(left: &Value, right: &Value, path: &str) -> Option<String> {
    let (Some(left), Some(right)) = (left.as_object(), right.as_object()) else { return Some(path.to_owned()) };
    right.iter().find_map(|(key, value)| {
        let known = left.get(key)?;
        let key = key.as_string().unwrap_or_default();
        clash(known, value, &format!("{path}.{key}"))
    })
}

/// Puts a document into another; what both have stays as it was.
pub(super) fn merge(left: &mut Value, right: &Value) {
    let (Some(entries), Some(others)) = (left.as_object_mut(), right.as_object()) else { return };
    for (key, value) in others.iter() {
        match entries.get(key).cloned() {
            Some(mut known) => {
                merge(&mut known, value);
                entries.insert(key.clone(), known);
            }
            None => drop(entries.insert(key.clone(), value.clone())),
        }
    }
}

fn json(bytes: &[u8]) -> Result<Value, String> {
    Value::from_json(bytes).map_err(|error| error.to_string())
}

/// Why a text is no YAML that has a value, in the words of OPA.
fn told_of_yaml(text: &[u8], error: &YamlError) -> String {
    match error.fault {
        YamlFault::NotANumber(".nan") => "json: unsupported value: NaN".to_owned(),
        YamlFault::NotANumber("-.inf") => "json: unsupported value: -Inf".to_owned(),
        YamlFault::NotANumber(_) => "json: unsupported value: +Inf".to_owned(),
        _ => fault_in_yaml(text).unwrap_or_else(|| format!("yaml: {error}")),
    }
}

fn data(bytes: &[u8]) -> Result<Value, String> {
    let read = yaml::to_json(bytes, 0).map_err(|error| told_of_yaml(bytes, &error))?;
    Value::from_json(read.json.as_str()).map_err(|error| error.to_string())
}

/// An error of a parser.
#[must_use]
pub fn of_parser(file: &str, error: ParseError) -> Fault {
    let details = error.details.map(|details| serde_json::json!({ "line": details.line, "idx": details.index }));
    Fault {
        code: ParseError::CODE.to_owned(),
        message: error.message,
        file: file.to_owned(),
        row: error.row,
        column: error.column,
        is_placed: error.placed,
        lines: details.as_ref().map(caret).unwrap_or_default(),
        details,
        ..Fault::default()
    }
}

/// The line a parser stopped at without the tabs it begins with, and a mark below the place.
pub(super) fn caret(details: &serde_json::Value) -> Vec<String> {
    let whole = details.get("line").and_then(serde_json::Value::as_str).unwrap_or_default();
    let index = details.get("idx").and_then(serde_json::Value::as_u64).unwrap_or_default();
    let line = whole.trim_start_matches('\t');
    let blanks = usize::try_from(index).unwrap_or_default().saturating_sub(whole.len() - line.len());
    vec![line.to_owned(), format!("{}^", " ".repeat(blanks))]
}
