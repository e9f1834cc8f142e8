//! A certificate authority of the test's own.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, crypto};
use std::sync::Arc;

/// The years in which a certificate counts.
const YEARS: (i32, i32) = (2001, 4001);

/// An authority nobody trusts but who is told to.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate with its key.
pub struct Identity {
    /// PEM.
    pub certificate: String,
    /// PEM.
    pub key: String,
    chain: Vec<CertificateDer<'static>>,
    private: Vec<u8>,
}

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "an authority of the tests");
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// The authority's own certificate, for those who are to trust it.
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// A server's certificate for these hosts, names or addresses.
    pub fn server(&self, hosts: &[&str]) -> Identity {
        self.issue(hosts, ExtendedKeyUsagePurpose::ServerAuth, YEARS)
    }

    /// A client's certificate.
    pub fn client(&self, name: &str) -> Identity {
        self.issue(&[name], ExtendedKeyUsagePurpose::ClientAuth, YEARS)
    }

    /// A server's certificate whose time is over.
    pub fn expired(&self, hosts: &[&str]) -> Identity {
        self.issue(hosts, ExtendedKeyUsagePurpose::ServerAuth, (2001, 2002))
    }

    /// A server's certificate whose time is still to come.
    pub fn not_yet(&self, hosts: &[&str]) -> Identity {
        self.issue(hosts, ExtendedKeyUsagePurpose::ServerAuth, (4000, 4001))
    }

    fn issue(&self, names: &[&str], purpose: ExtendedKeyUsagePurpose, years: (i32, i32)) -> Identity {
        let mut params =
            CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
        params.not_before = date_time_ymd(years.0, 1, 1);
        params.not_after = date_time_ymd(years.1, 1, 1);
        params.distinguished_name.push(DnType::CommonName, names[0]);
        params.extended_key_usages.push(purpose);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Identity {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
            chain: vec![certificate.der().clone()],
            private: key.serialize_der(),
        }
    }
}

impl Identity {
    /// TLS that shows this certificate and asks for none.
    pub fn tls(&self) -> Arc<ServerConfig> {
        let config = ServerConfig::builder_with_provider(Arc::new(crypto::aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(self.chain.clone(), PrivateKeyDer::try_from(self.private.clone()).unwrap())
            .unwrap();
        Arc::new(config)
    }
}
