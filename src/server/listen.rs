//! The registry on its addresses: accepting connections, serving them, ending them.

use super::guard::{self, Guard};
use super::limits::{CONNECTIONS, HEADER_BYTES, HEADER_TIME, SHUTDOWN_TIME};
use super::router::router;
use super::socket::Socket;
use super::storage::Storage;
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// How often a free port is looked for that both loopback families have.
const PORT_ATTEMPTS: usize = 16;

/// A registry that has its addresses and is ready to run.
#[derive(Debug)]
pub struct Server {
    listeners: Vec<TcpListener>,
    addresses: Vec<SocketAddr>,
    router: Router,
    guard: Guard,
}

/// Why a registry cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The address is taken, not this machine's, or not allowed.
    #[error("cannot listen on {address}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// There is no address.
    #[error("no address to listen on")]
    NoAddress,
}

impl Server {
    /// Takes the addresses; connections wait there until [`Server::run`].
    ///
    /// # Errors
    /// When there is no address, or one cannot be had.
    pub async fn bind(addresses: &[SocketAddr], storage: Arc<dyn Storage>) -> Result<Self, ServerError> {
        let mut listeners = Vec::new();
        for address in addresses {
            listeners.push(listen(*address).await?);
        }
        Self::with_listeners(listeners, storage)
    }

    /// Takes one port on both loopback families, for `localhost` may mean either: 127.0.0.1 first, and ::1 where this
    /// machine has it. Port 0 is one that is free on both.
    ///
    /// # Errors
    /// When the port is taken on either.
    pub async fn bind_loopback(port: u16, storage: Arc<dyn Storage>) -> Result<Self, ServerError> {
        let mut attempts = if port == 0 { PORT_ATTEMPTS } else { 1 };
        loop {
            let first = listen((Ipv4Addr::LOCALHOST, port).into()).await?;
            let taken = address_of(&first)?.port();
            attempts -= 1;
            match listen((Ipv6Addr::LOCALHOST, taken).into()).await {
                Ok(second) => return Self::with_listeners(vec![first, second], storage),
                Err(ServerError::Bind { source, .. }) if source.kind() != io::ErrorKind::AddrInUse => {
                    log::debug!("going on without ::1: {source}");
                    return Self::with_listeners(vec![first], storage);
                }
                Err(error) if attempts == 0 => return Err(error),
                Err(_) => {}
            }
        }
    }

    fn with_listeners(listeners: Vec<TcpListener>, storage: Arc<dyn Storage>) -> Result<Self, ServerError> {
        let addresses = listeners.iter().map(address_of).collect::<Result<Vec<_>, _>>()?;
        if addresses.is_empty() {
            return Err(ServerError::NoAddress);
        }
        let guard = Guard::new(&addresses);
        Ok(Self { listeners, addresses, router: router(storage), guard })
    }

    /// Where it listens, in the order the addresses were given, with the ports that were chosen.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// One more host name to answer to, without a port. Bound to loopback addresses alone, a registry answers only to
    /// `localhost` and these addresses, so that no web page can reach it by a name of its own.
    #[must_use]
    pub fn answering_to(mut self, name: &str) -> Self {
        self.guard.allow(name);
        self
    }

    /// The same with layers laid over the registry.
    #[must_use]
    pub fn layered(mut self, lay: impl FnOnce(Router) -> Router) -> Self {
        self.router = lay(self.router);
        self
    }

