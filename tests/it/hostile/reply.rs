//! What a hostile registry answers, down to the bytes.

use std::time::Duration;

/// An answer, or what comes instead of one.
#[derive(Clone)]
pub enum Reply {
    /// A well-formed answer; its length is told unless a header says otherwise.
    Message(Message),
    /// These bytes, then the connection is closed.
    Bytes(Vec<u8>),
    /// These bytes, then the connection is reset.
    Reset(Vec<u8>),
    /// These bytes, then nothing.
    Silence(Vec<u8>),
    /// These bytes one by one, with a pause before each.
    Trickle(Vec<u8>, Duration),
    /// These bytes at once, then others one by one without end.
    Endless(Vec<u8>, &'static [u8]),
}

/// A well-formed answer.
#[derive(Clone)]
pub struct Message {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn status(status: u16) -> Self {
        Self::full(status, &[], "")
    }

    pub fn full(status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Self {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self::Message(Message { status, headers, body: body.into() })
    }

    /// An error in the envelope of the distribution API.
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        let body = serde_json::json!({"errors": [{"code": code, "message": message}]});
        Self::full(status, &[("content-type", "application/json")], body.to_string())
    }

    /// Text as it stands; every `\n` in it becomes the line break of HTTP.
    pub fn raw(text: &str) -> Self {
        Self::Bytes(text.replace('\n', "\r\n").into_bytes())
    }

    /// The same answer with another body.
    pub fn with_body(self, body: impl Into<Vec<u8>>) -> Self {
        self.map(|message| message.body = body.into())
    }

    /// The same answer with a header more, or instead of the one of that name.
    pub fn with(self, name: &str, value: &str) -> Self {
        self.map(|message| {
            message.headers.retain(|(known, _)| known != name);
            message.headers.push((name.to_owned(), value.to_owned()));
        })
    }

    /// The same answer without a header.
    pub fn without(self, name: &str) -> Self {
        self.map(|message| message.headers.retain(|(known, _)| known != name))
    }

    pub fn map(mut self, change: impl FnOnce(&mut Message)) -> Self {
        if let Self::Message(message) = &mut self {
            change(message);
        }
        self
    }

    /// The answer as a server would send it.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Message(message) => message.bytes(),
            Self::Bytes(bytes) | Self::Reset(bytes) | Self::Silence(bytes) => bytes.clone(),
            Self::Trickle(bytes, _) | Self::Endless(bytes, _) => bytes.clone(),
        }
    }

    /// The answer up to a byte of its body.
    pub fn up_to(&self, length: usize) -> Vec<u8> {
        let Self::Message(message) = self else { return self.bytes() };
        let bytes = message.bytes();
        let head = bytes.len() - message.body.len();
        bytes[..(head + length).min(bytes.len())].to_vec()
    }

    /// The answer with a header line of one's own, and the body.
    pub fn with_line(&self, line: &str) -> Self {
        let Self::Message(message) = self else { return self.clone() };
        let mut bytes = message.head();
        bytes.extend_from_slice(line.as_bytes());
        bytes.extend_from_slice(b"\r\n\r\n");
        bytes.extend_from_slice(&message.body);
        Self::Bytes(bytes)
    }
}

impl Message {
    /// The status line and the headers, without the length and the empty line.
    fn head(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Status\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.into_bytes()
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.head();
        let framed = |name: &str| self.headers.iter().any(|(known, _)| known == name);
        if !framed("content-length") && !framed("transfer-encoding") {
            bytes.extend_from_slice(format!("content-length: {}\r\n", self.body.len()).as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }
}
