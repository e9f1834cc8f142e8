//! TLS: which certificates are believed, and which one is shown.

use super::fault::{Broken, Fault};
use super::{RegistryError, Settings};
use crate::tls::{self, IdentityFault};
use rustls::client::VerifierBuilderError;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::Arc;

/// The certificates of the settings, read once. Those of the machine are only looked for when TLS is first spoken, so
/// that a machine without any still reaches registries over plain HTTP.
#[derive(Debug)]
pub(super) struct Trust {
    extra: Vec<CertificateDer<'static>>,
    identity: Option<Arc<CertifiedKey>>,
    insecure: bool,
}

impl Trust {
    pub(super) fn read(settings: &Settings) -> Result<Self, RegistryError> {
        let mut extra = Vec::new();
        for path in &settings.ca_files {
            let found = certificates(path)?;
            for certificate in &found {
                let taken = RootCertStore::empty().add(certificate.clone());
                taken.map_err(|error| unusable(path, format!("not a certificate to trust: {error}")))?;
            }
            extra.extend(found);
        }
        let identity = match (&settings.client_certificate, &settings.client_key) {
            (Some(certificate), key) => Some(Arc::new(identity(certificate, key.as_ref().unwrap_or(certificate))?)),
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
        let verifier = if self.insecure { tls::unchecked() } else { self.verifier()? };
        let builder = tls::client()
            .map_err(|error| Broken::new(Fault::Tls, error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(verifier);
        match &self.identity {
            Some(identity) if with_identity => {
                Ok(builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(Arc::clone(identity)))))
            }
            _ => Ok(builder.with_no_client_auth()),
        }
    }

    fn verifier(&self) -> Result<Arc<dyn ServerCertVerifier>, Broken> {
        let mut known = rustls_native_certs::load_native_certs().certs;
        known.extend(self.extra.iter().cloned());
        tls::believing(known).map_err(|error| match error {
            VerifierBuilderError::NoRootAnchors => {
                Broken::new(Fault::NoAuthorities, "this machine has no certificate authorities to check it with")
            }
            other => Broken::new(Fault::Tls, other.to_string()),
        })
    }
}

/// TLS that believes no certificate at all, for clients that speak plain HTTP.
pub(super) fn without_authorities() -> Result<ClientConfig, Broken> {
    Ok(tls::client()
        .map_err(|error| Broken::new(Fault::Tls, error.to_string()))?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth())
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, RegistryError> {
    let pem = read(path)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let found = found.map_err(|error| unusable(path, format!("not a PEM file of certificates: {error}")))?;
    if found.is_empty() {
        return Err(unusable(path, "there is no PEM certificate in it".to_owned()));
    }
    Ok(found)
}

/// A client certificate with its key.
fn identity(certificate: &Path, key: &Path) -> Result<CertifiedKey, RegistryError> {
    let chain = certificates(certificate)?;
    let private = PrivateKeyDer::from_pem_slice(&read(key)?)
        .map_err(|error| unusable(key, format!("not a PEM private key: {error}")))?;
    tls::identity(chain, &private).map_err(|fault| match fault {
        IdentityFault::Key(error) => unusable(key, format!("not a private key: {error}")),
        IdentityFault::Mismatch => {
            unusable(key, format!("not the key of the certificate in {}", certificate.display()))
        }
    })
}

fn read(path: &Path) -> Result<Vec<u8>, RegistryError> {
    tls::file(path).map_err(|error| unusable(path, error.to_string()))
}

fn unusable(path: &Path, what: String) -> RegistryError {
    RegistryError::File { path: path.to_owned(), what }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::scripted::{Reply, Scripted, alice, quick};
    use crate::registry::{Client, Credential};
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
    use rustls::ServerConfig;
    use rustls::server::WebPkiClientVerifier;
    use std::path::PathBuf;
    use tokio_rustls::TlsAcceptor;

    /// A certificate, its key, and a folder with files to give to clients.
    struct Pair {
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    }

    fn authority() -> CertifiedIssuer<'static, KeyPair> {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
    }

    fn signed_by(issuer: &CertifiedIssuer<'static, KeyPair>, host: &str) -> Pair {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec![host.to_owned()]).unwrap().signed_by(&key, issuer).unwrap();
        Pair { chain: vec![certificate.der().clone()], key: PrivateKeyDer::try_from(key.serialize_der()).unwrap() }
    }

    /// What `openssl req -x509` makes: signed by itself, and marked as an authority.
    fn self_signed(host: &str, until: i32) -> (Pair, String) {
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.not_after = date_time_ymd(until, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let pair =
            Pair { chain: vec![certificate.der().clone()], key: PrivateKeyDer::try_from(key.serialize_der()).unwrap() };
        (pair, certificate.pem())
    }

    async fn serve(pair: &Pair, client_authority: Option<&CertifiedIssuer<'static, KeyPair>>) -> Scripted {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder =
            ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions().unwrap();
        let builder = match client_authority {
            None => builder.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.der().clone()).unwrap();
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
                builder.with_client_cert_verifier(verifier)
            }
        };
        let config = builder.with_single_cert(pair.chain.clone(), pair.key.clone_key()).unwrap();
        Scripted::listen("127.0.0.1:0", Some(TlsAcceptor::from(Arc::new(config))), |_, _| Reply::status(200)).await
    }

