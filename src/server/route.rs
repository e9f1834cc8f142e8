//! Which thing of the registry a path means (distribution-spec, "Endpoints").

use super::names::{ManifestName, RepositoryName};
use super::refusal::Refusal;
use crate::oci::Digest;
use axum::http::StatusCode;
use url::form_urlencoded;

/// What a path means. The method decides what is done with it.
#[derive(Debug, PartialEq)]
pub(super) enum Route {
    /// The registry itself.
    Base,
    /// The list of repositories.
    Catalog,
    /// The list of a repository's tags.
    Tags(RepositoryName),
    /// A manifest.
    Manifest(RepositoryName, ManifestName),
    /// A blob.
    Blob(RepositoryName, Digest),
    /// Where uploads are started.
    Uploads(RepositoryName),
    /// An upload under way, by its session.
    Upload(RepositoryName, String),
    /// The list of what refers to a manifest.
    Referrers(RepositoryName, Digest),
}

impl Route {
    /// Reads a path. It is read from its end: a repository may be called `tags/list`.
    pub(super) fn parse(path: &str) -> Result<Self, Refusal> {
        let nowhere = || Refusal::unknown("UNSUPPORTED", "no such endpoint: an OCI registry's paths start with /v2/");
        let rest = match path.strip_prefix("/v2") {
            Some("" | "/") => return Ok(Self::Base),
            Some(rest) => rest.strip_prefix('/').ok_or_else(nowhere)?,
            None => return Err(nowhere()),
        };
        let decoded: Option<Vec<String>> = rest.split('/').map(percent_decode).collect();
        let decoded =
            decoded.ok_or_else(|| Refusal::bad("NAME_INVALID", "the path is not properly percent-encoded"))?;
        let segments: Vec<&str> = decoded.iter().map(String::as_str).collect();
        match segments.as_slice() {
            ["_catalog"] => Ok(Self::Catalog),
            [name @ .., "tags", "list"] => Ok(Self::Tags(repository(name)?)),
            [name @ .., "manifests", wanted] => Ok(Self::Manifest(repository(name)?, manifest_name(wanted)?)),
            [name @ .., "blobs", "uploads"] | [name @ .., "blobs", "uploads", ""] => {
                Ok(Self::Uploads(repository(name)?))
            }
            [name @ .., "blobs", "uploads", session] => Ok(Self::Upload(repository(name)?, (*session).to_owned())),
            [name @ .., "blobs", wanted] => Ok(Self::Blob(repository(name)?, digest(wanted)?)),
            [name @ .., "referrers", wanted] => Ok(Self::Referrers(repository(name)?, digest(wanted)?)),
            _ => Err(nowhere()),
        }
    }

    /// The methods it knows, as an `Allow` header lists them.
    pub(super) fn methods(&self) -> &'static str {
        match self {
            Self::Base | Self::Catalog | Self::Tags(_) | Self::Referrers(..) => "GET, HEAD",
            Self::Manifest(..) => "GET, HEAD, PUT, DELETE",
            Self::Blob(..) => "GET, HEAD, DELETE",
            Self::Uploads(_) => "POST",
            Self::Upload(..) => "GET, HEAD, PATCH, PUT, DELETE",
        }
    }
}

fn repository(segments: &[&str]) -> Result<RepositoryName, Refusal> {
    segments.join("/").parse().map_err(|_| Refusal::bad("NAME_INVALID", "invalid repository name"))
}

pub(super) fn digest(text: &str) -> Result<Digest, Refusal> {
    text.parse().map_err(|_| {
        Refusal::bad("DIGEST_INVALID", "a digest is sha256: or sha512: and its lower-case hexadecimal value")
    })
}

fn manifest_name(text: &str) -> Result<ManifestName, Refusal> {
    if text.contains(':') {
        return Ok(ManifestName::Digest(digest(text)?));
    }
    text.parse().map(ManifestName::Tag).map_err(|_| Refusal::bad("TAG_INVALID", "invalid tag"))
}

