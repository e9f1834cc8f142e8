//! A server for tests that answers by script, as oddly as need be.

use super::{Client, Credential, Progress, Settings};
use crate::oci::{Descriptor, Digest, Reference, media_types};
use crate::secret::Secret;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;

/// A request as it arrived.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    pub(super) method: String,
    /// The path and query.
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// Whether the server broke it off: then `body` is as much of it as came.
    pub(super) cut: bool,
}

impl Seen {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Method and target in one.
    pub(super) fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }
}

/// What is answered.
pub(super) enum Reply {
    /// These bytes; then the next request of the connection is read, or it is closed.
    Bytes { bytes: Vec<u8>, close: bool },
    /// One byte of these at a time, with a pause before each.
    Trickle(Vec<u8>, Duration),
    /// Nothing, ever.
    Silence,
}

impl Reply {
    pub(super) fn status(status: u16) -> Self {
        Self::full(status, &[], b"")
    }

    pub(super) fn full(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Self {
        Self::Bytes { bytes: message(status, headers, Some(body.len() as u64), body), close: false }
    }

    /// Announces `length` bytes, sends `body`, hangs up.
    pub(super) fn cut(status: u16, headers: &[(&str, &str)], length: Option<u64>, body: &[u8]) -> Self {
        Self::Bytes { bytes: message(status, headers, length, body), close: true }
    }

    pub(super) fn json(status: u16, headers: &[(&str, &str)], code: &str, message: &str) -> Self {
        let body = format!(r#"{{"errors":[{{"code":"{code}","message":"{message}"}}]}}"#);
        Self::full(status, headers, body.as_bytes())
    }

    pub(super) fn hang_up() -> Self {
        Self::Bytes { bytes: Vec::new(), close: true }
    }

    pub(super) fn raw(bytes: &[u8]) -> Self {
        Self::Bytes { bytes: bytes.to_vec(), close: true }
    }
}

fn message(status: u16, headers: &[(&str, &str)], length: Option<u64>, body: &[u8]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} Status\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if let Some(length) = length {
        head.push_str(&format!("content-length: {length}\r\n"));
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

type Script = dyn Fn(&Seen, usize) -> Reply + Send + Sync;

/// After how many bytes of its body a request is broken off.
type Cut = dyn Fn(&Seen, usize) -> Option<usize> + Send + Sync;

/// The server; it stops when dropped.
pub(super) struct Scripted {
    pub(super) address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Scripted {
    /// Answers each request by `script`, which is told how many requests with the same first line came before.
    pub(super) async fn start(script: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static) -> Self {
        Self::listen("127.0.0.1:0", None, script).await
    }

    /// The same at another address of this machine, or over TLS.
    pub(super) async fn listen(
        address: &str,
        tls: Option<tokio_rustls::TlsAcceptor>,
        script: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::cutting(address, tls, |_, _| None, script).await
    }

    /// The same, hanging up after so many bytes of a request's body as `cut` says of its head. The script is told of such
    /// a request, but its answer does not go out.
    pub(super) async fn cutting(
        address: &str,
        tls: Option<tokio_rustls::TlsAcceptor>,
        cut: impl Fn(&Seen, usize) -> Option<usize> + Send + Sync + 'static,
        script: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let cut: Arc<Cut> = Arc::new(cut);
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (shared, script): (_, Arc<Script>) = (Arc::clone(&seen), Arc::new(script));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (shared, script, tls) = (Arc::clone(&shared), Arc::clone(&script), tls.clone());
                let cut = Arc::clone(&cut);
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, &shared, &*cut, &*script).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, &shared, &*cut, &*script).await;
                            }
                        }
                    }
                });
            }
        });
        Self { address, seen, task }
    }

    /// The registry's name.
    pub(super) fn name(&self) -> String {
        self.address.to_string()
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// All requests so far but the first `GET /v2/`, by which a client finds out what a loopback registry speaks.
    pub(super) fn seen(&self) -> Vec<Seen> {
        let seen = self.seen.lock().unwrap().clone();
        let probe = seen.iter().position(|seen| seen.line() == "GET /v2/" && seen.header("authorization").is_none());
        seen.into_iter().enumerate().filter(|(index, _)| Some(*index) != probe).map(|(_, seen)| seen).collect()
    }

    pub(super) fn lines(&self) -> Vec<String> {
        self.seen().iter().map(Seen::line).collect()
    }

    pub(super) fn client(&self, credential: Credential) -> Client {
        self.client_with(credential, &quick())
    }

    pub(super) fn client_with(&self, credential: Credential, settings: &Settings) -> Client {
        Client::new(&self.name(), credential, settings).unwrap()
    }

    pub(super) fn reference(&self, rest: &str) -> Reference {
        Reference::parse(&format!("{}/{rest}", self.name())).unwrap()
    }
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, shared: &Mutex<Vec<Seen>>, cut: &Cut, script: &Script) {
    let mut buffer = Vec::new();
    let count = |line: &str| shared.lock().unwrap().iter().filter(|other| other.line() == line).count();
    let cut = |seen: &Seen| cut(seen, count(&seen.line()));
    while let Some(seen) = request(&mut stream, &mut buffer, &cut).await {
        let before = count(&seen.line());
        shared.lock().unwrap().push(seen.clone());
        let reply = script(&seen, before);
        if seen.cut {
            return;
        }
        match reply {
            Reply::Bytes { bytes, close } => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.flush().await;
                if close {
                    let _ = stream.shutdown().await;
                    return;
                }
            }
            Reply::Trickle(bytes, pause) => {
                for byte in bytes {
                    tokio::time::sleep(pause).await;
                    if stream.write_all(&[byte]).await.is_err() {
                        return;
                    }
                }
            }
            Reply::Silence => tokio::time::sleep(Duration::from_secs(3600)).await,
        }
    }
}

async fn request(
    stream: &mut (impl AsyncRead + Unpin),
    buffer: &mut Vec<u8>,
    cut: &impl Fn(&Seen) -> Option<usize>,
) -> Option<Seen> {
    let end = loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
    buffer.drain(..end + 4);
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let mut seen = Seen { method: first.next()?.to_owned(), target: first.next()?.to_owned(), ..Seen::default() };
    seen.headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut length: usize = seen.header("content-length").map_or(0, |length| length.parse().unwrap());
    if let Some(cut) = cut(&seen).filter(|cut| *cut < length) {
        (length, seen.cut) = (cut, true);
    }
    while buffer.len() < length {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    seen.body = buffer.drain(..length).collect();
    Some(seen)
}

/// Settings that wait for nothing long.
pub(super) fn quick() -> Settings {
    Settings { backoff: Duration::from_millis(2), ..Settings::default() }
}

pub(super) fn alice() -> Credential {
    Credential::Basic { username: "alice".to_owned(), password: Secret::new("hunter2") }
}

/// `alice:hunter2` as a header.
pub(super) const ALICE: &str = "Basic YWxpY2U6aHVudGVyMg==";

pub(super) fn blob(bytes: &[u8]) -> Descriptor {
    Descriptor::new(media_types::LAYER_GZIP, Digest::of(bytes), bytes.len() as u64)
}

pub(super) fn nobody() -> Progress {
    Arc::new(|_| {})
}
