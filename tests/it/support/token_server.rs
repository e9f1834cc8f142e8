//! A token server for registries of the distribution kind: access tokens signed with RS256.

use super::background::{Task, runtime};
use super::certificates::Identity;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256, SigningKey as _};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// Who issues, as registries are told.
pub const ISSUER: &str = "tokens of the tests";
/// For whom.
pub const SERVICE: &str = "registry of the tests";

/// The server: it knows `ann` of password `secret`, and gives everybody else nothing but what they may read of `public/`.
pub struct TokenServer {
    pub address: SocketAddr,
    /// The certificate the tokens are signed with, PEM: a registry's `rootcertbundle`.
    pub certificate: String,
    asked: Arc<Mutex<Vec<String>>>,
    issued: Arc<Mutex<Vec<String>>>,
    _task: Task,
}

struct Signer {
    key: KeyPair,
    chain: String,
}

impl TokenServer {
    /// Tokens that last `life` seconds, over plain HTTP, or over TLS with this certificate.
    pub fn start(life: u64, identity: Option<&Identity>) -> Self {
        let key = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, ISSUER);
        let certificate = params.self_signed(&key).unwrap();
        let signer = Arc::new(Signer { key, chain: STANDARD.encode(certificate.der()) });
        let listener = runtime().block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let acceptor = identity.map(|identity| TlsAcceptor::from(identity.tls()));
        let (asked, issued) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<Mutex<Vec<String>>>::default());
        let books = (Arc::clone(&asked), Arc::clone(&issued));
        let task = Task::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (signer, acceptor, books) = (Arc::clone(&signer), acceptor.clone(), books.clone());
                tokio::spawn(async move {
                    match acceptor {
                        None => serve(stream, &signer, life, &books).await,
                        Some(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                serve(stream, &signer, life, &books).await;
                            }
                        }
                    }
                });
            }
        });
        Self { address, certificate: certificate.pem(), asked, issued, _task: task }
    }

    /// The realm on a host that leads here.
    pub fn realm(&self, scheme: &str, host: &str) -> String {
        format!("{scheme}://{host}:{}/token", self.address.port())
    }

    /// The heads of all requests.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// All tokens that were given.
    pub fn issued(&self) -> Vec<String> {
        self.issued.lock().unwrap().clone()
    }
}

type Books = (Arc<Mutex<Vec<String>>>, Arc<Mutex<Vec<String>>>);

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, signer: &Signer, life: u64, books: &Books) {
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read_u8().await {
                Ok(byte) if head.len() < 65_536 => head.push(byte),
                _ => return,
            }
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        books.0.lock().unwrap().push(head.clone());
        let (status, body) = answer(&head, signer, life);
        if let Some(token) = body.get("token").and_then(|token| token.as_str()) {
            books.1.lock().unwrap().push(token.to_owned());
        }
        let body = body.to_string();
        let message = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        if stream.write_all(message.as_bytes()).await.is_err() || stream.flush().await.is_err() {
            return;
        }
    }
}

fn answer(head: &str, signer: &Signer, life: u64) -> (&'static str, serde_json::Value) {
    let target = head.split(' ').nth(1).unwrap_or_default();
    let shown = head
        .lines()
        .find_map(|line| line.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("authorization")))
        .map(|(_, value)| value);
    let ann = format!("Basic {}", STANDARD.encode("ann:secret"));
    if shown.is_some_and(|shown| shown != ann) {
        return ("401 Unauthorized", json!({"details": "incorrect username or password"}));
    }
    let url = url::Url::parse("http://x").unwrap().join(target).unwrap();
    let access: Vec<serde_json::Value> = url
        .query_pairs()
        .filter(|(name, _)| name == "scope")
        .flat_map(|(_, scopes)| scopes.split(' ').map(str::to_owned).collect::<Vec<_>>())
        .filter_map(|scope| {
            let (kind, rest) = scope.split_once(':')?;
            let (name, actions) = rest.rsplit_once(':')?;
            let allowed: Vec<&str> = actions
                .split(',')
                .filter(|action| shown.is_some() || (name.starts_with("public/") && *action == "pull"))
                .collect();
            Some(json!({"type": kind, "name": name, "actions": allowed}))
        })
        .collect();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let header = json!({"typ": "JWT", "alg": "RS256", "x5c": [signer.chain]});
    let claims = json!({
        "iss": ISSUER, "sub": shown.map_or("", |_| "ann"), "aud": SERVICE,
        "iat": now, "nbf": now - 10, "exp": now + life, "jti": now.to_string(), "access": access,
    });
    let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&header), part(&claims));
    let signature = URL_SAFE_NO_PAD.encode(signer.key.sign(signed.as_bytes()).unwrap());
    ("200 OK", json!({"token": format!("{signed}.{signature}"), "expires_in": life}))
}
