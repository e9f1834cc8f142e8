//! What a client is told when a request cannot be done (distribution-spec, "Error Codes").

use super::storage::StorageError;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use axum::http::{Response, StatusCode};
use serde_json::{Value, json};

/// A status with one error or more, and headers that help the client along.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    errors: Vec<Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            errors: vec![json!({"code": code, "message": message.into(), "detail": null})],
            headers: Vec::new(),
        }
    }

    /// One error about each of these.
    pub(super) fn about_each(
        status: StatusCode,
        code: &str,
        message: &str,
        details: impl IntoIterator<Item = Value>,
    ) -> Self {
        let errors = details.into_iter().map(|detail| json!({"code": code, "message": message, "detail": detail}));
        Self { status, errors: errors.collect(), headers: Vec::new() }
    }

    /// The same with a header; one that cannot be sent is left out.
    pub(super) fn header(mut self, name: HeaderName, value: &str) -> Self {
        self.headers.extend(HeaderValue::from_str(value).map(|value| (name, value)));
        self
    }

    pub(super) fn bad(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(super) fn unknown(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    /// What the client need not know is in the log.
    pub(super) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "UNKNOWN", "the registry failed; its log says why")
    }

    pub(super) fn into_response(self) -> Response<Body> {
        let body = json!({"errors": self.errors}).to_string();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response.headers_mut().extend(self.headers);
        response
    }

    #[cfg(test)]
    pub(super) fn status(&self) -> StatusCode {
        self.status
    }
}

impl From<StorageError> for Refusal {
    fn from(error: StorageError) -> Self {
        if error.is_full() {
            log::error!("no space left for what is being pushed: {error}");
            return Self::new(StatusCode::INSUFFICIENT_STORAGE, "UNKNOWN", "the registry has no space left");
        }
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
        log::error!("{error}{cause}");
        Self::internal()
    }
}
