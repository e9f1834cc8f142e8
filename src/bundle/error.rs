//! What can be wrong with the contents of a bundle.

use super::json::{JsonError, JsonFault};
use super::yaml::{YamlError, YamlFault};

/// Why files make no bundle. File names are those given by whoever read them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// One file does not read.
    #[error("{file} does not read")]
    Content {
        /// The file.
        file: String,
        /// The file as it stands in the bundle.
        member: Box<Member>,
        /// What is wrong with it.
        #[source]
        fault: ContentFault,
    },
    /// The data file at the root is no object.
    #[error("{file}: data at the root must be an object, this is {found}")]
    RootNotObject {
        /// The file.
        file: String,
        /// What it is instead.
        found: &'static str,
    },
    /// Two data files say something about the same key, and not both an object.
    #[error("{file} and {other} both set data.{key}")]
    Clash {
        /// The file that came later.
        file: String,
        /// The file that was there first.
        other: String,
        /// The key, with dots.
        key: String,
    },
    /// Two manifests.
    #[error("two manifests, {first} and {second}: a bundle has one")]
    SeveralManifests {
        /// One of them.
        first: String,
        /// The other.
        second: String,
    },
    /// Two signature files.
    #[error("two signature files, {first} and {second}: a bundle has one")]
    SeveralSignatures {
        /// One of them.
        first: String,
        /// The other.
        second: String,
    },
    /// A file that makes the bundle a kind this program does not handle.
    #[error("{file}: {what} are not supported")]
    Unsupported {
        /// The file.
        file: String,
        /// Which kind of bundle or file.
        what: &'static str,
    },
    /// One root lies in another.
    #[error("manifest has overlapped roots: '{one}' and '{other}'")]
    OverlappingRoots {
        /// One root.
        one: String,
        /// The other.
        other: String,
    },
    /// A module whose package lies outside the roots.
    #[error("manifest roots [{roots}] do not permit 'package {package}' in module '{file}'")]
    PackageOutsideRoots {
        /// All roots, with blanks between.
        roots: String,
        /// The package.
        package: String,
        /// The module.
        file: String,
    },
    /// Data outside the roots.
    #[error("manifest roots [{roots}] do not permit data at path '/{path}'")]
    DataOutsideRoots {
        /// All roots, with blanks between.
        roots: String,
        /// The first key that is outside, with slashes.
        path: String,
    },
    /// The manifest names a wasm module that is not there.
    #[error("manifest references wasm module '{module}' but the module file does not exist")]
    WasmMissing {
        /// The module's path.
        module: String,
    },
    /// A wasm entrypoint outside the roots.
    #[error("manifest roots [{roots}] do not permit '{entrypoint}' entrypoint for wasm module '{module}'")]
    WasmOutsideRoots {
        /// All roots, with blanks between.
        roots: String,
        /// The entrypoint.
        entrypoint: String,
        /// The module's path.
        module: String,
    },
    /// One wasm entrypoint named twice.
    #[error("entrypoint '{entrypoint}' cannot be used by more than one wasm module")]
    WasmTwice {
        /// The entrypoint.
        entrypoint: String,
    },
    /// A number in the manifest that is no version of Rego.
    #[error("{number} is no version of Rego (0, 1 or 2), as the manifest says {}", file_or_bundle(.file.as_deref()))]
    UnknownRegoVersion {
        /// The number.
        number: i64,
        /// The key of `file_rego_versions`; none for `rego_version`.
        file: Option<String>,
    },
    /// A key of `file_rego_versions` that does not read.
    #[error("'{pattern}' in file_rego_versions of the manifest is no pattern")]
    BadPattern {
        /// The key.
        pattern: String,
    },
}

fn file_or_bundle(file: Option<&str>) -> String {
    file.map_or_else(|| "in rego_version".to_owned(), |file| format!("in file_rego_versions of '{file}'"))
}

/// A file as it stands in a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// What does not read, and why.
#[derive(Debug)]
pub struct Unread {
    /// The content of the file.
    pub bytes: Vec<u8>,
    /// What is wrong with it.
    pub fault: ContentFault,
}

impl Unread {
    /// As the error of a file in a bundle.
    #[must_use]
    pub fn of(self, file: String, name: String) -> BundleError {
        BundleError::Content { file, member: Box::new(Member { name, bytes: self.bytes }), fault: self.fault }
    }
}

/// Why one file does not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContentFault {
    /// A module that is no text.
    #[error("not UTF-8 at byte {offset}, in line {line}")]
    NotUtf8 {
        /// The offset of the first wrong byte.
        offset: usize,
        /// Its line, counted from 1.
        line: usize,
    },
    /// JSON that is none.
    #[error("{0}")]
    Json(JsonError),
    /// YAML that is none.
    #[error("{0}")]
    Yaml(YamlError),
    /// JSON that is not of the shape it should have.
    #[error("{field} must be {wanted}, it is {found}")]
    Shape {
        /// The field, or the whole.
        field: String,
        /// What should be there.
        wanted: &'static str,
        /// What is there.
        found: String,
    },
}

impl From<JsonError> for ContentFault {
    fn from(error: JsonError) -> Self {
        Self::Json(error)
    }
}

impl From<YamlError> for ContentFault {
    fn from(error: YamlError) -> Self {
        Self::Yaml(error)
    }
}

impl ContentFault {
    /// Whether a bound of this program is exceeded, rather than a rule of the format.
    #[must_use]
    pub fn is_too_deep(&self) -> bool {
        match self {
            Self::Json(error) => matches!(error.fault, JsonFault::TooDeep { .. }),
            Self::Yaml(error) => matches!(error.fault, YamlFault::TooDeep { .. } | YamlFault::TooMuchAliasing),
            Self::NotUtf8 { .. } | Self::Shape { .. } => false,
        }
    }

    pub(super) fn shape(field: &str, wanted: &'static str, found: &super::json::Json) -> Self {
        let found = if found.kind() == "a number" { found.to_string() } else { found.kind().to_owned() };
        Self::Shape { field: field.to_owned(), wanted, found }
    }
}
