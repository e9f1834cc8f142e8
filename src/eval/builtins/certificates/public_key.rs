//! The public keys of certificates.

use crate::eval::Value;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ECDSA_P521_SHA512_ASN1, ParsedPublicKey};
use num_bigint::{BigInt, Sign};

use super::der::{NULL, Reader, SEQUENCE};
use super::shape;

pub(super) const RSA: &[u64] = &[1, 2, 840, 113_549, 1, 1, 1];
pub(super) const ELLIPTIC: &[u64] = &[1, 2, 840, 10045, 2, 1];
pub(super) const EDWARDS: &[u64] = &[1, 3, 101, 112];
pub(super) const MONTGOMERY: &[u64] = &[1, 3, 101, 110];
const DSA: &[u64] = &[1, 2, 840, 10040, 4, 1];

/// A curve of NIST.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Curve {
    P224,
    P256,
    P384,
    P521,
}

impl Curve {
    pub(super) fn of(arcs: &[u64]) -> Option<Self> {
        match arcs {
            [1, 3, 132, 0, 33] => Some(Self::P224),
            [1, 2, 840, 10045, 3, 1, 7] => Some(Self::P256),
            [1, 3, 132, 0, 34] => Some(Self::P384),
            [1, 3, 132, 0, 35] => Some(Self::P521),
            _ => None,
        }
    }

    /// The length of a coordinate in bytes.
    pub(super) fn length(self) -> usize {
        match self {
            Self::P224 => 28,
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// Whether a point without compression lies on the curve; of P-224 its length alone is looked at.
    fn has(self, point: &[u8]) -> bool {
        let kind = match self {
            Self::P224 => return point.len() == 2 * self.length() + 1 && point.first() == Some(&4),
            Self::P256 => &ECDSA_P256_SHA256_ASN1,
            Self::P384 => &ECDSA_P384_SHA384_ASN1,
            Self::P521 => &ECDSA_P521_SHA512_ASN1,
        };
        point.first() == Some(&4) && ParsedPublicKey::new(kind, point).is_ok()
    }
}

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PublicKey {
    Rsa {
        modulus: BigInt,
        exponent: i64,
    },
    /// The curve and a point without compression.
    Elliptic(Curve, Vec<u8>),
    Edwards(Vec<u8>),
    /// What Go shows of it, and how it numbers the kind.
    Other(Value, u8),
}

impl PublicKey {
    /// The key of a kind, from its parameters and its bytes.
    pub(super) fn read(kind: &[u64], parameters: &[u8], data: Vec<u8>) -> Result<Self, String> {
        match kind {
            RSA => {
                if parameters != NULL {
                    return Err("x509: RSA key missing NULL parameters".to_owned());
                }
                let mut key = Reader(&data).within(SEQUENCE).ok_or("x509: invalid RSA public key")?;
                let modulus = key.integer().ok_or("x509: invalid RSA modulus")?;
                let exponent = key.small_integer().ok_or("x509: invalid RSA public exponent")?;
                if modulus.sign() != Sign::Plus {
                    return Err("x509: RSA modulus is not a positive number".to_owned());
                }
                if exponent <= 0 {
                    return Err("x509: RSA public exponent is not a positive number".to_owned());
                }
                Ok(Self::Rsa { modulus, exponent })
            }
            ELLIPTIC => {
                let curve = Reader(parameters).object().ok_or("x509: invalid ECDSA parameters")?;
                let curve = Curve::of(&curve).ok_or("x509: unsupported elliptic curve")?;
                if !curve.has(&data) {
                    return Err("ecdsa: invalid public key encoding".to_owned());
                }
                Ok(Self::Elliptic(curve, data))
            }
            EDWARDS if !parameters.is_empty() => Err("x509: Ed25519 key encoded with illegal parameters".to_owned()),
            EDWARDS if data.len() != 32 => Err("x509: wrong Ed25519 public key size".to_owned()),
            EDWARDS => Ok(Self::Edwards(data)),
            DSA => {
                let y = Reader(&data).integer().ok_or("x509: invalid DSA public key")?;
                let mut parameters = Reader(parameters).within(SEQUENCE).ok_or("x509: invalid DSA parameters")?;
                let mut fields = vec![("Y", y)];
                for name in ["P", "Q", "G"] {
                    fields.push((name, parameters.integer().ok_or("x509: invalid DSA parameters")?));
                }
                if fields.iter().any(|(_, number)| number.sign() != Sign::Plus) {
                    return Err("x509: zero or negative DSA parameter".to_owned());
                }
                let fields = fields.into_iter().map(|(name, number)| (name, shape::integer(&number)));
                Ok(Self::Other(shape::object(fields), 2))
            }
            _ => Ok(Self::Other(Value::Null, 0)),
        }
    }

    /// How Go numbers the kind.
    pub(super) fn number(&self) -> u8 {
        match self {
            Self::Rsa { .. } => 1,
            Self::Elliptic(..) => 3,
            Self::Edwards(_) => 4,
            Self::Other(_, number) => *number,
        }
    }

    /// The key as Go's JSON.
    pub(super) fn shown(&self) -> Value {
        match self {
            Self::Rsa { modulus, exponent } => {
                shape::object([("N", shape::integer(modulus)), ("E", Value::from(*exponent))])
            }
            Self::Elliptic(curve, point) => {
                let [x, y] = coordinates(*curve, point).map(|bytes| BigInt::from_bytes_be(Sign::Plus, bytes));
                shape::object([("Curve", shape::object([])), ("X", shape::integer(&x)), ("Y", shape::integer(&y))])
            }
            Self::Edwards(bytes) => shape::bytes(bytes),
            Self::Other(value, _) => value.clone(),
        }
    }
}

/// Both coordinates of a point without compression.
pub(super) fn coordinates(curve: Curve, point: &[u8]) -> [&[u8]; 2] {
    let both = point.get(1..).unwrap_or_default();
    let (x, y) = both.split_at_checked(curve.length()).unwrap_or_default();
    [x, y]
}
