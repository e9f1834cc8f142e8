//! The one place that says what to do next: a cause becomes an exit code and the ways out.
//!
//! Exit codes: 0 done, 1 failed, 2 not understood, 3 wrong bytes, size or digest, 4 not allowed, 5 not reachable,
//! 6 a limit exceeded, 7 store busy, 130 and 143 interrupted.

use crate::bundle::BundleError;
use crate::bundle::archive::ArchiveError;
use crate::ops::{OpsError, chain};
use crate::registry::{Distrust, Fault, Missing, RegistryError};
use crate::sources::SourceError;
use crate::store::StoreError;
use crate::ui::Ui;

/// Tells a failure on standard error, and gives the exit code.
pub(super) fn tell(ui: &Ui, what: Option<&str>, error: &OpsError) -> u8 {
    let (code, hints) = judge(error);
    if matches!(error, OpsError::OutputClosed) {
        return code;
    }
    let text = match what {
        Some(what) => format!("{what}: {}", chain(error)),
        None => chain(error),
    };
    ui.failure(&text, &hints);
    code
}

/// The exit code of a cause, and the ways out of it.
fn judge(error: &OpsError) -> (u8, Vec<String>) {
    let hint = |text: &str| vec![text.to_owned()];
    match error {
        OpsError::Store(error) => store(error),
        OpsError::Registry(error) => registry(error),
        OpsError::Source(error) => source(error),
        OpsError::Bundle(error) => (bundle(error), Vec::new()),
        OpsError::Archive(error) => (archive(error), Vec::new()),
        OpsError::Config(_) | OpsError::Usage(_) => (2, Vec::new()),
        OpsError::Reference(_) => (2, hint("a name is [REGISTRY/]ORG/REPO[:TAG], such as ghcr.io/acme/authz:1.0.0")),
        OpsError::Keychain(_) => (1, hint("policy login writes the credentials anew")),
        OpsError::Eval(_)
        | OpsError::Template(_)
        | OpsError::Server(_)
        | OpsError::Storage(_)
        | OpsError::Unsupported(_)
        | OpsError::Read { .. }
        | OpsError::Write { .. }
        | OpsError::Some { .. } => (1, Vec::new()),
        OpsError::Manifest { .. } | OpsError::Content { .. } => (3, Vec::new()),
        OpsError::NoPolicyInIndex { .. } => (1, hint("name the digest of the image in it that is a policy")),
        OpsError::ForeignLayer { .. } | OpsError::IndexTooLarge { .. } => (6, Vec::new()),
        OpsError::CannotList { registry: host, cause } => {
            let (code, _) = registry(cause);
            (code, vec![format!("{host} does not list its repositories: name them, a line each, in a file: -f FILE")])
        }
        OpsError::NotInStore { near, .. } if near.is_empty() => {
            (1, hint("policy images lists what is there; policy pull fetches an image"))
        }
        OpsError::NotInStore { near, .. } => (1, vec![format!("did you mean {}?", near.join(", "))]),
        OpsError::Ambiguous { matches, .. } => (1, vec![format!("name one of: {}", matches.join(", "))]),
        OpsError::Syntax(errors) => (1, syntax(errors.iter().map(|error| error.message.as_str()))),
        OpsError::Entrypoint(_) => (1, hint("an entrypoint is the path of a rule or package, such as authz/allow")),
        OpsError::NoEntrypoint => (1, hint("name one: -e authz/allow")),
        OpsError::OutputClosed => (0, Vec::new()),
        OpsError::Interrupted(signal) => (128 + signal, Vec::new()),
    }
}

