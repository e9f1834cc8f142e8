//! The keys that verify tokens.

use x509_parser::oid_registry::{
    OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_NIST_EC_P521, OID_PKCS1_RSAENCRYPTION,
    OID_SIG_ED25519,
};
use x509_parser::prelude::FromDer;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::super::error::failed;
use super::super::{BuiltinError, pem};
use super::jwk;

/// A key by its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    Secret(Vec<u8>),
    /// Both halves as PKCS#1 has them.
    Rsa {
        public: Vec<u8>,
        private: Option<Vec<u8>>,
    },
    /// The public half is a point without compression.
    Elliptic {
        curve: Curve,
        public: Vec<u8>,
        private: Option<Vec<u8>>,
    },
    Edwards {
        public: Vec<u8>,
        private: Option<Vec<u8>>,
    },
    /// A kind that verifies no token.
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Curve {
    P256,
    P384,
    P521,
}

impl Key {
    /// Whether it is the public half alone.
    pub(super) fn is_public(&self) -> bool {
        match self {
            Self::Rsa { private, .. } | Self::Elliptic { private, .. } | Self::Edwards { private, .. } => {
                private.is_none()
            }
            Self::Secret(_) | Self::Other => false,
        }
    }

    fn of(info: &SubjectPublicKeyInfo<'_>) -> Self {
        let public = info.subject_public_key.data.to_vec();
        let kind = &info.algorithm.algorithm;
        if *kind == OID_PKCS1_RSAENCRYPTION {
            return Self::Rsa { public, private: None };
        }
        if *kind == OID_SIG_ED25519 {
            return Self::Edwards { public, private: None };
        }
        let curve = info.algorithm.parameters.as_ref().and_then(|parameters| parameters.as_oid().ok());
        let curve = match curve {
            Some(curve) if curve == OID_EC_P256 => Curve::P256,
            Some(curve) if curve == OID_NIST_EC_P384 => Curve::P384,
            Some(curve) if curve == OID_NIST_EC_P521 => Curve::P521,
            _ => return Self::Other,
        };
        if *kind == OID_KEY_TYPE_EC_PUBLIC_KEY { Self::Elliptic { curve, public, private: None } } else { Self::Other }
    }
}

/// A key with what its set says of it; what is not said is empty.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) algorithm: String,
    pub(super) id: String,
    pub(super) key: Key,
}

/// The keys of a certificate, of a public key, or of a key set in JSON.
pub(super) fn read(text: &str) -> Result<Vec<Named>, BuiltinError> {
    let Some((block, rest)) = pem::first(text) else {
        let keys = jwk::parse(text).map_err(|error| {
            failed(format!("failed to parse a JWK key (set): jwk.ParseString: failed to parse string: {error}"))
        })?;
        let known = |key: &Named| key.algorithm.is_empty() || super::Algorithm::named(&key.algorithm).is_some();
        return Ok(keys.into_iter().filter(known).collect());
    };
    if !rest.is_empty() {
        return Err(failed("extra data after a PEM certificate block"));
    }
    let key = match block.label.as_str() {
        "CERTIFICATE" => {
            let (_, certificate) = x509_parser::certificate::X509Certificate::from_der(&block.bytes)
                .map_err(|_| failed("failed to parse a PEM certificate: x509: malformed certificate"))?;
            Key::of(certificate.public_key())
        }
        "PUBLIC KEY" => {
            let (_, info) = SubjectPublicKeyInfo::from_der(&block.bytes)
                .map_err(|_| failed("failed to parse a PEM public key: asn1: structure error"))?;
            Key::of(&info)
        }
        _ => return Err(failed("failed to extract a Key from the PEM certificate")),
    };
    Ok(vec![Named { algorithm: String::new(), id: String::new(), key }])
}

/// Whether one of the keys verifies; where one has the token's identifier, it alone is asked.
pub(super) fn any_verifies(keys: &[Named], id: &str, algorithm: &str, verifies: impl Fn(&Named) -> bool) -> bool {
    if !id.is_empty()
        && let Some(key) = keys.iter().find(|key| key.id == id)
    {
        return verifies(key);
    }
    keys.iter().any(|key| (key.algorithm.is_empty() || key.algorithm == algorithm) && verifies(key))
}
