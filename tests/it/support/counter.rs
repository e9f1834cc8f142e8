//! A proxy in front of a registry that counts what is sent to it.

use super::background::{Task, runtime};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// A request that was answered.
#[derive(Debug, Clone)]
pub struct Counted {
    pub method: String,
    /// The path and query.
    pub target: String,
    /// The length of the request's body.
    pub sent: u64,
    pub status: u16,
}

/// The proxy. A registry behind it takes the proxy's address for its own, as the `Host` is left alone.
pub struct Counter {
    pub host: String,
    seen: Arc<Mutex<Vec<Counted>>>,
    _task: Task,
}

impl Counter {
    /// A proxy on a free port for the registry at `behind`.
    pub fn start(behind: &str) -> Self {
        let listener = runtime().block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let behind: SocketAddr = behind.replace("localhost", "127.0.0.1").parse().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&seen);
        let task = Task::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&shared);
                tokio::spawn(async move {
                    if let Ok(outside) = TcpStream::connect(behind).await {
                        let _ = pass(stream, outside, &shared).await;
                    }
                });
            }
        });
        Self { host: address.to_string(), seen, _task: task }
    }

    /// All requests answered so far, and forgets them.
    pub fn take(&self) -> Vec<Counted> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }

    /// How many requests were answered so far.
    pub fn count(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

/// Passes one request after the other, and counts each when the head of its answer is there.
async fn pass(inside: TcpStream, outside: TcpStream, seen: &Mutex<Vec<Counted>>) -> io::Result<()> {
    let _ = (inside.set_nodelay(true), outside.set_nodelay(true));
    let (client, mut to_client) = inside.into_split();
    let (server, mut to_server) = outside.into_split();
    let (mut client, mut server) = (BufReader::new(client), BufReader::new(server));
    loop {
        let request = head(&mut client).await?;
        to_server.write_all(request.as_bytes()).await?;
        let sent = body(&mut client, &mut to_server, &request, false).await?;
        let answer = head(&mut server).await?;
        let mut words = request.split(' ');
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
        let counted = Counted { method: method.to_owned(), target: target.to_owned(), sent, status };
        seen.lock().unwrap().push(counted);
        to_client.write_all(answer.as_bytes()).await?;
        if method != "HEAD" && !matches!(status, 204 | 304) {
            body(&mut server, &mut to_client, &answer, true).await?;
        }
        to_client.flush().await?;
    }
}

/// Everything up to the empty line, with it.
async fn head(from: &mut BufReader<OwnedReadHalf>) -> io::Result<String> {
    let mut text = String::new();
    loop {
        let before = text.len();
        if from.read_line(&mut text).await? == 0 || text.len() > 1 << 20 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if &text[before..] == "\r\n" && before > 0 {
            return Ok(text);
        }
    }
}

/// Copies a body of declared length, in chunks, or where it may, to the end of the connection.
async fn body(
    from: &mut BufReader<OwnedReadHalf>,
    to: &mut OwnedWriteHalf,
    head: &str,
    to_the_end: bool,
) -> io::Result<u64> {
    let header = |name: &str| {
        head.lines()
            .skip(1)
            .filter_map(|line| line.split_once(':'))
            .find_map(|(known, value)| known.eq_ignore_ascii_case(name).then(|| value.trim().to_ascii_lowercase()))
    };
    if header("transfer-encoding").is_some_and(|value| value.contains("chunked")) {
        let mut all = 0;
        loop {
            let mut line = String::new();
            from.read_line(&mut line).await?;
            to.write_all(line.as_bytes()).await?;
            let size = u64::from_str_radix(line.trim().split(';').next().unwrap_or_default(), 16)
                .map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
            tokio::io::copy(&mut from.take(size + 2), to).await?;
            all += size;
            if size == 0 {
                return Ok(all);
            }
        }
    }
    match header("content-length").and_then(|value| value.parse::<u64>().ok()) {
        Some(length) => match tokio::io::copy(&mut from.take(length), to).await? {
            copied if copied == length => Ok(length),
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        },
        None if to_the_end => {
            tokio::io::copy(from, to).await?;
            Err(io::ErrorKind::UnexpectedEof.into())
        }
        None => Ok(0),
    }
}
