//! TLS in front of a server that speaks plain HTTP.

use super::background::{Task, runtime};
use super::certificates::Identity;
use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// Ends TLS and passes the bytes on, both ways.
pub struct TlsFront {
    pub address: SocketAddr,
    _task: Task,
}

impl TlsFront {
    /// A front on a free loopback port for the server at `behind`.
    pub fn start(identity: &Identity, behind: impl Into<String>) -> Self {
        let acceptor = TlsAcceptor::from(identity.tls());
        let behind = behind.into();
        let listener = runtime().block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let task = Task::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, behind) = (acceptor.clone(), behind.clone());
                tokio::spawn(async move {
                    let Ok(mut inside) = acceptor.accept(stream).await else { return };
                    let Ok(mut outside) = TcpStream::connect(&behind).await else { return };
                    let _ = tokio::io::copy_bidirectional(&mut inside, &mut outside).await;
                });
            }
        });
        Self { address, _task: task }
    }
}
