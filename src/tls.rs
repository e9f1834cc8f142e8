//! TLS: which certificates a client believes, and the one it shows.

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{VerifierBuilderError, WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use rustls::{
    CertificateError, ClientConfig, ConfigBuilder, DigitallySignedStruct, InconsistentKeys, RootCertStore,
    SignatureScheme, WantsVerifier,
};
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

/// The largest file of certificates or keys that is read, in bytes.
const FILE_LIMIT: u64 = 4 << 20;

/// The cryptography of all connections.
#[must_use]
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

/// What every client begins with.
///
/// # Errors
/// The cryptography has nothing in common with TLS.
pub fn client() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, rustls::Error> {
    ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()
}

/// The content of a file of certificates or keys, of which no more than 4 MiB are read.
///
/// # Errors
/// It cannot be read.
pub fn file(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(FILE_LIMIT).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Why a certificate cannot be shown.
#[derive(Debug)]
pub enum IdentityFault {
    /// The key is none that signs.
    Key(rustls::Error),
    /// The key is that of another certificate.
    Mismatch,
}

/// A certificate with its chain, and its key. `openssl x509 -req` makes certificates of version 1, which Web PKI cannot read
/// but servers take: what cannot be read is not compared with the key.
///
/// # Errors
/// The key signs nothing, or is not that of the certificate.
pub fn identity(chain: Vec<CertificateDer<'static>>, key: &PrivateKeyDer<'_>) -> Result<CertifiedKey, IdentityFault> {
    let signing = rustls::crypto::aws_lc_rs::sign::any_supported_type(key).map_err(IdentityFault::Key)?;
    let identity = CertifiedKey::new(chain, signing);
    match identity.keys_match() {
        Err(rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => Err(IdentityFault::Mismatch),
        _ => Ok(identity),
    }
}

/// Believes certificates signed by these authorities, and these certificates themselves. What is no certificate of an
/// authority is passed over.
///
/// # Errors
/// There is no authority among them.
pub fn believing(known: Vec<CertificateDer<'static>>) -> Result<Arc<dyn ServerCertVerifier>, VerifierBuilderError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(known.iter().cloned());
    let chains = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build()?;
    Ok(Arc::new(Verifier { provider: provider(), known: Some(Known { chains, known }) }))
}

/// Believes any certificate; only that the server holds its key is checked.
#[must_use]
pub fn unchecked() -> Arc<dyn ServerCertVerifier> {
    Arc::new(Verifier { provider: provider(), known: None })
}

/// What is believed; everything where nothing is known.
#[derive(Debug)]
struct Verifier {
    provider: Arc<CryptoProvider>,
    known: Option<Known>,
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

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(Known { chains, known }) = &self.known else { return Ok(ServerCertVerified::assertion()) };
        match chains.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            // The dates are checked before this error can occur; the name is not.
            Err(rustls::Error::InvalidCertificate(CertificateError::Other(cause)))
                if format!("{cause:?}").contains("CaUsedAsEndEntity") && known.contains(end_entity) =>
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
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
