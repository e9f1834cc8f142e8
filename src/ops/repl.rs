//! Opens modules, data and images for a session of questions.

use super::documents::Documents;
use super::language::{Language, read_as};
use super::{Chosen, OpsError};
use crate::bundle::archive::Limits;
use crate::bundle::{Bundle, Manifest, RegoVersion};
use crate::eval::session::{Loaded, Session};
use crate::eval::{Fault, Network, Value};
use crate::oci::annotations;
use crate::store::{Image, Store};

/// The version of OPA that is told in `data.system.version`.
const VERSION: &str = "1.22.2";

/// A session about what was read. At most `limit` errors of a check are told, of 0 all. `input` is the
/// document `input`, as long as nothing is typed that defines another; `network` is what may be reached beyond the process.
///
/// # Errors
/// What is wrong with all modules together.
pub fn start(
    documents: Documents,
    input: Option<Value>,
    language: &Language,
    limit: usize,
    network: Option<Network>,
) -> Result<Session, Vec<Fault>> {
    let mut data = documents.data;
    super::documents::merge(&mut data, &system(&documents.bundles));
    if let Some(input) = input {
        put(&mut data, &["repl", "input"], input);
    }
    let reading = language.reading(read_as(language.version));
    Session::new(Loaded { modules: documents.modules, data, check: documents.check, limit, reading, network })
        .map_err(super::eval::faults)
}

/// What OPA keeps below `data.system`.
fn system(bundles: &[(String, Manifest)]) -> Value {
    let mut whole = Value::new_object();
    for name in ["build_commit", "build_hostname", "build_timestamp"] {
        put(&mut whole, &["system", "version", name], Value::from(""));
    }
    put(&mut whole, &["system", "version", "version"], Value::from(VERSION));
    for (name, manifest) in bundles {
        let text = String::from_utf8_lossy(&manifest.to_bytes()).into_owned();
        let manifest = Value::from_json(text.trim_end()).unwrap_or(Value::Null);
        put(&mut whole, &["system", "bundles", name, "etag"], Value::from(""));
        put(&mut whole, &["system", "bundles", name, "manifest"], manifest);
    }
    whole
}

/// Puts a value at a path of a document.
fn put(whole: &mut Value, path: &[&str], value: Value) {
    let Some((key, rest)) = path.split_first() else {
        *whole = value;
        return;
    };
    if whole.as_object().is_none() {
        *whole = Value::new_object();
    }
    let Some(entries) = whole.as_object_mut() else { return };
    let key = Value::from(*key);
    let mut below = entries.get(&key).cloned().unwrap_or_else(Value::new_object);
    put(&mut below, rest, value);
    entries.insert(key, below);
}

/// The bundle of an image.
///
/// # Errors
/// A damaged image, or a bundle that cannot be loaded.
pub fn bundle(store: &Store, source: &Chosen, image: &Image) -> Result<Bundle, OpsError> {
    let notes = image.manifest.as_ref().map_or(&source.entry.descriptor.annotations, |manifest| &manifest.annotations);
    let asked = notes
        .get(annotations::REGO_VERSION)
        .and_then(|version| version.parse::<RegoVersion>().ok())
        .unwrap_or(RegoVersion::V1);
    let content = store.open_blob(&image.bundle)?;
    let (bundle, _) = Bundle::read_some(content, &Limits::default(), asked, "", |_| true)?;
    Ok(bundle)
}