fn percent_decode(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push(u8::try_from(high << 4 | low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// What follows the `?` of a request.
#[derive(Debug, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn parse(text: Option<&str>) -> Self {
        Self(form_urlencoded::parse(text.unwrap_or_default().as_bytes()).into_owned().collect())
    }

    /// The first value of a parameter.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a parameter.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The number in the parameter `n`, at most `most`; that when it is absent.
    pub(super) fn page(&self, most: usize) -> Result<usize, Refusal> {
        let Some(text) = self.get("n") else { return Ok(most) };
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            let message = "n is not a number of entries";
            return Err(Refusal::new(StatusCode::BAD_REQUEST, "PAGINATION_NUMBER_INVALID", message));
        }
        Ok(text.parse().map_or(most, |number: usize| number.min(most)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

    #[test]
    fn a_path_is_read_from_its_end() {
        let name = |text: &str| text.parse::<RepositoryName>().unwrap();
        let tag = |text: &str| ManifestName::Tag(text.parse().unwrap());
        let digest: Digest = DIGEST.parse().unwrap();
        let rows = [
            ("/v2", Route::Base),
            ("/v2/", Route::Base),
            ("/v2/_catalog", Route::Catalog),
            ("/v2/a/tags/list", Route::Tags(name("a"))),
            ("/v2/tags/list/tags/list", Route::Tags(name("tags/list"))),
            ("/v2/a/b/c/d/manifests/v1", Route::Manifest(name("a/b/c/d"), tag("v1"))),
            ("/v2/a/tags/manifests/list", Route::Manifest(name("a/tags"), tag("list"))),
            ("/v2/a/blobs/uploads/manifests/x", Route::Manifest(name("a/blobs/uploads"), tag("x"))),
            ("/v2/a/blobs/uploads/", Route::Uploads(name("a"))),
            ("/v2/a/blobs/uploads", Route::Uploads(name("a"))),
            ("/v2/a/blobs/uploads/00ff", Route::Upload(name("a"), "00ff".to_owned())),
        ];
        for (path, route) in rows {
            assert_eq!(Route::parse(path).unwrap(), route, "{path}");
        }
        for path in [format!("/v2/a/blobs/{DIGEST}"), format!("/v2/a/blobs/{}", DIGEST.replace(':', "%3A"))] {
            assert_eq!(Route::parse(&path).unwrap(), Route::Blob(name("a"), digest.clone()));
        }
    }

    #[test]
    fn a_path_that_is_no_name_is_refused() {
        for path in [
            "/v2/../../etc/passwd/manifests/x",
            "/v2/%2e%2e/manifests/x",
            "/v2/a%2F..%2Fb/tags/list",
            "/v2/A/tags/list",
            "/v2//tags/list",
            "/v2/tags/list",
            "/v2/a/manifests/..",
            "/v2/a/manifests/sha256:..%2f..%2fx",
            "/v2/a/blobs/sha256:..%2f..%2fetc",
            "/v2/a/blobs/%zz",
            "/v2/a/blobs/%",
            "/v2/a%0d%0ab/tags/list",
            "/v2/a/referrers/latest",
        ] {
            assert_eq!(Route::parse(path).unwrap_err().status(), StatusCode::BAD_REQUEST, "{path}");
        }
        for path in ["/", "/v1/", "/v2x", "/v2/a", "/v2/a/b"] {
            assert_eq!(Route::parse(path).unwrap_err().status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[test]
    fn a_page_is_bounded_whatever_is_asked() {
        let page = |text| Query::parse(Some(text)).page(1000);
        assert_eq!(page("").unwrap(), 1000);
        assert_eq!(page("n=3").unwrap(), 3);
        assert_eq!(page("n=0").unwrap(), 0);
        assert_eq!(page("n=1000000000").unwrap(), 1000);
        assert_eq!(page("n=99999999999999999999999").unwrap(), 1000);
        for bad in ["n=-1", "n=", "n=x", "n=1e9", "n=%2B1"] {
            assert!(page(bad).is_err(), "{bad}");
        }
    }
}
