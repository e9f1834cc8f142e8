//! Image references, read the way Docker and the Go CLI read them.
//!
//! The grammar is that of distribution/reference (`[host[:port]/]path[:tag][@digest]`), with the Go CLI's rule for a
//! default domain: a name without a host belongs to it, and a name of one part gets `library/` in front.

use super::{Digest, digest::DigestError};
use std::fmt;

/// The registry of a name that states none, where no other default is configured.
pub const DEFAULT_DOMAIN: &str = "docker.io";

/// The tag of a name that states none.
const DEFAULT_TAG: &str = "latest";

/// The longest repository, host included, in characters (distribution/reference `RepositoryNameTotalLengthMax`).
const NAME_LIMIT: usize = 255;

/// A complete reference: a registry, a repository in it, and a tag or a digest.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference {
    registry: String,
    path: String,
    target: Target,
}

/// Which image of a repository a reference means.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Target {
    /// The image a tag names now.
    Tag(String),
    /// One image, whatever it is named.
    Digest(Digest),
}

/// A reference as it was typed: what it means, and what its author left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// What it means with the defaults filled in.
    pub reference: Reference,
    /// Whether a tag or digest was typed.
    pub has_target: bool,
    /// Whether a registry was typed.
    pub has_registry: bool,
}

/// Why a text is no reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// Nothing was typed.
    #[error("the name is empty")]
    Empty,
    /// A repository with capitals.
    #[error("invalid reference {0:?}: the repository name must be lowercase")]
    Uppercase(String),
    /// A digest without a name.
    #[error("invalid reference {0:?}: 64 hexadecimal characters are a digest, not a name")]
    BareDigest(String),
    /// A host that cannot be one.
    #[error("invalid reference {text:?}: {host:?} is not a registry host")]
    Host {
        /// The whole text.
        text: String,
        /// The part that should be a host.
        host: String,
    },
    /// A repository with characters, or an order of them, that no registry takes.
    #[error("invalid reference {text:?}: {path:?} is not a repository name")]
    Path {
        /// The whole text.
        text: String,
        /// The part that should be a repository.
        path: String,
    },
    /// A tag with characters that no registry takes.
    #[error("invalid reference {text:?}: {tag:?} is not a tag (letters, digits, '_', '.', '-', at most 128)")]
    Tag {
        /// The whole text.
        text: String,
        /// The part that should be a tag.
        tag: String,
    },
    /// A digest that is none.
    #[error("invalid reference {text:?}: {cause}")]
    Digest {
        /// The whole text.
        text: String,
        /// What is wrong with the digest.
        cause: DigestError,
    },
    /// A repository of more than 255 characters.
    #[error("invalid reference: the repository name has {0} characters, more than {NAME_LIMIT}")]
    TooLong(usize),
}

impl Name {
    /// Reads what somebody typed; `default_domain` is the registry of names that state none.
    ///
    /// # Errors
    /// A text outside the grammar, with the part that is wrong.
    pub fn parse(typed: &str, default_domain: &str) -> Result<Self, ReferenceError> {
        let text = typed.strip_prefix("oci://").unwrap_or(typed);
        if text.is_empty() {
            return Err(ReferenceError::Empty);
        }
        if text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(ReferenceError::BareDigest(text.to_owned()));
        }
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (text, None),
        };
        let (host, rest) = split_host(name);
        let (path, tag) = split_tag(rest);
        let registry = match host {
            Some("index.docker.io") => DEFAULT_DOMAIN.to_owned(),
            Some(host) if is_host(host) => host.to_owned(),
            Some(host) => return Err(ReferenceError::Host { text: text.to_owned(), host: host.to_owned() }),
            None => default_domain.to_owned(),
        };
        if path.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(ReferenceError::Uppercase(text.to_owned()));
        }
        if !is_repository_path(path) {
            return Err(ReferenceError::Path { text: text.to_owned(), path: path.to_owned() });
        }
        if let Some(tag) = tag.filter(|tag| !is_tag(tag)) {
            return Err(ReferenceError::Tag { text: text.to_owned(), tag: tag.to_owned() });
        }
        let target = match (digest, tag) {
            (Some(digest), _) => {
                Target::Digest(digest.parse().map_err(|cause| ReferenceError::Digest { text: text.to_owned(), cause })?)
            }
            (None, Some(tag)) => Target::Tag(tag.to_owned()),
            (None, None) => Target::Tag(DEFAULT_TAG.to_owned()),
        };
        let official = !path.contains('/') && (host.is_none() || registry == DEFAULT_DOMAIN);
        let path = if official { format!("library/{path}") } else { path.to_owned() };
        let length = registry.len() + 1 + path.len();
        if length > NAME_LIMIT {
            return Err(ReferenceError::TooLong(length));
        }
        Ok(Self {
            reference: Reference { registry, path, target },
            has_target: digest.is_some() || tag.is_some(),
            has_registry: host.is_some(),
        })
    }
}

