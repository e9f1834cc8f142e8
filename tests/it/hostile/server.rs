//! A server on raw sockets that lays a fault over what a sane registry would answer.

use super::super::support::{Task, runtime};
use super::reply::Reply;
use super::sane::{Kind, Request, Sane};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// Makes the answer that is sent, from the one a sane registry gives when it is asked for it.
pub type Twist = Arc<dyn Fn(&Request, &mut dyn FnMut() -> Reply) -> Reply + Send + Sync>;

/// What happens as soon as somebody connects, before any HTTP.
#[derive(Clone)]
pub enum Greeting {
    /// Plain HTTP.
    None,
    /// TLS.
    Tls(Arc<rustls::ServerConfig>),
    /// The first bytes are read, these are answered, and the connection is closed, or left as it is.
    Bytes(Vec<u8>, bool),
}

/// The server; it ends when dropped.
pub struct Server {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Request>>>,
    _task: Task,
}

impl Server {
    /// Listens on a free port of an address; `fill` puts content into the registry.
    pub fn start(address: &str, greeting: Greeting, fill: impl FnOnce(&str) -> Sane, twist: Twist) -> Self {
        let listener = runtime().block_on(TcpListener::bind((address, 0))).unwrap();
        let address = listener.local_addr().unwrap();
        let sane = Arc::new(Mutex::new(fill(&address.to_string())));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&seen);
        let task = Task::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (sane, seen, twist) = (Arc::clone(&sane), Arc::clone(&shared), Arc::clone(&twist));
                let greeting = greeting.clone();
                tokio::spawn(async move {
                    let _ = stream.set_nodelay(true);
                    let reset = match greeting {
                        Greeting::None => serve(&mut stream, &sane, &seen, &twist).await,
                        Greeting::Tls(config) => match TlsAcceptor::from(config).accept(&mut stream).await {
                            Ok(mut inside) => serve(&mut inside, &sane, &seen, &twist).await,
                            Err(_) => false,
                        },
                        Greeting::Bytes(bytes, closes) => {
                            let _ = stream.read(&mut [0; 4096]).await;
                            let _ = stream.write_all(&bytes).await;
                            if !closes {
                                tokio::time::sleep(Duration::from_secs(60)).await;
                            }
                            false
                        }
                    };
                    if reset {
                        let _ = stream.set_zero_linger();
                    }
                });
            }
        });
        Self { address, seen, _task: task }
    }

    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// All requests so far.
    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }
}

/// Answers requests until the connection ends; `true` when it is to be reset.
async fn serve(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    sane: &Mutex<Sane>,
    seen: &Mutex<Vec<Request>>,
    twist: &Twist,
) -> bool {
    let mut buffer = Vec::new();
    while let Some(mut request) = read(stream, &mut buffer).await {
        let mut kinds: HashMap<Kind, usize> = HashMap::new();
        {
            let mut seen = seen.lock().unwrap();
            for earlier in seen.iter() {
                *kinds.entry(earlier.kind()).or_default() += 1;
            }
            request.before = kinds.get(&request.kind()).copied().unwrap_or_default();
            seen.push(request.clone());
        }
        let mut reply = twist(&request, &mut || sane.lock().unwrap().answer(&request));
        if request.method == "HEAD" {
            // The length of what a GET would bring, and no body.
            reply = match reply {
                Reply::Message(message) => {
                    let length = message.body.len().to_string();
                    let told = message.headers.iter().any(|(name, _)| name == "content-length");
                    let reply = Reply::Message(message).with_body("");
                    if told { reply } else { reply.with("content-length", &length) }
                }
                other => other,
            };
        }
        match reply {
            Reply::Message(_) => {
                if stream.write_all(&reply.bytes()).await.is_err() || stream.flush().await.is_err() {
                    return false;
                }
            }
            Reply::Bytes(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
                return false;
            }
            Reply::Reset(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.flush().await;
                // What was sent is to arrive first.
                tokio::time::sleep(Duration::from_millis(if bytes.is_empty() { 0 } else { 30 })).await;
                return true;
            }
            Reply::Silence(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.flush().await;
                tokio::time::sleep(Duration::from_secs(60)).await;
            }
            Reply::Trickle(bytes, pause) => {
                for byte in bytes {
                    tokio::time::sleep(pause).await;
                    if stream.write_all(&[byte]).await.is_err() || stream.flush().await.is_err() {
                        return false;
                    }
                }
            }
            Reply::Endless(bytes, more) => {
                let _ = stream.write_all(&bytes).await;
                // Much at a time: on a busy machine a pause is longer than it says.
                let more = more.repeat(16);
                while stream.write_all(&more).await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                return false;
            }
        }
    }
    false
}

async fn read(stream: &mut (impl AsyncRead + Unpin), buffer: &mut Vec<u8>) -> Option<Request> {
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
    let mut request =
        Request { method: first.next()?.to_owned(), target: first.next()?.to_owned(), ..Request::default() };
    request.headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = request.header("content-length").map_or(0, |length| length.parse().unwrap());
    while buffer.len() < length {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    request.body = buffer.drain(..length).collect();
    Some(request)
}