fn syntax<'a>(mut messages: impl Iterator<Item = &'a str>) -> Vec<String> {
    if messages.any(|message| message.contains("`if`") || message.contains("`contains`")) {
        return vec!["modules written before OPA 1.0 build with --rego-version rego.v0".to_owned()];
    }
    Vec::new()
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

fn registry(error: &RegistryError) -> (u8, Vec<String>) {
    let sign_in = |host: &str| format!("policy login -s {host} -u USER --password-stdin");
    match error {
        RegistryError::Unreachable { fault, .. } => (5, unreachable(*fault)),
        RegistryError::Unauthorized { asked, sent: false, .. } => {
            (4, vec![format!("no credential for {} was found: {}", asked.host(), sign_in(asked.host()))])
        }
        RegistryError::Unauthorized { asked, sent: true, .. } => {
            (4, vec![format!("the registry refused the user name or password: {}", sign_in(asked.host()))])
        }
        RegistryError::Forbidden { asked, .. } => {
            (4, vec![format!("the credential for {} does not reach this repository", asked.host())])
        }
        RegistryError::NotFound { asked, missing, .. } => (1, not_found(asked.host(), *missing)),
        RegistryError::ManifestBlobUnknown { .. } => (1, vec!["push again: the registry lost a blob".to_owned()]),
        RegistryError::Refused { status: 405, .. } => (1, vec!["the registry does not offer this".to_owned()]),
        RegistryError::Refused { .. } | RegistryError::Malformed { .. } | RegistryError::Local { .. } => {
            (1, Vec::new())
        }
        RegistryError::RateLimited { .. } => (5, vec!["wait, or sign in: limits are often higher then".to_owned()]),
        RegistryError::ServerError { .. } => (5, vec!["the fault is the registry's: try again later".to_owned()]),
        RegistryError::StorageRefused { status: 401 | 403, .. } => (4, Vec::new()),
        RegistryError::StorageRefused { .. } => (1, Vec::new()),
        RegistryError::DigestMismatch { .. } | RegistryError::SizeMismatch { .. } => {
            (3, vec!["what came is not what its name says; nothing of it was kept".to_owned()])
        }
        RegistryError::TooLarge { .. } | RegistryError::TooMany { .. } => (6, Vec::new()),
        RegistryError::UntrustedRealm { realm, .. } => {
            (4, vec![format!("if it is right, allow it in the configuration file: auth: {{realms: [{realm}]}}")])
        }
        RegistryError::UntrustedLocation { host, distrust: Distrust::OwnDowngrade, .. } => {
            let text = "does not know that TLS is spoken in front of it: its administrator sets its external URL to";
            (5, vec![format!("{host} {text} https://{host}, or lets the proxy send X-Forwarded-Proto: https")])
        }
        RegistryError::UntrustedLocation { .. } => (5, Vec::new()),
        RegistryError::File { .. } | RegistryError::Setting(_) => (2, Vec::new()),
    }
}

fn not_found(host: &str, missing: Missing) -> Vec<String> {
    let is_ecr = host.ends_with(".amazonaws.com");
    match missing {
        Missing::Repository if is_ecr => {
            vec!["make it first: aws ecr create-repository --repository-name ORG/REPO".to_owned()]
        }
        Missing::Repository | Missing::Manifest => {
            vec!["check the name; a private repository looks missing to whoever may not read it".to_owned()]
        }
        Missing::Blob => Vec::new(),
        Missing::Interface => vec![format!("{host} does not seem to be an OCI registry")],
    }
}

fn unreachable(fault: Fault) -> Vec<String> {
    let text = match fault {
        Fault::Name => "check the registry's name, and the network",
        Fault::Refused => "nothing listens there: is the registry running?",
        Fault::UnknownAuthority => "add the authority to `ca:` in the configuration file, or pass -k to trust any",
        Fault::WrongHost => "the certificate is for another host: use the name that stands in it",
        Fault::NotTls => "the registry speaks plain HTTP: pass --plaintext",
        Fault::ClientCertificate => "the registry wants a client certificate",
        Fault::NoAuthorities => "install the system's CA certificates, or set SSL_CERT_FILE",
        Fault::Proxy => "check HTTPS_PROXY and NO_PROXY",
        Fault::ConnectTimeout | Fault::Stalled | Fault::CutOff => "try again: the network or the registry gave up",
        Fault::Tls | Fault::Garbled | Fault::Other => return Vec::new(),
    };
    vec![text.to_owned()]
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