impl Reference {
    /// Reads a complete or short reference; names without a host belong to `docker.io`.
    ///
    /// # Errors
    /// As [`Name::parse`].
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        Ok(Name::parse(text, DEFAULT_DOMAIN)?.reference)
    }

    /// The host, with its port if it has one: `ghcr.io`, `localhost:5000`, `[::1]:5000`.
    #[must_use]
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The repository's path in its registry: `acme/hello`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The registry and the path: `ghcr.io/acme/hello`.
    #[must_use]
    pub fn repository(&self) -> String {
        format!("{}/{}", self.registry, self.path)
    }

    /// The tag or digest.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// The tag, if the reference is by tag.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        match &self.target {
            Target::Tag(tag) => Some(tag),
            Target::Digest(_) => None,
        }
    }

    /// The digest, if the reference is by digest.
    #[must_use]
    pub fn digest(&self) -> Option<&Digest> {
        match &self.target {
            Target::Tag(_) => None,
            Target::Digest(digest) => Some(digest),
        }
    }

    /// The same repository, by digest.
    #[must_use]
    pub fn with_digest(&self, digest: Digest) -> Self {
        Self { target: Target::Digest(digest), ..self.clone() }
    }

    /// The same repository, by another tag.
    ///
    /// # Errors
    /// A tag outside the grammar.
    pub fn with_tag(&self, tag: &str) -> Result<Self, ReferenceError> {
        if !is_tag(tag) {
            return Err(ReferenceError::Tag { text: format!("{}:{tag}", self.repository()), tag: tag.to_owned() });
        }
        Ok(Self { target: Target::Tag(tag.to_owned()), ..self.clone() })
    }

    /// What follows the registry: `acme/hello:1.0.0`. Two references that differ only in their registry share it.
    #[must_use]
    pub fn path_and_target(&self) -> String {
        match &self.target {
            Target::Tag(tag) => format!("{}:{tag}", self.path),
            Target::Digest(digest) => format!("{}@{digest}", self.path),
        }
    }

    /// The tag or digest as it stands in a registry's URLs.
    #[must_use]
    pub fn target_text(&self) -> &str {
        match &self.target {
            Target::Tag(tag) => tag,
            Target::Digest(digest) => digest.as_str(),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.registry, self.path_and_target())
    }
}

/// Whether the registry is this machine: `localhost`, `127.0.0.0/8` or `::1`, with or without a port.
#[must_use]
pub fn is_loopback_registry(registry: &str) -> bool {
    let host = match registry.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => registry.split(':').next().unwrap_or_default(),
    };
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| match address {
            std::net::IpAddr::V4(address) => address.is_loopback(),
            std::net::IpAddr::V6(address) => {
                address.is_loopback() || address.to_ipv4_mapped().is_some_and(|mapped| mapped.is_loopback())
            }
        })
}

/// The host of a name, if its first part is one, and what follows. As Docker: a first part with a dot, a colon or a
/// capital, or `localhost`, is a host.
fn split_host(name: &str) -> (Option<&str>, &str) {
    match name.split_once('/') {
        Some((first, rest))
            if first.contains(['.', ':'])
                || first == "localhost"
                || first.bytes().any(|byte| byte.is_ascii_uppercase()) =>
        {
            (Some(first), rest)
        }
        _ => (None, name),
    }
}

fn split_tag(rest: &str) -> (&str, Option<&str>) {
    match rest.rsplit_once(':') {
        Some((path, tag)) if !tag.contains('/') => (path, Some(tag)),
        _ => (rest, None),
    }
}

