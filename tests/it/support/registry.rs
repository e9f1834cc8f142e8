//! The product's own registry, in this process.

use super::background::{Task, runtime};
use axum::Router;
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Response, StatusCode};
use axum::middleware::{Next, from_fn};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use policy::server::{Memory, Server};
use std::net::SocketAddr;
use std::sync::Arc;

/// A registry on a loopback port; it ends with the test.
pub struct Registry {
    pub host: String,
    pub address: SocketAddr,
    _task: Task,
}

impl Registry {
    /// Starts an empty registry in memory.
    pub fn start() -> Self {
        Self::with(&[], |router| router)
    }

    /// The same for one user, whom it wants to see a password of (Basic), known by these names besides `localhost`.
    pub fn closed(names: &[&str], user: &str, password: &str) -> Self {
        let wanted =
            HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))).unwrap();
        Self::with(names, move |router| {
            router.layer(from_fn(move |request: Request, next: Next| {
                let known = request.headers().get(AUTHORIZATION) == Some(&wanted);
                async move {
                    if known {
                        return next.run(request).await;
                    }
                    let refusal = Response::builder()
                        .status(StatusCode::UNAUTHORIZED)
                        .header(WWW_AUTHENTICATE, "Basic realm=\"tests\"")
                        .body(r#"{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}"#.into());
                    refusal.unwrap()
                }
            }))
        })
    }

    /// A registry with layers laid over it, that answers to these names besides `localhost`.
    pub fn with(names: &[&str], lay: impl FnOnce(Router) -> Router) -> Self {
        let mut server = runtime().block_on(Server::bind_loopback(0, Arc::new(Memory::default()))).unwrap();
        for name in names {
            server = server.answering_to(name);
        }
        let server = server.layered(lay);
        let address = server.addresses()[0];
        let task = Task::spawn(server.run(std::future::pending()));
        Self { host: format!("localhost:{}", address.port()), address, _task: task }
    }

    /// A name in this registry.
    pub fn name(&self, rest: &str) -> String {
        format!("{}/{rest}", self.host)
    }
}
