//! Builds a bundle from an author's files and stores it as an image.

use super::OpsError;
use super::entrypoints::undefined;
use super::language::{Language, read_as};
use super::problems::{Problem, Text, check_program, read};
use crate::bundle::Bundle;
use crate::oci::{Descriptor, Digest, Hasher, ImageFacts, Reference, annotations, compose, media_types};
use crate::rego::check::CheckOptions;
use crate::rego::syntax::Module;
use crate::sources::{self, Loaded, git};
use crate::store::{BlobWriter, Ingest, Store};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What to build.
pub struct Request {
    /// The author's files.
    pub sources: sources::Request,
    /// The names of the image; the first one's repository becomes its title.
    pub names: Vec<Reference>,
    /// The author's annotations.
    pub annotations: BTreeMap<String, String>,
    /// Slash paths such as `authz/allow`.
    pub entrypoints: Vec<String>,
    /// 0, 1 or more: as `opa build -O`.
    pub optimisation: u8,
    /// The time to give the image, in seconds since 1970 (`SOURCE_DATE_EPOCH`).
    pub epoch: Option<i64>,
    /// Where the source is, if no git repository says so.
    pub source_url: Option<String>,
    /// The language of the modules.
    pub language: Language,
}

/// An image that was built.
#[derive(Debug)]
pub struct Built {
    /// Its names.
    pub names: Vec<Reference>,
    /// Names its manifest.
    pub descriptor: Descriptor,
    /// The layer that holds the bundle.
    pub layer: Descriptor,
    /// The bundle's revision.
    pub revision: String,
    /// The bundle's roots.
    pub roots: Vec<String>,
    /// What the image says of its Rego version.
    pub rego_version: &'static str,
    /// RFC 3339.
    pub created: String,
    /// Whether the first name stood for this very image before.
    pub unchanged: bool,
    /// What may be wrong with the sources.
    pub warnings: Vec<String>,
}

/// Builds and stores an image; the names come last. Every byte of the layer follows from the files, the flags and the
/// revision alone.
///
/// # Errors
/// Files that cannot be read, or that OPA would refuse as a bundle; a store that cannot be written.
pub fn build(store: &Store, request: &Request) -> Result<Built, OpsError> {
    if request.optimisation > 0 && request.entrypoints.is_empty() {
        return Err(OpsError::NoEntrypoint);
    }
    let loaded = sources::load(&request.sources)?;
    let read = || read_modules(&loaded, &request.language);
    let modules = read().map_err(OpsError::Modules)?;
    let options = request.language.checking_bundle(&loaded.bundle, &loaded.metadata)?;
    let undefined = undefined(&modules, &request.entrypoints);
    // OPA takes calls of print out before it checks what it builds.
    let options = CheckOptions { keep_print: false, ..options };
    let (problems, layer, facts) = check_and_pack(store, &loaded, || check_program(modules, &options, read));
    if !problems.is_empty() {
        return Err(OpsError::Modules(problems));
    }
    let Layer { ingest, writer, tar } = layer?;
    if let Some(path) = undefined.first().filter(|_| request.optimisation > 0) {
        return Err(OpsError::Entrypoint(path.clone()));
    }
    let created = created(request, facts.as_ref(), loaded.inputs.newest);
    let before = request.names.first().map(|name| store.find(name)).transpose()?.flatten();
    let (layer_digest, layer_size) = writer.finish()?;
    let title = request.names.first().map(Reference::repository).unwrap_or_default();
    let parts = compose(&ImageFacts {
        repository: &title,
        created: &created,
        rego_version: request.sources.rego_version.as_str(),
        annotations: notes(request, facts.as_ref(), &loaded.bundle),
        layer_digest: layer_digest.clone(),
        layer_size,
        diff_id: tar,
    })
    .map_err(|cause| OpsError::Manifest { reference: title.clone(), cause: cause.into() })?;
    ingest.put(&parts.config, media_types::CONFIG)?;
    ingest.put(&parts.manifest, media_types::MANIFEST)?;
    let tagged = ingest.commit(&request.names, parts.descriptor.clone())?;
    let repeated = loaded.repeated.iter().map(ToString::to_string);
    let undefined = undefined.iter().map(|path| format!("the entrypoint {path} names no rule"));
    Ok(Built {
        names: tagged.names,
        unchanged: before.is_some_and(|entry| entry.descriptor.digest == parts.descriptor.digest),
        descriptor: parts.descriptor,
        layer: Descriptor::new(media_types::LAYER_GZIP, layer_digest, layer_size),
        revision: loaded.bundle.manifest.revision.clone(),
        roots: loaded.bundle.manifest.roots.clone(),
        rego_version: request.sources.rego_version.as_str(),
        created,
        warnings: repeated.chain(undefined).collect(),
    })
}

