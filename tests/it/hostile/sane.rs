//! A registry that does everything right, for faults to be laid over.

use super::reply::Reply;
use super::{PASSWORD, TOKEN, USER};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use policy::oci::Digest;
use std::collections::HashMap;

/// A request as it arrived.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub method: String,
    /// The path and query.
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// How many requests of its kind came before.
    pub before: usize,
}

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Ping,
    Token,
    HeadManifest,
    GetManifest,
    PutManifest,
    HeadBlob,
    GetBlob,
    StartUpload,
    SendBlob,
    Tags,
    Other,
}

/// How clients are to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Not at all.
    Open,
    Password,
    Token,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    pub fn kind(&self) -> Kind {
        let path = self.path();
        match self.method.as_str() {
            "GET" if path == "/v2/" => Kind::Ping,
            _ if path == "/token" => Kind::Token,
            "HEAD" if path.contains("/manifests/") => Kind::HeadManifest,
            "GET" if path.contains("/manifests/") => Kind::GetManifest,
            "PUT" if path.contains("/manifests/") => Kind::PutManifest,
            "POST" if path.ends_with("/blobs/uploads/") => Kind::StartUpload,
            "PUT" | "PATCH" if path.contains("/uploads/") => Kind::SendBlob,
            "HEAD" if path.contains("/blobs/") => Kind::HeadBlob,
            "GET" if path.contains("/blobs/sha") => Kind::GetBlob,
            "GET" if path.ends_with("/tags/list") => Kind::Tags,
            _ => Kind::Other,
        }
    }
}

/// The registry's content, and how it lets people in. Repositories are not told apart.
pub struct Sane {
    pub host: String,
    pub access: Access,
    pub blobs: HashMap<String, Vec<u8>>,
    /// By tag and by digest: media type and bytes.
    pub manifests: HashMap<String, (String, Vec<u8>)>,
    parts: Vec<u8>,
}

impl Sane {
    pub fn new(host: &str, access: Access) -> Self {
        let (blobs, manifests) = (HashMap::new(), HashMap::new());
        Self { host: host.to_owned(), access, blobs, manifests, parts: Vec::new() }
    }

    pub fn add_manifest(&mut self, tag: &str, media_type: &str, bytes: &[u8]) {
        for name in [tag, Digest::of(bytes).as_str()] {
            self.manifests.insert(name.to_owned(), (media_type.to_owned(), bytes.to_vec()));
        }
    }

    pub fn answer(&mut self, request: &Request) -> Reply {
        let basic = format!("Basic {}", STANDARD.encode(format!("{USER}:{PASSWORD}")));
        let shown = request.header("authorization");
        if request.kind() == Kind::Token {
            return match shown == Some(&basic) || request.method == "POST" || self.access == Access::Open {
                true => Reply::full(200, &[], format!(r#"{{"token":"{TOKEN}","expires_in":300}}"#)),
                false => Reply::full(401, &[], r#"{"details":"who are you?"}"#),
            };
        }
        let (wanted, challenge) = match self.access {
            Access::Open => return self.serve(request),
            Access::Password => (basic, "Basic realm=\"tests\"".to_owned()),
            Access::Token => {
                (format!("Bearer {TOKEN}"), format!("Bearer realm=\"http://{}/token\",service=\"s\"", self.host))
            }
        };
        if shown != Some(&wanted) {
            return Reply::error(401, "UNAUTHORIZED", "authentication required").with("www-authenticate", &challenge);
        }
        self.serve(request)
    }

    fn serve(&mut self, request: &Request) -> Reply {
        let last = request.path().rsplit('/').next().unwrap_or_default().to_owned();
        match request.kind() {
            Kind::Ping => Reply::full(200, &[], "{}"),
            Kind::GetManifest | Kind::HeadManifest => match self.manifests.get(&last) {
                Some((media_type, bytes)) => {
                    let digest = Digest::of(bytes).to_string();
                    let headers = [("content-type", media_type.as_str()), ("docker-content-digest", &digest)];
                    Reply::full(200, &headers, bytes.clone())
                }
                None => Reply::error(404, "MANIFEST_UNKNOWN", "manifest unknown"),
            },
            Kind::PutManifest => {
                let text = String::from_utf8_lossy(&request.body);
                let known = |text: &str| self.blobs.contains_key(text);
                let named = text.split('"').filter(|word| word.starts_with("sha256:") && word.len() == 71);
                if named.clone().any(|digest| !known(digest) && !self.manifests.contains_key(digest)) {
                    return Reply::error(404, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry");
                }
                let media_type = request.header("content-type").unwrap_or_default().to_owned();
                self.add_manifest(&last, &media_type, &request.body);
                Reply::full(201, &[("docker-content-digest", Digest::of(&request.body).as_str())], "")
            }
            Kind::HeadBlob | Kind::GetBlob => match self.blobs.get(&last) {
                Some(bytes) => partial(request, bytes),
                None => Reply::error(404, "BLOB_UNKNOWN", "blob unknown to registry"),
            },
            Kind::StartUpload => {
                self.parts.clear();
                let place = format!("{}1?_state=x", request.path());
                Reply::full(202, &[("location", place.as_str()), ("range", "0-0")], "")
            }
            Kind::SendBlob => self.take(request),
            Kind::Tags => Reply::full(200, &[], r#"{"name":"acme/theirs","tags":["1","2"]}"#),
            Kind::Other if request.method == "DELETE" => Reply::status(202),
            Kind::Other | Kind::Token => Reply::error(404, "UNSUPPORTED", "no such thing here"),
        }
    }

    fn take(&mut self, request: &Request) -> Reply {
        self.parts.extend_from_slice(&request.body);
        let place = format!("{}?_state=y", request.path());
        if request.method == "PATCH" {
            let range = format!("0-{}", self.parts.len().saturating_sub(1));
            return Reply::full(202, &[("location", place.as_str()), ("range", &range)], "");
        }
        let digest = Digest::of(&self.parts).to_string();
        if !request.target.contains(&digest.replace(':', "%3A")) {
            return Reply::error(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
        }
        self.blobs.insert(digest.clone(), std::mem::take(&mut self.parts));
        Reply::full(201, &[("docker-content-digest", &digest)], "")
    }
}

/// A blob, or the part of it that was asked for.
fn partial(request: &Request, bytes: &[u8]) -> Reply {
    let start = request
        .header("range")
        .and_then(|range| range.strip_prefix("bytes=")?.split('-').next()?.parse::<usize>().ok())
        .filter(|start| *start < bytes.len());
    match start {
        Some(start) => {
            let range = format!("bytes {start}-{}/{}", bytes.len() - 1, bytes.len());
            Reply::full(206, &[("content-range", &range)], &bytes[start..])
        }
        None => Reply::full(200, &[("content-type", "application/octet-stream")], bytes),
    }
}
