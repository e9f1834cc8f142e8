//! What comes back for a request.

use super::{Fault, words};
use flate2::read::MultiGzDecoder;
use reqwest::header::{CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING};
use std::collections::BTreeMap;
use std::io::Read as _;

/// The most bytes of an answer that are taken, unpacked.
const MOST: usize = 64 << 20;

/// What comes back.
#[derive(Debug)]
pub(in crate::eval) struct Response {
    pub(in crate::eval) code: u16,
    /// The code and the words behind it.
    pub(in crate::eval) status: String,
    /// By their names in lower case.
    pub(in crate::eval) headers: BTreeMap<String, Vec<String>>,
    pub(in crate::eval) body: Vec<u8>,
}

/// Takes in an answer.
pub(super) async fn taken(mut response: reqwest::Response, unpacks: bool) -> Result<Response, Fault> {
    let code = response.status();
    let reason = response.extensions().get::<hyper::ext::ReasonPhrase>();
    let reason = reason.map(|reason| String::from_utf8_lossy(reason.as_bytes()).into_owned());
    let reason = reason.unwrap_or_else(|| code.canonical_reason().unwrap_or_default().to_owned());
    let is_packed = unpacks
        && response
            .headers()
            .get(CONTENT_ENCODING)
            .is_some_and(|coding| coding.as_bytes().eq_ignore_ascii_case(b"gzip"));
    let mut headers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in response.headers() {
        // What is about the connection alone, and what was true before the answer was unpacked.
        let hidden = *name == TRANSFER_ENCODING
            || *name == CONNECTION && value.as_bytes().eq_ignore_ascii_case(b"close")
            || is_packed && (*name == CONTENT_ENCODING || *name == CONTENT_LENGTH);
        if !hidden {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            headers.entry(name.as_str().to_owned()).or_default().push(value);
        }
    }
    let too_large = || Fault::Broken(format!("the answer has more than {} MiB", MOST >> 20));
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| Fault::Broken(words::of_body(&error)))? {
        body.extend_from_slice(&chunk);
        if body.len() > MOST {
            return Err(too_large());
        }
    }
    if is_packed && !body.is_empty() {
        let mut unpacked = Vec::new();
        let limit = u64::try_from(MOST).unwrap_or(u64::MAX).saturating_add(1);
        let read = MultiGzDecoder::new(body.as_slice()).take(limit).read_to_end(&mut unpacked);
        read.map_err(|error| Fault::Broken(words::of_unpacking(&error)))?;
        if unpacked.len() > MOST {
            return Err(too_large());
        }
        body = unpacked;
    }
    Ok(Response {
        code: code.as_u16(),
        status: format!("{} {reason}", code.as_u16()).trim_end().to_owned(),
        headers,
        body,
    })
}
