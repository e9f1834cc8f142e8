//! The algorithms that sign tokens.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    self, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _, RsaEncoding, RsaKeyPair,
    UnparsedPublicKey, VerificationAlgorithm,
};
use hmac::Hmac;
use sha2::{Sha256, Sha384, Sha512};

use super::super::hashes;
use super::key::{Curve, Key};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    EdDsa,
    Es256,
    Es384,
    Es512,
    Hs256,
    Hs384,
    Hs512,
    Ps256,
    Ps384,
    Ps512,
    Rs256,
    Rs384,
    Rs512,
}

const NAMES: [(&str, Algorithm); 13] = [
    ("EdDSA", Algorithm::EdDsa),
    ("ES256", Algorithm::Es256),
    ("ES384", Algorithm::Es384),
    ("ES512", Algorithm::Es512),
    ("HS256", Algorithm::Hs256),
    ("HS384", Algorithm::Hs384),
    ("HS512", Algorithm::Hs512),
    ("PS256", Algorithm::Ps256),
    ("PS384", Algorithm::Ps384),
    ("PS512", Algorithm::Ps512),
    ("RS256", Algorithm::Rs256),
    ("RS384", Algorithm::Rs384),
    ("RS512", Algorithm::Rs512),
];

impl Algorithm {
    /// The algorithm of a name in a header.
    pub(super) fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, algorithm)| *algorithm)
    }

    /// Whether the key made the signature of the message; a key of another kind made none.
    pub(super) fn verifies(self, key: &Key, message: &[u8], signed: &[u8]) -> bool {
        if let Key::Secret(secret) = key {
            return self.code(secret, message).is_some_and(|code| same(&code, signed));
        }
        let (algorithm, public): (&'static dyn VerificationAlgorithm, &[u8]) = match (self, key) {
            (Self::Rs256, Key::Rsa { public, .. }) => {
                (&signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, public)
            }
            (Self::Rs384, Key::Rsa { public, .. }) => (&signature::RSA_PKCS1_2048_8192_SHA384, public),
            (Self::Rs512, Key::Rsa { public, .. }) => {
                (&signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY, public)
            }
            (Self::Ps256, Key::Rsa { public, .. }) => (&signature::RSA_PSS_2048_8192_SHA256, public),
            (Self::Ps384, Key::Rsa { public, .. }) => (&signature::RSA_PSS_2048_8192_SHA384, public),
            (Self::Ps512, Key::Rsa { public, .. }) => (&signature::RSA_PSS_2048_8192_SHA512, public),
            (Self::Es256, Key::Elliptic { curve: Curve::P256, public, .. }) => {
                (&signature::ECDSA_P256_SHA256_FIXED, public)
            }
            (Self::Es384, Key::Elliptic { curve: Curve::P384, public, .. }) => {
                (&signature::ECDSA_P384_SHA384_FIXED, public)
            }
            (Self::Es512, Key::Elliptic { curve: Curve::P521, public, .. }) => {
                (&signature::ECDSA_P521_SHA512_FIXED, public)
            }
            (Self::Es256, Key::Elliptic { curve: Curve::P521, public, .. }) => {
                (&signature::ECDSA_P521_SHA256_FIXED, public)
            }
            (Self::Es384, Key::Elliptic { curve: Curve::P521, public, .. }) => {
                (&signature::ECDSA_P521_SHA384_FIXED, public)
            }
            (Self::EdDsa, Key::Edwards { public, .. }) => (&signature::ED25519, public),
            _ => return false,
        };
        UnparsedPublicKey::new(algorithm, public).verify(message, signed).is_ok()
    }

    /// The signature of a message; none where the key is of another kind, or is no private key.
    pub(super) fn sign(self, key: &Key, message: &[u8]) -> Option<Vec<u8>> {
        match key {
            Key::Secret(secret) => self.code(secret, message),
            Key::Rsa { private: Some(private), .. } => {
                let encoding: &'static dyn RsaEncoding = match self {
                    Self::Rs256 => &signature::RSA_PKCS1_SHA256,
                    Self::Rs384 => &signature::RSA_PKCS1_SHA384,
                    Self::Rs512 => &signature::RSA_PKCS1_SHA512,
                    Self::Ps256 => &signature::RSA_PSS_SHA256,
                    Self::Ps384 => &signature::RSA_PSS_SHA384,
                    Self::Ps512 => &signature::RSA_PSS_SHA512,
                    _ => return None,
                };
                let pair = RsaKeyPair::from_der(private).ok()?;
                let mut signed = vec![0; pair.public_modulus_len()];
                pair.sign(encoding, &SystemRandom::new(), message, &mut signed).ok()?;
                Some(signed)
            }
            Key::Elliptic { curve, public, private: Some(private) } => {
                let algorithm: &'static EcdsaSigningAlgorithm = match (self, curve) {
                    (Self::Es256, Curve::P256) => &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
                    (Self::Es384, Curve::P384) => &signature::ECDSA_P384_SHA384_FIXED_SIGNING,
                    (Self::Es512, Curve::P521) => &signature::ECDSA_P521_SHA512_FIXED_SIGNING,
                    _ => return None,
                };
                let pair = EcdsaKeyPair::from_private_key_and_public_key(algorithm, private, public).ok()?;
                pair.sign(&SystemRandom::new(), message).ok().map(|signed| signed.as_ref().to_vec())
            }
            Key::Edwards { public, private: Some(seed) } if self == Self::EdDsa => {
                let pair = Ed25519KeyPair::from_seed_unchecked(seed).ok()?;
                (pair.public_key().as_ref() == public).then(|| pair.sign(message).as_ref().to_vec())
            }
            _ => None,
        }
    }

    fn code(self, secret: &[u8], message: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Hs256 => Some(hashes::hmac::<Hmac<Sha256>>(secret, message)),
            Self::Hs384 => Some(hashes::hmac::<Hmac<Sha384>>(secret, message)),
            Self::Hs512 => Some(hashes::hmac::<Hmac<Sha512>>(secret, message)),
            _ => None,
        }
    }
}

/// Compares without telling by its time where two codes part.
fn same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && left.iter().zip(right).fold(0, |seen, (left, right)| seen | (left ^ right)) == 0
}