    /// Serves until `shutdown` is ready; then accepts nothing more and gives running requests a few seconds to end.
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send) {
        let guard = Arc::new(self.guard);
        let router = self.router.layer(axum::middleware::from_fn_with_state(guard, guard::check));
        let slots = Arc::new(Semaphore::new(CONNECTIONS));
        let (stop, stopped) = watch::channel(false);
        let mut accepting = JoinSet::new();
        for listener in self.listeners {
            accepting.spawn(accept(listener, router.clone(), Arc::clone(&slots), stopped.clone()));
        }
        shutdown.await;
        let _ = stop.send(true);
        let ended = timeout(SHUTDOWN_TIME, async { while accepting.join_next().await.is_some() {} }).await;
        if ended.is_err() {
            log::warn!("requests were still running after {} seconds and are cut off", SHUTDOWN_TIME.as_secs());
        }
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, ServerError> {
    TcpListener::bind(address).await.map_err(|source| ServerError::Bind { address, source })
}

fn address_of(listener: &TcpListener) -> Result<SocketAddr, ServerError> {
    let unspecified = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    listener.local_addr().map_err(|source| ServerError::Bind { address: unspecified, source })
}

/// Serves the connections to one address until told to stop, then waits for those that are left.
async fn accept(listener: TcpListener, router: Router, slots: Arc<Semaphore>, mut stopped: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        let next = async {
            let slot = Arc::clone(&slots).acquire_owned().await;
            (listener.accept().await, slot)
        };
        tokio::select! {
            () = told_to_stop(&mut stopped) => break,
            Some(_) = connections.join_next() => {}
            (accepted, slot) = next => match accepted {
                Ok((stream, peer)) => {
                    log::debug!("connection from {peer}");
                    let connection = serve(stream, router.clone(), stopped.clone());
                    connections.spawn(async move {
                        connection.await;
                        drop(slot);
                    });
                }
                Err(error) => {
                    // Out of file descriptors, say: what is being served will give some back.
                    log::warn!("cannot accept a connection: {error}");
                    sleep(Duration::from_millis(100)).await;
                }
            },
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn serve(stream: TcpStream, router: Router, mut stopped: watch::Receiver<bool>) {
    if let Err(error) = stream.set_nodelay(true) {
        log::debug!("answers may be delayed: {error}");
    }
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_header_size(HEADER_BYTES)
        .serve_connection(TokioIo::new(Socket::new(stream)), TowerToHyperService::new(router));
    let mut connection = pin!(connection);
    let served = tokio::select! {
        served = connection.as_mut() => served,
        () = told_to_stop(&mut stopped) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = served {
        log::debug!("a connection ended: {error}");
    }
}

async fn told_to_stop(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stop| *stop).await;
}

#[cfg(test)]
mod tests {
    use super::super::storage::Memory;
    use super::*;
    use axum::http::StatusCode;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::oneshot;
    use tokio::task::JoinHandle;

    async fn loopback() -> Server {
        Server::bind_loopback(0, Arc::new(Memory::default())).await.unwrap()
    }

    /// Runs a server until the sender is used or dropped.
    fn run(server: Server) -> (oneshot::Sender<()>, JoinHandle<()>) {
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(server.run(async {
            let _ = stopped.await;
        }));
        (stop, running)
    }

    /// Sends the text and returns all that comes back until the connection is closed.
    async fn exchange(address: SocketAddr, text: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8(answer).unwrap()
    }

    fn request(host: &str) -> String {
        format!("GET /v2/ HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n")
    }

    #[tokio::test]
    async fn a_loopback_server_answers_on_each_of_its_addresses() {
        let server = loopback().await;
        let addresses = server.addresses().to_vec();
        assert!(addresses.iter().all(|address| address.port() == addresses[0].port() && address.ip().is_loopback()));
        let (_stop, _running) = run(server);
        for address in addresses {
            assert!(exchange(address, &request("localhost")).await.starts_with("HTTP/1.1 200 OK\r\n"));
        }
    }

    #[tokio::test]
    async fn a_taken_port_is_an_error_that_names_it() {
        let taken = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let _holder = TcpListener::bind(taken).await.unwrap();
        let error = Server::bind(&[taken], Arc::new(Memory::default())).await.unwrap_err();
        assert_eq!(error.to_string(), format!("cannot listen on {taken}"));
        assert!(Server::bind_loopback(taken.port(), Arc::new(Memory::default())).await.is_err());
        assert!(matches!(Server::bind(&[], Arc::new(Memory::default())).await, Err(ServerError::NoAddress)));
    }

    #[tokio::test]
    async fn a_name_from_elsewhere_is_answered_only_when_it_is_listed() {
        let server = loopback().await.answering_to("registry.test");
        let address = server.addresses()[0];
        let (_stop, _running) = run(server);
        assert!(exchange(address, &request("evil.example")).await.starts_with("HTTP/1.1 403 "));
        assert!(exchange(address, &request("registry.test:5050")).await.starts_with("HTTP/1.1 200 "));
    }

    #[tokio::test]
    async fn a_head_without_end_is_refused() {
        let server = loopback().await;
        let address = server.addresses()[0];
        let (_stop, _running) = run(server);
        let head = format!("GET /v2/ HTTP/1.1\r\nhost: localhost\r\nx: {}\r\n\r\n", "a".repeat(HEADER_BYTES));
        assert!(exchange(address, &head).await.starts_with("HTTP/1.1 431 "));
    }

    #[tokio::test]
    async fn layers_lie_over_the_registry() {
        let teapot = async || StatusCode::IM_A_TEAPOT;
        let server = loopback().await.layered(|router| router.route("/v2/", get(teapot)));
        let address = server.addresses()[0];
        let (_stop, _running) = run(server);
        assert!(exchange(address, &request("localhost")).await.starts_with("HTTP/1.1 418 "));
    }

    #[tokio::test]
    async fn a_request_that_runs_is_answered_before_the_server_ends() {
        let (started, start) = oneshot::channel();
        let started = std::sync::Mutex::new(Some(started));
        let slow = move || {
            let started = started.lock().unwrap().take();
            async move {
                started.map(|started| started.send(()));
                sleep(Duration::from_millis(200)).await;
            }
        };
        let slow = Arc::new(slow);
        let server = loopback().await.layered(|router| router.route("/slow", get(move || slow())));
        let address = server.addresses()[0];
        let (stop, running) = run(server);
        let idle = TcpStream::connect(address).await.unwrap();
        let answer =
            tokio::spawn(async move { exchange(address, "GET /slow HTTP/1.1\r\nhost: localhost\r\n\r\n").await });
        start.await.unwrap();
        stop.send(()).unwrap();
        running.await.unwrap();
        assert!(answer.await.unwrap().starts_with("HTTP/1.1 200 "));
        assert!(TcpStream::connect(address).await.is_err());
        drop(idle);
    }
}