    async fn login(server: &Scripted, settings: &Settings) -> Result<(), (Fault, String)> {
        let name = format!("localhost:{}", server.address.port());
        match Client::new(&name, alice(), settings).unwrap().check_login().await {
            Ok(()) => Ok(()),
            Err(RegistryError::Unreachable { fault, cause, .. }) => Err((fault, cause)),
            Err(other) => panic!("{other}"),
        }
    }

    fn file(folder: &tempfile::TempDir, name: &str, text: &str) -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn trusting(ca_file: PathBuf) -> Settings {
        Settings { ca_files: vec![ca_file], ..quick() }
    }

    #[tokio::test]
    async fn a_certificate_counts_when_its_authority_is_known_and_its_host_is_right() {
        let folder = tempfile::tempdir().unwrap();
        let authority = authority();
        let trusting = trusting(file(&folder, "ca.pem", &authority.pem()));
        let good = serve(&signed_by(&authority, "localhost"), None).await;
        assert_eq!(login(&good, &trusting).await, Ok(()));
        let (fault, cause) = login(&good, &Settings { plaintext: Some(false), ..quick() }).await.unwrap_err();
        assert!(fault == Fault::UnknownAuthority || fault == Fault::NoAuthorities, "{fault:?} {cause}");
        assert_eq!(login(&good, &Settings { insecure: true, ..quick() }).await, Ok(()));
        let wrong = serve(&signed_by(&authority, "other.example"), None).await;
        let (fault, cause) = login(&wrong, &trusting).await.unwrap_err();
        assert_eq!(fault, Fault::WrongHost);
        assert!(cause.contains("other.example"), "{cause}");
    }

    #[tokio::test]
    async fn a_self_signed_certificate_counts_when_it_is_itself_given_to_trust() {
        let folder = tempfile::tempdir().unwrap();
        let (pair, pem) = self_signed("localhost", 4096);
        let server = serve(&pair, None).await;
        assert_eq!(login(&server, &trusting(file(&folder, "a.pem", &pem))).await, Ok(()));
        let (_, another) = self_signed("localhost", 4096);
        let (fault, _) = login(&server, &trusting(file(&folder, "b.pem", &another))).await.unwrap_err();
        assert_eq!(fault, Fault::UnknownAuthority);
        let (pair, pem) = self_signed("other.example", 4096);
        let (fault, _) = login(&serve(&pair, None).await, &trusting(file(&folder, "c.pem", &pem))).await.unwrap_err();
        assert_eq!(fault, Fault::WrongHost);
        let (pair, pem) = self_signed("localhost", 2001);
        let (fault, cause) =
            login(&serve(&pair, None).await, &trusting(file(&folder, "d.pem", &pem))).await.unwrap_err();
        assert_eq!((fault, cause.as_str()), (Fault::Tls, "the server's certificate has expired"));
    }

    #[tokio::test]
    async fn a_client_certificate_is_shown_where_there_is_one() {
        let folder = tempfile::tempdir().unwrap();
        let authority = authority();
        let server = serve(&signed_by(&authority, "localhost"), Some(&authority)).await;
        let without = trusting(file(&folder, "ca.pem", &authority.pem()));
        let (fault, _) = login(&server, &without).await.unwrap_err();
        assert_eq!(fault, Fault::ClientCertificate);
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(Vec::new()).unwrap().signed_by(&key, &authority).unwrap();
        let client_certificate = Some(file(&folder, "client.pem", &certificate.pem()));
        let client_key = Some(file(&folder, "client.key", &key.serialize_pem()));
        let with = Settings { client_certificate, client_key, ..without };
        assert_eq!(login(&server, &with).await, Ok(()));
    }

    #[tokio::test]
    async fn a_loopback_registry_that_answers_plain_http_with_an_alert_is_spoken_to_in_tls() {
        let server = serve(&signed_by(&authority(), "localhost"), None).await;
        let (fault, cause) = login(&server, &quick()).await.unwrap_err();
        assert!(fault == Fault::UnknownAuthority || fault == Fault::NoAuthorities, "{fault:?} {cause}");
    }

    #[test]
    fn files_that_hold_no_certificate_are_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let key = KeyPair::generate().unwrap().serialize_pem();
        let garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for (name, text) in
            [("empty.pem", ""), ("words.pem", "hello"), ("key.pem", key.as_str()), ("garbage.pem", garbage)]
        {
            let path = file(&folder, name, text);
            let error = Client::new("ghcr.io", Credential::Anonymous, &trusting(path)).unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
        }
        let error =
            Client::new("ghcr.io", Credential::Anonymous, &trusting(folder.path().join("none.pem"))).unwrap_err();
        assert!(error.to_string().contains("none.pem: No such file"), "{error}");
        let authority = authority().pem();
        let certificate = Some(file(&folder, "c.pem", &authority));
        for (name, text, wanted) in
            [("other.key", key.as_str(), "not the key of the certificate"), ("no.key", "", "not a PEM private key")]
        {
            let client_key = Some(file(&folder, name, text));
            let settings = Settings { client_certificate: certificate.clone(), client_key, ..quick() };
            let error = Client::new("ghcr.io", Credential::Anonymous, &settings).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains(wanted), "{error}");
        }
        let keyless = Settings { client_key: Some(file(&folder, "k.pem", &key)), ..quick() };
        assert!(matches!(Client::new("ghcr.io", Credential::Anonymous, &keyless), Err(RegistryError::Setting(_))));
    }
}
