//! TLS: which certificates are believed, and which one is shown.

use super::fault::{Broken, Fault};
use super::{RegistryError, Settings};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// The largest certificate or key file that is read, in bytes.
const FILE_LIMIT: u64 = 4 << 20;

/// The certificates of the settings, read once. Those of the machine are only looked for when TLS is first spoken, so
/// that a machine without any still reaches registries over plain HTTP.
#[derive(Debug)]
pub(super) struct Trust {
    extra: Vec<CertificateDer<'static>>,
    identity: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
    insecure: bool,
}

impl Trust {
    pub(super) fn read(settings: &Settings) -> Result<Self, RegistryError> {
        let mut extra = Vec::new();
        for path in &settings.ca_files {
            extra.extend(certificates(path)?);
        }
        let identity = match (&settings.client_certificate, &settings.client_key) {
            (Some(certificate), key) => {
                Some((certificates(certificate)?, private_key(key.as_ref().unwrap_or(certificate))?))
            }
            (None, Some(_)) => {
                return Err(RegistryError::Setting("a client key is of no use without its certificate".to_owned()));
            }
            (None, None) => None,
        };
        Ok(Self { extra, identity, insecure: settings.insecure })
    }

    /// Whether there is a client certificate to show to the registry, and to nobody else.
    pub(super) fn has_identity(&self) -> bool {
        self.identity.is_some()
    }

    /// TLS as the settings want it, with the client's certificate or without.
    pub(super) fn config(&self, with_identity: bool) -> Result<ClientConfig, Broken> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier: Arc<dyn ServerCertVerifier> =
            if self.insecure { Arc::new(Unchecked(Arc::clone(&provider))) } else { self.verifier(&provider)? };
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| Broken::new(Fault::Tls, error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(verifier);
        match &self.identity {
            Some((chain, key)) if with_identity => builder
                .with_client_auth_cert(chain.clone(), key.clone_key())
                .map_err(|error| Broken::new(Fault::ClientCertificate, format!("the client certificate: {error}"))),
            _ => Ok(builder.with_no_client_auth()),
        }
    }

    fn verifier(&self, provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, Broken> {
        let mut known = rustls_native_certs::load_native_certs().certs;
        known.extend(self.extra.iter().cloned());
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(known.iter().cloned());
        if roots.is_empty() {
            return Err(Broken::new(
                Fault::NoAuthorities,
                "this machine has no certificate authorities to check it with",
            ));
        }
        let chains = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
            .build()
            .map_err(|error| Broken::new(Fault::Tls, error.to_string()))?;
        Ok(Arc::new(Known { chains, known }))
    }
}

/// TLS that believes no certificate at all, for clients that speak plain HTTP.
pub(super) fn without_authorities() -> Result<ClientConfig, Broken> {
    Ok(ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Broken::new(Fault::Tls, error.to_string()))?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth())
}

/// Certificates signed by a known authority, and certificates that are themselves known.
///
/// The latter is what Docker's manual makes of a self-signed certificate: `openssl req -x509` marks it as an authority,
/// and it is then both shown by the server and given to the clients to trust. Web PKI refuses an authority as a server's
/// own certificate; Go's clients take it, and so does this.
#[derive(Debug)]
struct Known {
    chains: Arc<WebPkiServerVerifier>,
    known: Vec<CertificateDer<'static>>,
}

impl ServerCertVerifier for Known {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        match self.chains.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            // The dates are checked before this error can occur; the name is not.
            Err(rustls::Error::InvalidCertificate(CertificateError::Other(cause)))
                if format!("{cause:?}").contains("CaUsedAsEndEntity") && self.known.contains(end_entity) =>
            {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.chains.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.chains.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chains.supported_verify_schemes()
    }
}

/// Any certificate (`--insecure`); only that the server holds its key is checked.
#[derive(Debug)]
struct Unchecked(Arc<CryptoProvider>);

impl ServerCertVerifier for Unchecked {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, RegistryError> {
    let pem = read(path)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let found = found.map_err(|error| unusable(path, format!("not a PEM file of certificates: {error}")))?;
    if found.is_empty() {
        return Err(unusable(path, "there is no PEM certificate in it".to_owned()));
    }
    for certificate in &found {
        ParsedCertificate::try_from(certificate)
            .map_err(|error| unusable(path, format!("not a certificate: {error}")))?;
    }
    Ok(found)
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, RegistryError> {
    PrivateKeyDer::from_pem_slice(&read(path)?)
        .map_err(|error| unusable(path, format!("not a PEM private key: {error}")))
}

fn read(path: &Path) -> Result<Vec<u8>, RegistryError> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(FILE_LIMIT).read_to_end(&mut bytes))
        .map_err(|error| unusable(path, error.to_string()))?;
    Ok(bytes)
}

fn unusable(path: &Path, what: String) -> RegistryError {
    RegistryError::File { path: path.to_owned(), what }
}
