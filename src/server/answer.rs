//! The responses to requests that were done.

use axum::body::Body;
use axum::http::header::{HeaderName, HeaderValue};
use axum::http::{Response, StatusCode};

/// The digest of what a response is about.
pub(super) const CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");

/// A response in the making.
pub(super) struct Answer(Response<Body>);

impl Answer {
    /// An empty response.
    pub(super) fn new(status: StatusCode) -> Self {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = status;
        Self(response)
    }

    /// The same with a header; a value that cannot be sent is left out.
    pub(super) fn header(mut self, name: HeaderName, value: impl AsRef<str>) -> Self {
        if let Ok(value) = HeaderValue::from_str(value.as_ref()) {
            self.0.headers_mut().insert(name, value);
        }
        self
    }

    /// Complete, without a body.
    pub(super) fn empty(self) -> Response<Body> {
        self.0
    }

    /// Complete, with a body.
    pub(super) fn body(self, body: impl Into<Body>) -> Response<Body> {
        self.0.map(|_| body.into())
    }
}
