//! Tells the ways apart in which a connection fails.

use super::addresses::{PrivateAddress, UnknownHost};
use crate::causes::chain;
use rustls::{AlertDescription, CertificateError};
use std::io;

/// Why no answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The host has no address.
    Name,
    /// Nothing listens there.
    Refused,
    /// No connection within the time for it.
    ConnectTimeout,
    /// The server's certificate is signed by an authority that is not trusted.
    UnknownAuthority,
    /// The server's certificate is for another host.
    WrongHost,
    /// The server wants a client certificate, or does not like this one.
    ClientCertificate,
    /// This machine has no certificate authorities at all.
    NoAuthorities,
    /// TLS failed in another way, such as an expired certificate.
    Tls,
    /// The server speaks plain HTTP where TLS was spoken to it.
    NotTls,
    /// The proxy failed.
    Proxy,
    /// The server fell silent, or sent next to nothing.
    Stalled,
    /// The connection ended in the middle.
    CutOff,
    /// The head of an answer is larger than is taken.
    Oversized,
    /// What came is no HTTP.
    Garbled,
    /// Anything else.
    Other,
}

/// A fault and its innermost cause in words.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) fault: Fault,
    pub(super) cause: String,
}

impl Broken {
    pub(super) fn new(fault: Fault, cause: impl Into<String>) -> Self {
        Self { fault, cause: cause.into() }
    }
}

/// What the HTTP client's error means. `Err` holds a name whose address must not be connected to.
pub(super) fn classify(error: &reqwest::Error) -> Result<Broken, PrivateAddress> {
    let chain = chain(error);
    if let Some(private) = chain.iter().find_map(|cause| cause.downcast_ref::<PrivateAddress>()) {
        return Err(private.clone());
    }
    if let Some(tls) = chain.iter().find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
        return Ok(of_tls(tls));
    }
    let io = chain.iter().rev().find_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind);
    let innermost = chain.last().map_or_else(String::new, ToString::to_string);
    let says = |text: &str| chain.iter().skip(1).any(|cause| cause.to_string().contains(text));
    let fault = match io {
        _ if chain.iter().any(|cause| cause.is::<UnknownHost>()) => Fault::Name,
        _ if says("tunnel error") => Fault::Proxy,
        Some(io::ErrorKind::ConnectionRefused) => Fault::Refused,
        Some(io::ErrorKind::TimedOut) if error.is_connect() => Fault::ConnectTimeout,
        _ if error.is_timeout() && error.is_connect() => Fault::ConnectTimeout,
        Some(
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof
            | io::ErrorKind::NotConnected
            | io::ErrorKind::TimedOut,
        ) => Fault::CutOff,
        _ if error.is_timeout() => Fault::Stalled,
        _ if says("connection closed before") || says("end of file before") || says("connection error") => {
            Fault::CutOff
        }
        _ if says("message head is too large") => Fault::Oversized,
        _ if says("invalid HTTP") || says("invalid ") => Fault::Garbled,
        _ => Fault::Other,
    };
    let cause = match fault {
        Fault::ConnectTimeout => "no connection within the time allowed".to_owned(),
        Fault::CutOff if matches!(io, None | Some(io::ErrorKind::UnexpectedEof)) => {
            "the connection was closed before the answer was complete".to_owned()
        }
        Fault::Proxy => "the proxy does not connect to it".to_owned(),
        Fault::Oversized => "the head of the answer is larger than is taken".to_owned(),
        Fault::Garbled => format!("the answer is not HTTP ({innermost})"),
        _ => innermost,
    };
    Ok(Broken { fault, cause })
}

fn of_tls(error: &rustls::Error) -> Broken {
    let fault = match error {
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => Fault::WrongHost,
        rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::Other(_)) => {
            Fault::UnknownAuthority
        }
        rustls::Error::InvalidMessage(_) => Fault::NotTls,
        rustls::Error::AlertReceived(
            AlertDescription::CertificateRequired
            | AlertDescription::BadCertificate
            | AlertDescription::UnknownCA
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::DecryptError,
        ) => Fault::ClientCertificate,
        _ => Fault::Tls,
    };
    let cause = match (fault, error) {
        (Fault::NotTls, _) => "the server answers TLS with plain HTTP".to_owned(),
        (Fault::ClientCertificate, _) => format!("the server wants a client certificate that it trusts ({error})"),
        (Fault::UnknownAuthority, _) => "the server's certificate is signed by an unknown authority".to_owned(),
        (
            Fault::WrongHost,
            rustls::Error::InvalidCertificate(CertificateError::NotValidForNameContext { presented, .. }),
        ) => format!("the server's certificate is for {}, not for this host", listed(presented)),
        (_, rustls::Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. })) => {
            "the server's certificate has expired".to_owned()
        }
        (
            _,
            rustls::Error::InvalidCertificate(
                CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. },
            ),
        ) => "the server's certificate is not valid yet".to_owned(),
        _ => error.to_string(),
    };
    Broken { fault, cause }
}

fn listed(names: &[String]) -> String {
    match names.len() {
        0 => "no host".to_owned(),
        1..=3 => names.join(", "),
        count => format!(
            "{} and {} others",
            names.iter().take(2).map(String::as_str).collect::<Vec<_>>().join(", "),
            count - 2
        ),
    }
}
