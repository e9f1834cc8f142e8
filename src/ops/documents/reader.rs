//! Files and folders as OPA reads them.

use super::LoadTimes;
use super::faults::{of_parser, plain};
use super::merge::{clash, merge};
use super::yaml;
use crate::bundle::{Bundle, Manifest};
use crate::eval::{Fault, Value};
use crate::ops::OpsError;
use crate::ops::bundles::bundle;
use crate::ops::language::{Language, read_as};
use crate::rego::check::{CheckOptions, parallel};
use crate::rego::syntax::{Module, parse};
use crate::sources::Ignore;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What a file gives besides data.
enum Found {
    /// The text of a module, and what messages call the file.
    Text(String, Vec<u8>),
    Modules(Vec<Module>),
    Fault(Fault),
}

/// Files and bundles on their way to documents.
pub(super) struct Reader<'a> {
    language: &'a Language,
    /// What the files give, in their order.
    found: Vec<Found>,
    pub(super) modules: Vec<Module>,
    /// Files and what they give to `data`.
    pub(super) data: Vec<(String, Value)>,
    /// Bundles and their roots.
    pub(super) roots: Vec<(String, Vec<String>)>,
    pub(super) faults: Vec<Fault>,
    pub(super) check: CheckOptions,
    pub(super) bundles: Vec<(String, Manifest)>,
    /// The bundles that are signed.
    pub(super) signed: Vec<String>,
    pub(super) times: LoadTimes,
}

impl<'a> Reader<'a> {
    pub(super) fn new(language: &'a Language) -> Self {
        Self {
            language,
            found: Vec::new(),
            modules: Vec::new(),
            data: Vec::new(),
            roots: Vec::new(),
            faults: Vec::new(),
            check: language.checking(),
            bundles: Vec::new(),
            signed: Vec::new(),
            times: LoadTimes::default(),
        }
    }

    pub(super) fn path(&mut self, path: &Path, prefix: &[String], ignore: &Ignore, patterns: &[String]) {
        match std::fs::metadata(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                self.fault(format!("stat {}: no such file or directory", path.display()));
            }
            Err(error) => self.fault(format!("{}: {error}", path.display())),
            Ok(metadata) if metadata.is_dir() => self.folder(path, prefix, ignore),
            Ok(_) if path.to_string_lossy().ends_with(".tar.gz") => self.archive(path, patterns),
            Ok(_) => self.file(path, prefix, true),
        }
    }

    /// A bundle among files.
    fn archive(&mut self, path: &Path, ignore: &[String]) {
        let read = match bundle(path, ignore, self.language) {
            Ok(read) => read,
            Err(message) => return self.fault(message),
        };
        self.found.push(Found::Modules(read.modules));
        self.look_for_signatures(path, &read.loaded.bundle);
        match self.language.checking_bundle(&read.loaded.bundle, &read.loaded.metadata) {
            Ok(check) => self.check = check,
            Err(error) => self.fault(error.to_string()),
        }
        if let Ok(value) = Value::from_json(read.loaded.bundle.data.as_str()) {
            self.data.push((path.display().to_string(), value));
        }
    }

    fn folder(&mut self, path: &Path, prefix: &[String], ignore: &Ignore) {
        let Ok(entries) = std::fs::read_dir(path) else {
            self.fault(format!("open {}: permission denied", path.display()));
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
            Err(error) => return self.fault(format!("{shown}: {error}")),
        };
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let start = Instant::now();
        let read = match name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("rego") => return self.found.push(Found::Text(shown, bytes)),
            Some("json") => json(&bytes),
            Some("yaml" | "yml") => {
                yaml::value(&bytes).map_err(|told| format!("error converting YAML to JSON: {told}"))
            }
            _ if is_named => {
                let version = read_as(self.language.version);
                if let Ok(module) = parse(&bytes, &shown, &self.language.reading(version)) {
                    return self.found.push(Found::Modules(vec![module]));
                }
                yaml::value(&bytes).map_err(|_| "can't recognize file type".to_owned())
            }
            _ => return,
        };
        *self.times.data.get_or_insert_default() += start.elapsed();
        match read {
            Ok(value) => self.document(shown, prefix, value),
            Err(message) => self.fault(format!("{shown}: {message}")),
        }
    }

    fn document(&mut self, shown: String, prefix: &[String], value: Value) {
        let nested = prefix.iter().rev().fold(value, |value, key| {
            Value::from(std::collections::BTreeMap::from([(Value::from(key.as_str()), value)]))
        });
        if nested.as_object().is_none() {
            return self.fault(format!("{shown}: document must be of type object"));
        }
        self.data.push((shown, nested));
    }

    fn fault(&mut self, message: impl Into<String>) {
        self.found.push(Found::Fault(plain(message)));
    }

    /// Parses the modules that were found, on all processors. Modules and faults stay in the order of the files.
    pub(super) fn parse(&mut self) {
        let start = Instant::now();
        let found = std::mem::take(&mut self.found);
        let has_texts = found.iter().any(|found| matches!(found, Found::Text(..)));
        let options = self.language.reading(read_as(self.language.version));
        let parsed = parallel(found, |found| match found {
            Found::Text(file, bytes) => match parse(&bytes, &file, &options) {
                Ok(module) => Ok(vec![module]),
                Err(errors) => Err(errors.into_iter().map(|error| of_parser(&file, error)).collect()),
            },
            Found::Modules(modules) => Ok(modules),
            Found::Fault(fault) => Err(vec![fault]),
        });
        for outcome in parsed {
            match outcome {
                Ok(modules) => self.modules.extend(modules),
                Err(faults) => self.faults.extend(faults),
            }
        }
        self.times.modules = has_texts.then(|| start.elapsed());
    }

    pub(super) fn bundle(&mut self, path: &Path, ignore: &[String]) -> Result<(), OpsError> {
        let name = path.display().to_string();
        let read = bundle(path, ignore, self.language)
            .map_err(|message| OpsError::BundleLoading { name: name.clone(), message })?;
        self.modules.extend(read.modules);
        let loaded = read.loaded;
        self.look_for_signatures(path, &loaded.bundle);
        self.check = self.language.checking_bundle(&loaded.bundle, &loaded.metadata)?;
        self.roots.push((name.clone(), loaded.bundle.manifest.roots.clone()));
        if let Ok(value) = Value::from_json(loaded.bundle.data.as_str()) {
            self.data.push((name, value));
        }
        let name = path.display().to_string();
        self.bundles.extend(loaded.manifests.into_iter().map(|manifest| (name.clone(), manifest)));
        Ok(())
    }

    fn look_for_signatures(&mut self, path: &Path, bundle: &Bundle) {
        if !bundle.signatures.is_empty() {
            self.signed.push(path.display().to_string());
        }
    }

    /// All data as one document.
    pub(super) fn merged(&mut self) -> Value {
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

fn json(bytes: &[u8]) -> Result<Value, String> {
    Value::from_json(bytes).map_err(|error| error.to_string())
}
