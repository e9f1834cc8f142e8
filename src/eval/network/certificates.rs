//! The certificates of a request: those it believes, and the one it shows.

use crate::tls::{self, IdentityFault};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;

/// What a request says of TLS.
#[derive(Debug, Default)]
pub(in crate::eval) struct Certificates {
    /// Whether any certificate is believed.
    pub(in crate::eval) insecure: bool,
    /// The authorities that are believed; those of the machine where it is `None`.
    authorities: Option<Vec<CertificateDer<'static>>>,
    /// What is shown to a server that asks for it.
    identity: Option<Arc<CertifiedKey>>,
}

impl Certificates {
    /// Whether TLS is as it is without them.
    pub(super) const fn are_usual(&self) -> bool {
        !self.insecure && self.authorities.is_none() && self.identity.is_none()
    }

    /// Believes the authorities of the machine, besides others.
    pub(in crate::eval) fn believe_system(&mut self) {
        self.authorities.get_or_insert_default().extend(rustls_native_certs::load_native_certs().certs);
    }

    /// Believes the authorities of a PEM text, and those of the machine no more where it was not said that these count too.
    ///
    /// # Errors
    /// There are none in it, in Go's words.
    pub(in crate::eval) fn believe(&mut self, pem: &[u8]) -> Result<(), String> {
        let found: Vec<_> = CertificateDer::pem_slice_iter(pem).filter_map(Result::ok).collect();
        if found.is_empty() {
            return Err("could not append certificates".to_owned());
        }
        self.authorities.get_or_insert_default().extend(found);
        Ok(())
    }

    /// Shows a certificate, whose chain and key are PEM texts.
    ///
    /// # Errors
    /// What is wrong with them, in Go's words.
    pub(in crate::eval) fn show(&mut self, chain: &[u8], key: &[u8]) -> Result<(), String> {
        let none = |of: &str| format!("tls: failed to find any PEM data in {of} input");
        let chain: Vec<_> = CertificateDer::pem_slice_iter(chain).filter_map(Result::ok).collect();
        if chain.is_empty() {
            return Err(none("certificate"));
        }
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| none("key"))?;
        let identity = tls::identity(chain, &key).map_err(|fault| match fault {
            IdentityFault::Key(_) => "tls: failed to parse private key",
            IdentityFault::Mismatch => "tls: private key does not match public key",
        })?;
        self.identity = Some(Arc::new(identity));
        Ok(())
    }

    /// How TLS is spoken. Where there is nobody to believe, a server that speaks it is not believed.
    ///
    /// # Errors
    /// TLS cannot be spoken so.
    pub(super) fn config(&self) -> Result<ClientConfig, String> {
        let builder = tls::client().map_err(|error| format!("tls: {error}"))?;
        let known = || match &self.authorities {
            Some(authorities) => authorities.clone(),
            None => rustls_native_certs::load_native_certs().certs,
        };
        let verifier = if self.insecure { Ok(tls::unchecked()) } else { tls::believing(known()) };
        let builder = match verifier {
            Ok(verifier) => builder.dangerous().with_custom_certificate_verifier(verifier),
            Err(_) => builder.with_root_certificates(RootCertStore::empty()),
        };
        Ok(match &self.identity {
            Some(identity) => builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(identity.clone()))),
            None => builder.with_no_client_auth(),
        })
    }
}

/// The content of a file that a request names.
///
/// # Errors
/// It cannot be read, in Go's words.
pub(in crate::eval) fn file(path: &str) -> Result<Vec<u8>, String> {
    tls::file(path.as_ref()).map_err(|error| format!("open {path}: {}", super::words::of_system(&error)))
}
