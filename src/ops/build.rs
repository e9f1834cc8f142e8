//! Builds a bundle from an author's files and stores it as an image.

use super::OpsError;
use super::problems::{Text, problems};
use crate::bundle::{Bundle, RegoVersion};
use crate::eval::{Dialect, Session};
use crate::oci::{Descriptor, Hasher, ImageFacts, Reference, annotations, compose, media_types};
use crate::rego::syntax::{self, Options};
use crate::sources::{self, Loaded, git};
use crate::store::Store;
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
    /// How a version of Rego is read.
    pub options: Box<dyn Fn(syntax::RegoVersion) -> Options + Sync>,
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
/// Files that cannot be read, that OPA would refuse as a bundle, or that cannot be parsed; a store that cannot be written.
pub fn build(store: &Store, request: &Request) -> Result<Built, OpsError> {
    if request.optimisation > 0 && request.entrypoints.is_empty() {
        return Err(OpsError::NoEntrypoint);
    }
    let loaded = sources::load(&request.sources)?;
    check_modules(&loaded, &request.options)?;
    if request.optimisation > 0 {
        check_entrypoints(&loaded.bundle, request)?;
    }
    let facts = git::facts(&loaded.inputs);
    let created = created(request, facts.as_ref(), loaded.inputs.newest);
    let before = request.names.first().map(|name| store.find(name)).transpose()?.flatten();

    let ingest = store.ingest()?;
    let mut writer = ingest.blob(None)?;
    let mut tar = Hasher::default();
    if let Err(cause) = loaded.bundle.pack(&mut writer, &mut tar) {
        return Err(writer.explain(cause).into());
    }
    let (layer_digest, layer_size) = writer.finish()?;
    let title = request.names.first().map(Reference::repository).unwrap_or_default();
    let parts = compose(&ImageFacts {
        repository: &title,
        created: &created,
        rego_version: request.sources.rego_version.as_str(),
        annotations: notes(request, facts.as_ref(), &loaded.bundle),
        layer_digest: layer_digest.clone(),
        layer_size,
        diff_id: tar.finish(),
    })
    .map_err(|cause| OpsError::Manifest { reference: title.clone(), cause: cause.into() })?;
    ingest.put(&parts.config, media_types::CONFIG)?;
    ingest.put(&parts.manifest, media_types::MANIFEST)?;
    let tagged = ingest.commit(&request.names, parts.descriptor.clone())?;
    Ok(Built {
        names: tagged.names,
        unchanged: before.is_some_and(|entry| entry.descriptor.digest == parts.descriptor.digest),
        descriptor: parts.descriptor,
        layer: Descriptor::new(media_types::LAYER_GZIP, layer_digest, layer_size),
        revision: loaded.bundle.manifest.revision.clone(),
        roots: loaded.bundle.manifest.roots.clone(),
        rego_version: request.sources.rego_version.as_str(),
        created,
        warnings: loaded.repeated.iter().map(ToString::to_string).collect(),
    })
}

/// Every module must read in its own version of the language. Errors name files as they stand on disk.
fn check_modules(loaded: &Loaded, options: &(dyn Fn(syntax::RegoVersion) -> Options + Sync)) -> Result<(), OpsError> {
    let modules = loaded.bundle.modules.iter().zip(&loaded.module_files);
    let texts: Vec<Text<'_>> = modules
        .map(|(module, file)| Text { file, bytes: module.text.as_bytes(), version: read_as(module.rego_version) })
        .collect();
    let found = problems(&texts, options);
    if found.is_empty() { Ok(()) } else { Err(OpsError::Modules(found)) }
}

fn read_as(version: RegoVersion) -> syntax::RegoVersion {
    match version {
        RegoVersion::V0 => syntax::RegoVersion::V0,
        RegoVersion::V0V1 => syntax::RegoVersion::V0V1,
        RegoVersion::V1 => syntax::RegoVersion::V1,
        RegoVersion::V2 => syntax::RegoVersion::V2,
    }
}

/// An entrypoint must lead to a rule or a package.
fn check_entrypoints(bundle: &Bundle, request: &Request) -> Result<(), OpsError> {
    let session = Session::load(&modules(bundle), "{}")?;
    for entrypoint in &request.entrypoints {
        let parts: Vec<&str> = entrypoint.split('/').filter(|part| !part.is_empty()).collect();
        let path = format!("data.{}", parts.join("."));
        if parts.is_empty() || !session.declares(&path) {
            return Err(OpsError::Entrypoint(path));
        }
    }
    Ok(())
}

/// The modules of a bundle as the evaluator takes them.
pub(super) fn modules(bundle: &Bundle) -> Vec<(&str, &str, Dialect)> {
    bundle
        .modules
        .iter()
        .map(|module| {
            let dialect = match module.rego_version {
                RegoVersion::V0 => Dialect::V0,
                RegoVersion::V0V1 => Dialect::V0V1,
                RegoVersion::V1 | RegoVersion::V2 => Dialect::V1,
            };
            (module.path.trim_start_matches('/'), module.text.as_str(), dialect)
        })
        .collect()
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
