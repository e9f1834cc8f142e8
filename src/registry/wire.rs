//! One request out, the head of its answer in.

use super::addresses::PrivateAddress;
use super::connections::Connections;
use super::fault::{Broken, Fault, classify};
use super::home::Home;
use super::retry::{Again, Failure};
use super::secrets::Secrets;
use super::{Asked, Distrust, RegistryError, Settings};
use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderValue};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use url::Url;

/// How much of an upload a registry has to digest per second, before it answers.
const DIGESTION: u64 = 10 << 20;

/// Sends requests without judging their answers.
#[derive(Debug)]
pub(super) struct Wire {
    connections: Connections,
    idle: Duration,
    secrets: Arc<Secrets>,
}

/// What goes with a request.
#[derive(Clone)]
pub(super) enum Payload {
    Empty,
    Bytes(Bytes),
    Stream(Stream),
}

/// A body that is read while it is sent, and can be opened again for another try.
#[derive(Clone)]
pub(super) struct Stream {
    pub(super) open: Arc<dyn Fn() -> reqwest::Body + Send + Sync>,
    pub(super) size: u64,
    /// How much of the body opened last has been taken to be sent.
    pub(super) taken: Arc<AtomicU64>,
    /// Whether more is wanted of the body than there is yet.
    pub(super) starved: Arc<AtomicBool>,
}

impl Wire {
    pub(super) fn new(home: &Home, settings: &Settings, secrets: Secrets) -> Result<Self, RegistryError> {
        let connections = Connections::new(home, settings)?;
        Ok(Self { connections, idle: settings.idle_timeout, secrets: Arc::new(secrets) })
    }

    /// What must not be repeated of what comes back.
    pub(super) fn secrets(&self) -> &Arc<Secrets> {
        &self.secrets
    }

    pub(super) fn idle(&self) -> Duration {
        self.idle
    }

    /// Sends one request as it is: no redirects, no credentials but those in `headers`.
    pub(super) async fn send(
        &self,
        home: &Home,
        method: &Method,
        url: &Url,
        headers: HeaderMap,
        payload: &Payload,
        asked: &Asked,
    ) -> Result<reqwest::Response, Failure> {
        let broken = |broken: Broken| unreachable(asked, Broken { cause: self.secrets.hide(&broken.cause), ..broken });
        let client = self.connections.to(url, home.same_host(url)).map_err(broken)?;
        let mut request = client.request(method.clone(), url.clone()).headers(headers);
        request = request.header(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        request = match payload {
            Payload::Empty if matches!(*method, Method::GET | Method::HEAD | Method::DELETE) => request,
            Payload::Empty => request.header(CONTENT_LENGTH, 0),
            Payload::Bytes(bytes) => request.body(bytes.clone()),
            Payload::Stream(stream) => request.header(CONTENT_LENGTH, stream.size).body((stream.open)()),
        };
        let place = || self.secrets.hide(&format!("{}{}", url.origin().ascii_serialization(), url.path()));
        let mut answer = std::pin::pin!(request.send());
        let response = loop {
            let (taken, patience) = match payload {
                Payload::Stream(stream) => {
                    let taken = stream.taken.load(Ordering::Relaxed);
                    let digestion = if taken >= stream.size { stream.size / DIGESTION } else { 0 };
                    (taken, self.idle + Duration::from_secs(digestion))
                }
                _ => (0, self.idle),
            };
            if let Ok(response) = tokio::time::timeout(patience, &mut answer).await {
                break response;
            }
            // As long as the body moves, or waits for this side, the registry owes no answer.
            let moves = |stream: &Stream| {
                stream.taken.load(Ordering::Relaxed) != taken || stream.starved.load(Ordering::Relaxed)
            };
            if !matches!(payload, Payload::Stream(stream) if moves(stream)) {
                log::debug!("{method} {}: no answer", place());
                let cause = format!("no answer came for {} s", patience.as_secs_f32());
                return Err(broken(Broken::new(Fault::Stalled, cause)));
            }
        };
        match response {
            Ok(response) => {
                log::debug!("{method} {}: {}", place(), response.status());
                Ok(response)
            }
            Err(error) => {
                let error = match classify(&error) {
                    Ok(found) => broken(found),
                    Err(PrivateAddress(host)) => {
                        let distrust = Distrust::PrivateAddress;
                        RegistryError::UntrustedLocation { asked: asked.clone(), host, distrust }.into()
                    }
                };
                log::debug!("{method} {}: {}", place(), error.error);
                Err(error)
            }
        }
    }
}

/// No answer, and whether asking again makes sense: where there is no way to the registry, it does not.
pub(super) fn unreachable(asked: &Asked, broken: Broken) -> Failure {
    let again = match broken.fault {
        Fault::CutOff => Again::Soon,
        Fault::Stalled => Again::Stalled,
        _ => Again::Never,
    };
    let error = RegistryError::Unreachable { asked: asked.clone(), fault: broken.fault, cause: broken.cause };
    Failure { error, again }
}