/// The modules of a bundle, each read in its own version of the language. Messages name files as they stand on disk.
fn read_modules(loaded: &Loaded, language: &Language) -> Result<Vec<Module>, Vec<Problem>> {
    let modules = loaded.bundle.modules.iter().zip(&loaded.module_files);
    let texts: Vec<Text<'_>> = modules
        .map(|(module, file)| Text { file, bytes: module.text.as_bytes(), version: read_as(module.rego_version) })
        .collect();
    read(&texts, |version| language.reading(version))
}

/// A layer that is written but not in the store yet. Dropped, it leaves nothing there.
struct Layer {
    ingest: Ingest,
    writer: BlobWriter,
    /// The digest of the layer's tar.
    tar: Digest,
}

/// Checks the modules, and at the same time packs them for the case that nothing is wrong with them, and asks git.
fn check_and_pack(
    store: &Store,
    loaded: &Loaded,
    check: impl FnOnce() -> Vec<Problem>,
) -> (Vec<Problem>, Result<Layer, OpsError>, Option<git::Facts>) {
    std::thread::scope(|scope| {
        let facts = scope.spawn(|| git::facts(&loaded.inputs));
        let layer = scope.spawn(|| pack(store, &loaded.bundle));
        let problems = check();
        let layer = layer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (problems, layer, facts.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

fn pack(store: &Store, bundle: &Bundle) -> Result<Layer, OpsError> {
    let ingest = store.ingest()?;
    let mut writer = ingest.blob(None)?;
    let mut tar = Hasher::default();
    match bundle.pack(&mut writer, &mut tar) {
        Ok(()) => Ok(Layer { ingest, writer, tar: tar.finish() }),
        Err(cause) => Err(writer.explain(cause).into()),
    }
}

/// When the image was made: what was asked for, else the commit of a clean tree, else the newest file.
fn created(request: &Request, facts: Option<&git::Facts>, newest: Option<std::time::SystemTime>) -> String {
    let asked = request.annotations.get(annotations::CREATED).and_then(|text| text.parse::<Timestamp>().ok());
    let seconds = |time: std::time::SystemTime| {
        time.duration_since(std::time::UNIX_EPOCH).ok().and_then(|time| i64::try_from(time.as_secs()).ok())
    };
    let second = asked
        .map(Timestamp::as_second)
        .or(request.epoch)
        .or_else(|| facts.filter(|facts| facts.clean).map(|facts| facts.commit_time))
        .or_else(|| newest.and_then(seconds))
        .unwrap_or_default();
    Timestamp::from_second(second).unwrap_or_default().to_string()
}

/// The annotations besides those every image has: git's facts, and over them the author's.
fn notes(request: &Request, facts: Option<&git::Facts>, bundle: &Bundle) -> BTreeMap<String, String> {
    let mut notes = BTreeMap::new();
    let revision = match (&request.sources.revision, facts) {
        (Some(revision), _) => Some(revision.clone()),
        (None, Some(facts)) if facts.clean => Some(facts.commit.clone()),
        (None, Some(facts)) => Some(format!("{}-dirty", facts.commit)),
        (None, None) => Some(bundle.manifest.revision.clone()),
    };
    if let Some(revision) = revision.filter(|revision| !revision.is_empty()) {
        notes.insert(annotations::REVISION.to_owned(), revision);
    }
    if let Some(url) = facts.and_then(|facts| facts.source_url.clone()).or_else(|| request.source_url.clone()) {
        notes.insert(annotations::SOURCE.to_owned(), url);
    }
    notes.extend(request.annotations.clone());
    notes
}
