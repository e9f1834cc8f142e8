//! The one place that says what to do next: a cause becomes an exit code and the ways out.
//!
//! Exit codes: 0 done, 1 failed, 2 not understood, 3 wrong bytes, size or digest, 4 not allowed, 5 not reachable,
//! 6 a limit exceeded, 7 store busy, 130 and 143 interrupted.

mod keychain;
mod registry;
mod rego;
mod remote;

use crate::bundle::BundleError;
use crate::bundle::archive::ArchiveError;
use crate::oci::ManifestError;
use crate::ops::{OpsError, chain};
use crate::sources::SourceError;
use crate::store::StoreError;
use crate::ui::Ui;

/// Tells a failure on standard error, and gives the exit code.
pub(super) fn tell(ui: &Ui, what: Option<&str>, error: &OpsError) -> u8 {
    let (code, hints) = judge(error);
    if matches!(error, OpsError::OutputClosed | OpsError::Told | OpsError::Ended(_)) {
        return code;
    }
    let text = match what {
        Some(what) => format!("{what}: {}", chain(error)),
        None => chain(error),
    };
    ui.failure(&text, &hints);
    if let OpsError::Modules(problems) = error {
        rego::tell(ui, problems);
    }
    code
}

/// The exit code of a cause, and the ways out of it.
fn judge(error: &OpsError) -> (u8, Vec<String>) {
    let hint = |text: &str| vec![text.to_owned()];
    match error {
        OpsError::Store(error) => store(error),
        OpsError::Registry(error) => registry::judge(error),
        OpsError::GitHub(error) => remote::github(error),
        OpsError::Remote(error) => remote::remote(error),
        OpsError::Source(error) => source(error),
        OpsError::Bundle(error) => (bundle(error), Vec::new()),
        OpsError::Archive(error) => (archive(error), Vec::new()),
        OpsError::Config(_) | OpsError::Usage(_) => (2, Vec::new()),
        OpsError::Capabilities { .. } => (2, hint("opa capabilities --current > capabilities.json writes one")),
        OpsError::RequiredBuiltins(_) => (
            1,
            hint(
                "each list holds objects such as {\"name\": \"acme.check\", \"decl\": {…}}, with a decl as opa capabilities prints it",
            ),
        ),
        OpsError::Reference(_) => (2, hint("a name is [REGISTRY/]ORG/REPO[:TAG], such as ghcr.io/acme/authz:1.0.0")),
        OpsError::Keychain(error) => keychain::judge(error),
        OpsError::Eval(_)
        | OpsError::BundleLoading { .. }
        | OpsError::BundleActivation(_)
        | OpsError::Template(_)
        | OpsError::Server(_)
        | OpsError::Storage(_)
        | OpsError::Unsupported(_)
        | OpsError::Read { .. }
        | OpsError::Write { .. }
        | OpsError::Some { .. } => (1, Vec::new()),
        OpsError::Manifest { cause: ManifestError::NoBundle, .. } => {
            (1, hint("it is an image of another kind; policy copy moves images of all kinds"))
        }
        OpsError::Manifest { cause: ManifestError::TooLarge | ManifestError::TooManyLayers(_), .. } => (6, Vec::new()),
        OpsError::Manifest { .. } => (3, Vec::new()),
        OpsError::Content { .. } => (3, hint("what came is not what its name says; nothing of it was kept")),
        OpsError::NoPolicyInIndex { .. } => (1, hint("name the digest of the image in it that is a policy")),
        OpsError::ForeignLayer { .. } | OpsError::IndexTooLarge { .. } => (6, Vec::new()),
        OpsError::NotInStore { near, .. } if near.is_empty() => {
            (1, hint("policy images lists what is there; policy pull fetches an image"))
        }
        OpsError::NotInStore { near, .. } => (1, vec![format!("did you mean {}?", near.join(", "))]),
        OpsError::Ambiguous { matches, .. } => (1, vec![format!("name one of: {}", matches.join(", "))]),
        OpsError::Modules(_) | OpsError::Told | OpsError::NoTests | OpsError::FailedTests(_) => (1, Vec::new()),
        OpsError::Entrypoint(_) => (1, hint("an entrypoint is the path of a rule or package, such as authz/allow")),
        OpsError::NoEntrypoint => (1, hint("name one: -e authz/allow")),
        OpsError::Ended(code) => (*code, Vec::new()),
        OpsError::OutputClosed => (0, Vec::new()),
        OpsError::Interrupted(signal) => (128 + signal, Vec::new()),
    }
}

