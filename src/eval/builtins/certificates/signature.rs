//! How a certificate is signed.

use aws_lc_rs::signature::{self, ParsedPublicKey, VerificationAlgorithm};

use super::certificate::Signed;
use super::der::{Arcs, INTEGER, NULL, Reader, SEQUENCE, own_constructed};
use super::public_key::{Curve, PublicKey};

/// An algorithm and its parameters, as they stand.
pub(super) struct Algorithm<'a> {
    pub(super) kind: Arcs,
    pub(super) parameters: &'a [u8],
}

impl<'a> Algorithm<'a> {
    /// Reads the content of an algorithm's sequence.
    pub(super) fn read(mut sequence: Reader<'a>) -> Result<Self, String> {
        let kind = sequence.object().ok_or("x509: malformed OID")?;
        if sequence.is_empty() {
            return Ok(Self { kind, parameters: &[] });
        }
        let parameters = sequence.any().ok_or("x509: malformed parameters")?.whole;
        Ok(Self { kind, parameters })
    }

    /// How Go numbers a way to sign; 0 where it does not know it.
    pub(super) fn number(&self) -> u8 {
        match self.kind.as_slice() {
            [1, 2, 840, 113_549, 1, 1, 4] => 2,
            [1, 2, 840, 113_549, 1, 1, 5] | [1, 3, 14, 3, 2, 29] => 3,
            [1, 2, 840, 113_549, 1, 1, 11] => 4,
            [1, 2, 840, 113_549, 1, 1, 12] => 5,
            [1, 2, 840, 113_549, 1, 1, 13] => 6,
            [1, 2, 840, 10040, 4, 3] => 7,
            [2, 16, 840, 1, 101, 3, 4, 3, 2] => 8,
            [1, 2, 840, 10045, 4, 1] => 9,
            [1, 2, 840, 10045, 4, 3, 2] => 10,
            [1, 2, 840, 10045, 4, 3, 3] => 11,
            [1, 2, 840, 10045, 4, 3, 4] => 12,
            [1, 2, 840, 113_549, 1, 1, 10] => salted(self.parameters).unwrap_or(0),
            [1, 3, 101, 112] if self.parameters.is_empty() => 16,
            _ => 0,
        }
    }
}

/// RSA with a salt, where both digests are one and the salt is as long as it.
fn salted(parameters: &[u8]) -> Option<u8> {
    let mut fields = Reader(parameters).within(SEQUENCE)?;
    let digest = Algorithm::read(fields.within(own_constructed(0))?.within(SEQUENCE)?).ok()?;
    let mask = Algorithm::read(fields.within(own_constructed(1))?.within(SEQUENCE)?).ok()?;
    let masked = Algorithm::read(Reader(mask.parameters).within(SEQUENCE)?).ok()?;
    let salt = fields.within(own_constructed(2))?.small_integer()?;
    let trailer = match fields.optional(own_constructed(3))? {
        Some(mut trailer) if trailer.has(INTEGER) => trailer.small_integer()?,
        Some(_) => return None,
        None => 1,
    };
    let is_plain = |algorithm: &Algorithm<'_>| algorithm.parameters.is_empty() || algorithm.parameters == NULL;
    let is_usual = is_plain(&digest) && is_plain(&masked) && masked.kind == digest.kind && trailer == 1;
    if !is_usual || mask.kind != [1, 2, 840, 113_549, 1, 1, 8] {
        return None;
    }
    match (digest.kind.as_slice(), salt) {
        ([2, 16, 840, 1, 101, 3, 4, 2, 1], 32) => Some(13),
        ([2, 16, 840, 1, 101, 3, 4, 2, 2], 48) => Some(14),
        ([2, 16, 840, 1, 101, 3, 4, 2, 3], 64) => Some(15),
        _ => None,
    }
}

/// Whether a key made the signature of a certificate. Old digests are not taken, nor are RSA keys below 1024 bits.
pub(super) fn verifies(signed: &Signed, key: &PublicKey, key_sequence: &[u8]) -> bool {
    let algorithm: &'static dyn VerificationAlgorithm = match (key, signed.algorithm) {
        (PublicKey::Rsa { .. }, 4) => &signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
        (PublicKey::Rsa { .. }, 5) => &signature::RSA_PKCS1_2048_8192_SHA384,
        (PublicKey::Rsa { .. }, 6) => &signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
        (PublicKey::Rsa { .. }, 13) => &signature::RSA_PSS_2048_8192_SHA256,
        (PublicKey::Rsa { .. }, 14) => &signature::RSA_PSS_2048_8192_SHA384,
        (PublicKey::Rsa { .. }, 15) => &signature::RSA_PSS_2048_8192_SHA512,
        (PublicKey::Elliptic(Curve::P256, _), 10) => &signature::ECDSA_P256_SHA256_ASN1,
        (PublicKey::Elliptic(Curve::P256, _), 11) => &signature::ECDSA_P256_SHA384_ASN1,
        (PublicKey::Elliptic(Curve::P256, _), 12) => &signature::ECDSA_P256_SHA512_ASN1,
        (PublicKey::Elliptic(Curve::P384, _), 10) => &signature::ECDSA_P384_SHA256_ASN1,
        (PublicKey::Elliptic(Curve::P384, _), 11) => &signature::ECDSA_P384_SHA384_ASN1,
        (PublicKey::Elliptic(Curve::P384, _), 12) => &signature::ECDSA_P384_SHA512_ASN1,
        (PublicKey::Elliptic(Curve::P521, _), 10) => &signature::ECDSA_P521_SHA256_ASN1,
        (PublicKey::Elliptic(Curve::P521, _), 11) => &signature::ECDSA_P521_SHA384_ASN1,
        (PublicKey::Elliptic(Curve::P521, _), 12) => &signature::ECDSA_P521_SHA512_ASN1,
        (PublicKey::Edwards(_), 16) => &signature::ED25519,
        _ => return false,
    };
    let key = ParsedPublicKey::new(algorithm, key_sequence);
    key.is_ok_and(|key| key.verify_sig(&signed.content, &signed.signature).is_ok())
}
