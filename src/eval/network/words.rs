//! What went wrong, in the words of Go's client.

use super::Request;
use crate::causes::chain;
use rustls::{AlertDescription, CertificateError};
use std::io;
use std::net::IpAddr;
use url::Url;

/// The method as errors tell it.
pub(super) fn operation(method: &str) -> String {
    let mut letters = method.chars();
    match letters.next() {
        None => "Get".to_owned(),
        Some(first) => format!("{first}{}", letters.as_str().to_lowercase()),
    }
}

/// An address as errors tell it: without its password.
pub(super) fn shown(address: &str) -> String {
    match Url::parse(address) {
        Ok(mut url) if url.password().is_some() => {
            let _ = url.set_password(Some("***"));
            url.into()
        }
        _ => address.to_owned(),
    }
}

/// What the system says of a file or connection.
pub(super) fn of_system(error: &io::Error) -> String {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::ConnectionRefused => "connection refused",
        Kind::ConnectionReset => "connection reset by peer",
        Kind::NetworkUnreachable => "network is unreachable",
        Kind::HostUnreachable => "no route to host",
        Kind::TimedOut => "connection timed out",
        Kind::NotFound => "no such file or directory",
        Kind::PermissionDenied => "permission denied",
        Kind::IsADirectory => "is a directory",
        Kind::BrokenPipe => "broken pipe",
        _ => return error.to_string(),
    }
    .to_owned()
}

/// Why there is no answer to a request at an address.
pub(super) async fn of_failure(error: &reqwest::Error, url: &Url, request: &Request) -> String {
    let chain = chain(error);
    let host = url.host_str().unwrap_or_default();
    if let Some(tls) = chain.iter().find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
        return of_tls(tls, request.server_name.as_deref().unwrap_or(host));
    }
    let says = |text: &str| chain.iter().any(|cause| cause.to_string().contains(text));
    let io = chain.iter().rev().find_map(|cause| cause.downcast_ref::<io::Error>());
    if says("dns error") {
        return format!("dial tcp: lookup {host}: no such host");
    }
    match io {
        Some(io) if io.kind() == io::ErrorKind::UnexpectedEof => "EOF".to_owned(),
        Some(io) if error.is_connect() && io.kind() != io::ErrorKind::ConnectionReset => {
            let place = match &request.socket {
                Some(path) => format!("unix {path}"),
                None => format!("tcp {}", dialled(url).await),
            };
            format!("dial {place}: connect: {}", of_system(io))
        }
        Some(io) => format!("read: {}", of_system(io)),
        None if says("connection closed before message completed") => "EOF".to_owned(),
        None if says("invalid HTTP") => {
            "net/http: HTTP/1.x transport connection broken: malformed HTTP response".to_owned()
        }
        None => chain.last().map_or_else(String::new, ToString::to_string),
    }
}

/// The address that was connected to, with its port.
async fn dialled(url: &Url) -> String {
    let (host, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default());
    let found = tokio::net::lookup_host((host.trim_start_matches('[').trim_end_matches(']'), port)).await;
    found.ok().and_then(|mut found| found.next()).map_or_else(|| format!("{host}:{port}"), |found| found.to_string())
}

/// Why an answer broke off.
pub(super) fn of_body(error: &reqwest::Error) -> String {
    let chain = chain(error);
    let io = chain.iter().rev().find_map(|cause| cause.downcast_ref::<io::Error>());
    match io.filter(|io| io.kind() != io::ErrorKind::UnexpectedEof) {
        Some(io) => format!("read: {}", of_system(io)),
        None => "unexpected EOF".to_owned(),
    }
}

/// Why an answer cannot be unpacked.
pub(super) fn of_unpacking(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "unexpected EOF",
        _ => "gzip: invalid header",
    }
    .to_owned()
}

/// A certificate that is refused.
fn refused(what: &str) -> String {
    format!("tls: failed to verify certificate: x509: {what}")
}

/// What is said of a name that no certificate can be for.
pub(super) fn wrong_name(name: &str) -> String {
    refused(&format!("certificate is not valid for {name}"))
}

fn of_tls(error: &rustls::Error, host: &str) -> String {
    match error {
        rustls::Error::InvalidMessage(_) => "http: server gave HTTP response to HTTPS client".to_owned(),
        rustls::Error::InvalidCertificate(cause) => match cause {
            CertificateError::UnknownIssuer | CertificateError::Other(_) => {
                refused("certificate signed by unknown authority")
            }
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => refused("certificate has expired or is not yet valid"),
            CertificateError::NotValidForNameContext { presented, .. } => {
                let bare = host.trim_start_matches('[').trim_end_matches(']');
                let names: Vec<&str> = presented.iter().map(|name| presented_name(name)).collect();
                let are_addresses = names.iter().any(|name| name.parse::<IpAddr>().is_ok());
                if bare.parse::<IpAddr>().is_ok() && !are_addresses {
                    refused(&format!("cannot validate certificate for {bare} because it doesn't contain any IP SANs"))
                } else {
                    let of_kind =
                        names.iter().filter(|name| name.parse::<IpAddr>().is_ok() == bare.parse::<IpAddr>().is_ok());
                    let names = of_kind.copied().collect::<Vec<_>>().join(", ");
                    refused(&format!("certificate is valid for {names}, not {bare}"))
                }
            }
            other => refused(&other.to_string()),
        },
        rustls::Error::AlertReceived(alert) => format!("remote error: tls: {}", of_alert(*alert)),
        other => format!("tls: {other}"),
    }
}

/// A name in a certificate, without what kind it is.
fn presented_name(name: &str) -> &str {
    let inner = name.split_once('(').map_or(name, |(_, inner)| inner.trim_end_matches(')'));
    inner.trim_matches('"')
}

fn of_alert(alert: AlertDescription) -> &'static str {
    match alert {
        AlertDescription::BadCertificate => "bad certificate",
        AlertDescription::CertificateRequired => "certificate required",
        AlertDescription::CertificateExpired => "expired certificate",
        AlertDescription::CertificateRevoked => "revoked certificate",
        AlertDescription::CertificateUnknown => "unknown certificate",
        AlertDescription::UnknownCA => "unknown certificate authority",
        AlertDescription::UnsupportedCertificate => "unsupported certificate",
        AlertDescription::HandshakeFailure => "handshake failure",
        AlertDescription::ProtocolVersion => "protocol version not supported",
        AlertDescription::UnrecognisedName => "unrecognized name",
        AlertDescription::InternalError => "internal error",
        AlertDescription::DecryptError => "error decrypting message",
        _ => "alert",
    }
}