/// `domain-name [":" port-number]` of distribution/reference, IPv6 in brackets.
fn is_host(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, after)) => {
                if address.parse::<std::net::Ipv6Addr>().is_err() {
                    return false;
                }
                match after.strip_prefix(':') {
                    Some(port) => return is_port(port),
                    None => return after.is_empty(),
                }
            }
            None => return false,
        },
        None => match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    host.split('.').all(|label| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    }) && port.is_none_or(is_port)
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

/// Whether a text is a repository's path, `path-component ["/" path-component]*`: runs of `[a-z0-9]` joined by `.`, `_`,
/// `__` or any number of `-`.
#[must_use]
pub fn is_repository_path(text: &str) -> bool {
    text.split('/').all(|component| {
        let bytes = component.as_bytes();
        let alphanumeric = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let edges = bytes.first().is_some_and(alphanumeric) && bytes.last().is_some_and(alphanumeric);
        let separators = component.split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
        edges
            && separators
                .filter(|run| !run.is_empty())
                .all(|run| matches!(run, "." | "_" | "__") || run.bytes().all(|byte| byte == b'-'))
    })
}

/// Whether a text is a tag: letters, digits, `_`, `.` and `-`, at most 128, the first neither `.` nor `-`.
#[must_use]
pub fn is_tag(text: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.len() <= 128
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|byte| word(byte) || matches!(byte, b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full(text: &str, domain: &str) -> String {
        match Name::parse(text, domain) {
            Ok(name) => name.reference.to_string(),
            Err(error) => format!("error: {error}"),
        }
    }

    /// The Go CLI's own table, for each default domain; `D` stands for it.
    #[test]
    fn names_mean_what_the_go_cli_takes_them_for() {
        let table = [
            ("foo/bar:baz", "D/foo/bar:baz"),
            ("foo/bar", "D/foo/bar:latest"),
            ("foo", "D/library/foo:latest"),
            ("test", "D/library/test:latest"),
            ("alpine", "D/library/alpine:latest"),
            ("nginx", "D/library/nginx:latest"),
            ("default", "D/library/default:latest"),
            ("default:latest", "D/library/default:latest"),
            ("library/default", "D/library/default:latest"),
            ("library/default:latest", "D/library/default:latest"),
            ("default:0.0.1", "D/library/default:0.0.1"),
            ("test:0.0.1", "D/library/test:0.0.1"),
            ("test:latest", "D/library/test:latest"),
            ("library/nginx", "D/library/nginx:latest"),
            ("ubuntu:latest", "D/library/ubuntu:latest"),
            ("library/ubuntu:latest", "D/library/ubuntu:latest"),
            ("docker.io/default", "docker.io/library/default:latest"),
            ("docker.io/default:latest", "docker.io/library/default:latest"),
            ("docker.io/library/default", "docker.io/library/default:latest"),
            ("docker.io/library/default:latest", "docker.io/library/default:latest"),
            ("docker.io/foo/bar:baz", "docker.io/foo/bar:baz"),
            ("docker.io/library/nginx", "docker.io/library/nginx:latest"),
            ("docker.io/library/ubuntu", "docker.io/library/ubuntu:latest"),
            ("docker.io/library/ubuntu:latest", "docker.io/library/ubuntu:latest"),
            ("docker.io/test:0.0.2", "docker.io/library/test:0.0.2"),
            ("docker.io/foo", "docker.io/library/foo:latest"),
            ("ghcr.io/default", "ghcr.io/default:latest"),
            ("ghcr.io/default:latest", "ghcr.io/default:latest"),
            ("ghcr.io/library/default", "ghcr.io/library/default:latest"),
            ("ghcr.io/foo/bar:baz", "ghcr.io/foo/bar:baz"),
            ("ghcr.io/org/img", "ghcr.io/org/img:latest"),
            ("ghcr.io/linuxcontainers/alpine", "ghcr.io/linuxcontainers/alpine:latest"),
            ("ghcr.io/linuxfiles/alpine", "ghcr.io/linuxfiles/alpine:latest"),
            ("mycompany.registry:5000/myapp", "mycompany.registry:5000/myapp:latest"),
            ("localhost:5000/foo", "localhost:5000/foo:latest"),
            ("my-registry.local:5000/internal/app:v1.0", "my-registry.local:5000/internal/app:v1.0"),
            ("invalid__domain/image:latest", "D/invalid__domain/image:latest"),
            ("index.docker.io/foo/bar", "docker.io/foo/bar:latest"),
            ("ghcr.io", "D/library/ghcr.io:latest"),
            ("localhost/foo", "localhost/foo:latest"),
            ("Foo/bar", "Foo/bar:latest"),
            ("oci://ghcr.io/org/img:1", "ghcr.io/org/img:1"),
            ("[::1]:5000/a", "[::1]:5000/a:latest"),
            ("[2001:db8::1]/a/b:1", "[2001:db8::1]/a/b:1"),
        ];
        for domain in ["docker.io", "ghcr.io", "localhost:5000"] {
            for (typed, wanted) in table {
                let wanted = match wanted.strip_prefix("D/") {
                    Some(rest) => format!("{domain}/{rest}"),
                    None => wanted.to_owned(),
                };
                assert_eq!(full(typed, domain), wanted, "{typed} with default domain {domain}");
            }
        }
    }

    #[test]
    fn a_digest_wins_over_a_tag() {
        let hex = "a".repeat(64);
        assert_eq!(full(&format!("a/b:1@sha256:{hex}"), "docker.io"), format!("docker.io/a/b@sha256:{hex}"));
        assert_eq!(full(&format!("sha256:{hex}"), "docker.io"), format!("docker.io/library/sha256:{hex}"));
    }

    #[test]
    fn what_is_outside_the_grammar_is_refused_with_the_part_that_is_wrong() {
        let hex = "a".repeat(64);
        let long = format!("ghcr.io/{}", "a".repeat(250));
        let table: Vec<(String, &str)> = vec![
            (String::new(), "the name is empty"),
            ("foo/Bar".into(), r#"invalid reference "foo/Bar": the repository name must be lowercase"#),
            ("foo/bar:v1+meta".into(), r#""v1+meta" is not a tag"#),
            ("bad tag".into(), r#""bad tag" is not a repository name"#),
            ("foo/bar:".into(), r#""" is not a tag"#),
            ("foo/bar:tag\u{e9}".into(), "is not a tag"),
            (hex.clone(), "are a digest, not a name"),
            (format!("a/b@sha256:{}", "A".repeat(64)), "is not a digest"),
            ("a/b@".into(), "is not a digest"),
            ("https://ghcr.io/a/b".into(), "is not a registry host"),
            ("user:pw@ghcr.io/a/b".into(), "is not a digest"),
            ("foo_bar.com/p".into(), r#""foo_bar.com" is not a registry host"#),
            ("ghcr.io:99999/a".into(), r#""ghcr.io:99999" is not a registry host"#),
            ("[::g]:5000/a".into(), "is not a registry host"),
            ("ghcr.io/a//b".into(), r#""a//b" is not a repository name"#),
            ("ghcr.io/a/../b".into(), r#""a/../b" is not a repository name"#),
            ("ghcr.io/a/-b".into(), "is not a repository name"),
            ("ghcr.io/a___b".into(), "is not a repository name"),
            ("ghcr.io/".into(), r#""" is not a repository name"#),
            (long, "more than 255"),
            (format!("a/b:{}", "t".repeat(129)), "is not a tag"),
        ];
        for (typed, wanted) in table {
            let got = full(&typed, "docker.io");
            assert!(got.starts_with("error: ") && got.contains(wanted), "{typed:?}: {got}");
        }
        assert_eq!(full("ghcr.io/a----b/c__d.e:T_1.x-y", "docker.io"), "ghcr.io/a----b/c__d.e:T_1.x-y");
    }

    #[test]
    fn loopback_is_told_by_name_and_by_address() {
        for yes in ["localhost", "localhost:5000", "127.0.0.1:5050", "127.1.2.3", "[::1]:5000", "LOCALHOST:1"] {
            assert!(is_loopback_registry(yes), "{yes}");
        }
        for no in ["ghcr.io", "localhost.example.com", "10.0.0.1:5000", "[2001:db8::1]:80", "127.evil.com"] {
            assert!(!is_loopback_registry(no), "{no}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_reference_prints_to_what_reads_back(text in "[a-zA-Z0-9.:/@_-]{1,40}") {
            if let Ok(name) = Name::parse(&text, "ghcr.io") {
                let printed = name.reference.to_string();
                proptest::prop_assert_eq!(Reference::parse(&printed).unwrap(), name.reference);
            }
        }
    }
}
