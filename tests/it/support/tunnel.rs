//! A proxy that opens tunnels (`CONNECT`) to where the test wants them to end.

use super::background::{Task, runtime};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The proxy, with all it was asked.
pub struct Tunnel {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    _task: Task,
}

impl Tunnel {
    /// A proxy that takes `host:port` to an address for each pair, and refuses all else.
    pub fn start(pairs: &[(&str, SocketAddr)]) -> Self {
        let ways: Arc<HashMap<String, SocketAddr>> =
            Arc::new(pairs.iter().map(|(name, address)| ((*name).to_owned(), *address)).collect());
        let listener = runtime().block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let heads = Arc::clone(&asked);
        let task = Task::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(open(stream, Arc::clone(&ways), Arc::clone(&heads)));
            }
        });
        Self { address, asked, _task: task }
    }

    /// The value for `HTTPS_PROXY`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The heads of all requests, as they came.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn open(mut stream: TcpStream, ways: Arc<HashMap<String, SocketAddr>>, heads: Arc<Mutex<Vec<String>>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) if head.len() < 16_384 => head.push(byte),
            _ => return,
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    heads.lock().unwrap().push(head.clone());
    let mut words = head.split(' ');
    let way = match (words.next(), words.next()) {
        (Some("CONNECT"), Some(name)) => ways.get(name),
        _ => None,
    };
    let Some(way) = way else {
        let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").await;
        return;
    };
    let Ok(mut outside) = TcpStream::connect(way).await else { return };
    if stream.write_all(b"HTTP/1.1 200 Connection Established\r\n\r\n").await.is_ok() {
        let _ = tokio::io::copy_bidirectional(&mut stream, &mut outside).await;
    }
}
