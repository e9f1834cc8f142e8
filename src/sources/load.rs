//! The way from PATHs to one bundle.

use super::file;
use super::input::{self, Input};
use super::walk::{self, Found};
use super::{Ignore, Inputs, Loaded, Request, SourceError};
use crate::bundle::archive::{ArchiveError, LimitExceeded, Limits, ReadError};
use crate::bundle::{Assembly, Bundle, FileName, Read, RegoVersion, Repeated, read_content};
use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::SystemTime;

/// Reads the PATHs of a build into one bundle, as `opa build -b` of OPA 1.22.2 does but for the names of the modules:
/// they are relative to their PATH, and with several PATHs each gets its folder's name in front.
///
/// # Errors
/// The first thing that is wrong, in the order of the PATHs and files.
pub fn load(request: &Request) -> Result<Loaded, SourceError> {
    let ignore = Ignore::new(&request.ignore)?;
    let inputs = input::find(&request.paths)?;
    let mut parts = Vec::with_capacity(inputs.len());
    let folders = input::folders(&inputs);
    for (input, folder) in inputs.iter().zip(folders) {
        parts.push((folder, load_one(input, &ignore, request)?));
    }
    let is_alone = parts.len() == 1;
    if !is_alone {
        parts.sort_by(|(one, _), (other, _)| one.cmp(other));
    }
    let metadata = parts.iter().filter_map(|(_, part)| part.bundle.manifest.metadata.clone()).collect();
    let manifests = parts.iter().map(|(_, part)| part.bundle.manifest.clone()).collect();
    let owning_all = parts.iter().filter(|(_, part)| part.bundle.manifest.roots == [""]);
    let owning_all = owning_all.map(|(_, part)| part.typed.clone()).collect();
    let mut loaded = Inputs { paths: inputs.into_iter().map(|input| input.real).collect(), ..Inputs::default() };
    let (mut bundles, mut module_files, mut repeated) = (Vec::new(), Vec::new(), Vec::new());
    for (folder, part) in parts {
        let bundle = if is_alone { part.bundle } else { part.bundle.under(&folder) };
        bundles.push((part.typed.display().to_string(), bundle));
        module_files.extend(part.module_files);
        repeated.extend(part.repeated);
        loaded.files.extend(part.files);
        loaded.newest = loaded.newest.max(part.newest);
    }
    let mut bundle =
        Bundle::merge(bundles, request.rego_version).map_err(|source| SourceError::Merge { source, owning_all })?;
    if let Some(revision) = &request.revision {
        bundle.manifest.revision.clone_from(revision);
    }
    check_size(&bundle)?;
    Ok(Loaded { bundle, module_files, metadata, manifests, repeated, inputs: loaded })
}

/// What one PATH gives.
struct Part {
    typed: PathBuf,
    bundle: Bundle,
    module_files: Vec<String>,
    repeated: Vec<Repeated>,
    files: Vec<PathBuf>,
    newest: Option<SystemTime>,
}

fn load_one(input: &Input, ignore: &Ignore, request: &Request) -> Result<Part, SourceError> {
    let version = request.rego_version;
    let unreadable = |source| SourceError::Unreadable { path: input.typed.clone(), source };
    let kind = fs::metadata(&input.real).map_err(unreadable)?.file_type();
    let part = if kind.is_dir() {
        load_folder(input, ignore, version)?
    } else if kind.is_file() {
        load_archive(input, ignore, version)?
    } else {
        return Err(SourceError::NotAFile { path: input.typed.clone() });
    };
    if part.bundle.signatures.is_empty() || request.signed {
        Ok(part)
    } else {
        Err(SourceError::Signed { path: input.typed.clone() })
    }
}

fn load_archive(input: &Input, ignore: &Ignore, version: RegoVersion) -> Result<Part, SourceError> {
    let unreadable = |source| SourceError::Unreadable { path: input.typed.clone(), source };
    let file = File::open(&input.real).map_err(unreadable)?;
    let newest = file.metadata().and_then(|metadata| metadata.modified()).ok();
    let shown = input.typed.display().to_string();
    let keep = |path: &str| !path.split('/').any(|name| ignore.skips(name));
    let (bundle, repeated) = Bundle::read_some(file, &Limits::default(), version, &shown, keep).map_err(|error| {
        let path = input.typed.clone();
        match error {
            ReadError::Archive(ArchiveError::NotAnArchive) => SourceError::NotABundle { path },
            ReadError::Archive(source) => SourceError::Archive { path, source },
            ReadError::Bundle(source) => SourceError::Bundle(source),
        }
    })?;
    let module_files = bundle.modules.iter().map(|module| format!("{shown}{}", module.path)).collect();
    let files = vec![input.real.clone()];
    Ok(Part { typed: input.typed.clone(), bundle, module_files, repeated, files, newest })
}

fn load_folder(input: &Input, ignore: &Ignore, version: RegoVersion) -> Result<Part, SourceError> {
    let found = walk::files(&input.real, &input.typed, ignore)?;
    if found.len() > Limits::default().entries {
        return Err(SourceError::Limit(LimitExceeded::Entries(Limits::default().entries)));
    }
    let mut assembly = Assembly::default();
    let (mut module_files, mut files, mut newest) = (Vec::new(), Vec::new(), None);
    for (file, read) in found.iter().zip(read_all(&found)) {
        let (read, changed) = read?;
        if file.kind == crate::bundle::Kind::Module {
            module_files.push(file.shown.clone());
        }
        let name = FileName { path: file.name.clone(), matched: file.name.clone(), shown: file.shown.clone() };
        assembly.add(name, read)?;
        files.push(file.path.clone());
        newest = newest.max(changed);
    }
    let (bundle, repeated) = assembly.finish(version)?;
    Ok(Part { typed: input.typed.clone(), bundle, module_files, repeated, files, newest })
}

type Outcome = Result<(Read, Option<SystemTime>), SourceError>;

/// Reads files on every core. The outcomes come in the order of the files.
fn read_all(files: &[Found]) -> Vec<Outcome> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(files.len()).max(1);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = files.get(index) else { return done };
            done.push((index, read_one(file)));
        }
    };
    let mut done: Vec<(usize, Outcome)> = thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut done = work();
        for helper in helpers {
            match helper.join() {
                Ok(theirs) => done.extend(theirs),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_unstable_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}

fn read_one(found: &Found) -> Outcome {
    let (bytes, changed) = file::read(&found.path)?;
    let read = read_content(found.kind, &found.name, bytes)
        .map_err(|unread| unread.of(found.shown.clone(), found.name.clone()))?;
    Ok((read, changed))
}

/// Refuses what this program would refuse to read back.
fn check_size(bundle: &Bundle) -> Result<(), SourceError> {
    let limits = Limits::default();
    let files = bundle.modules.len() + bundle.wasm.len() + bundle.plans.len() + 2;
    if files > limits.entries {
        return Err(SourceError::Limit(LimitExceeded::Entries(limits.entries)));
    }
    let carried = bundle.wasm.iter().chain(&bundle.plans).map(|file| file.bytes.len());
    let content: usize = bundle.modules.iter().map(|module| module.text.len()).chain(carried).sum();
    let overhead = (files + 1) * 4096;
    let total = u64::try_from(bundle.data.as_bytes().len() + content + overhead).unwrap_or(u64::MAX);
    if total > limits.uncompressed {
        return Err(SourceError::Limit(LimitExceeded::Uncompressed(limits.uncompressed)));
    }
    Ok(())
}