fn store(error: &StoreError) -> (u8, Vec<String>) {
    let hint = |text: &str| vec![text.to_owned()];
    match error {
        StoreError::Read { .. }
        | StoreError::NotAFile { .. }
        | StoreError::LayoutVersion { .. }
        | StoreError::Changed { .. } => (1, Vec::new()),
        StoreError::Write { source, .. } if is_full(source) => (1, hint("make room, and run the command again")),
        StoreError::Write { .. } => (1, Vec::new()),
        StoreError::Busy { .. } => (7, hint("run the command again when the other one is done")),
        StoreError::IndexTooLarge { .. } | StoreError::TooLarge { .. } => (6, Vec::new()),
        StoreError::IndexDamaged { .. } => {
            (3, hint("nothing was changed; the blobs are intact: put a backup of index.json in its place"))
        }
        StoreError::Unusable { .. } => (3, hint("policy rm removes the entry")),
        StoreError::MissingBlob { .. } | StoreError::WrongSize { .. } | StoreError::WrongDigest { .. } => {
            (3, hint("pull or build the image again: that mends the store"))
        }
        StoreError::Manifest { .. } | StoreError::Incomplete { .. } => (3, Vec::new()),
    }
}

fn is_full(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
}

fn source(error: &SourceError) -> (u8, Vec<String>) {
    let hint = |text: &str| vec![text.to_owned()];
    match error {
        SourceError::NotFound { .. }
        | SourceError::Unreadable { .. }
        | SourceError::NotAFile { .. }
        | SourceError::BadName { .. }
        | SourceError::Changing { .. } => (1, Vec::new()),
        SourceError::NoPaths | SourceError::UnsupportedUrl { .. } | SourceError::BadPattern { .. } => (2, Vec::new()),
        SourceError::NotABundle { .. } => (1, hint("name the folder that holds the modules, or a bundle.tar.gz")),
        SourceError::TooLarge { .. } | SourceError::Limit(_) => (6, Vec::new()),
        SourceError::Signed { .. } => (1, hint("leave the signatures out: --ignore .signatures.json")),
        SourceError::Archive { source, .. } => (archive(source), Vec::new()),
        SourceError::Bundle(error) => (bundle(error), Vec::new()),
        SourceError::Merge { source: BundleError::OverlappingRoots { .. }, .. } => {
            (1, hint("give each path a .manifest with the \"roots\" that are its own"))
        }
        SourceError::Merge { source, .. } => (bundle(source), Vec::new()),
    }
}

fn archive(error: &ArchiveError) -> u8 {
    match error {
        ArchiveError::Empty
        | ArchiveError::NotAnArchive
        | ArchiveError::DoublyCompressed
        | ArchiveError::Damaged(_)
        | ArchiveError::Truncated { .. }
        | ArchiveError::Trailing => 3,
        ArchiveError::BadName { .. }
        | ArchiveError::NotAFile { .. }
        | ArchiveError::Repeated { .. }
        | ArchiveError::Limit(_) => 6,
        ArchiveError::Io(_) => 1,
    }
}

fn bundle(error: &BundleError) -> u8 {
    match error {
        BundleError::Content { fault, .. } if fault.is_too_deep() => 6,
        BundleError::Content { .. }
        | BundleError::RootNotObject { .. }
        | BundleError::Clash { .. }
        | BundleError::SeveralManifests { .. }
        | BundleError::SeveralSignatures { .. }
        | BundleError::Unsupported { .. }
        | BundleError::OverlappingRoots { .. }
        | BundleError::PackageOutsideRoots { .. }
        | BundleError::DataOutsideRoots { .. }
        | BundleError::WasmMissing { .. }
        | BundleError::WasmOutsideRoots { .. }
        | BundleError::WasmTwice { .. }
        | BundleError::UnknownRegoVersion { .. }
        | BundleError::BadPattern { .. } => 1,
    }
}
