//! Private keys as Go reads and shows them.

use crate::eval::Value;
use aws_lc_rs::agreement::{self, X25519};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use num_bigint::{BigInt, Sign};

use super::der::{Arcs, Bits, OBJECT, OCTETS, Reader, SEQUENCE, dotted, own_constructed, sequence};
use super::public_key::{Curve, EDWARDS, ELLIPTIC, MONTGOMERY, PublicKey, RSA, coordinates};
use super::shape;
use super::signature::Algorithm;

/// A private key.
pub(super) enum PrivateKey {
    Rsa(Box<Rsa>),
    Elliptic { curve: Curve, secret: Vec<u8>, point: Vec<u8> },
    Edwards { seed: Vec<u8>, public: Vec<u8> },
    Montgomery { secret: Vec<u8>, public: Vec<u8> },
}

/// The numbers of an RSA key.
pub(super) struct Rsa {
    modulus: BigInt,
    exponent: i64,
    secret: BigInt,
    primes: Vec<BigInt>,
    /// The exponents of both primes, and the coefficient.
    remainders: [BigInt; 3],
}

/// What of a key's structure is read before it is looked at.
struct Wrapped<'a> {
    algorithm: Algorithm<'a>,
    key: &'a [u8],
}

fn wrapped(bytes: &[u8]) -> Option<Wrapped<'_>> {
    let mut fields = Reader(bytes).within(SEQUENCE)?;
    fields.small_integer()?;
    let algorithm = Algorithm::read(fields.within(SEQUENCE)?).ok()?;
    Some(Wrapped { algorithm, key: fields.element(OCTETS)?.content })
}

struct Bare<'a> {
    version: i64,
    secret: &'a [u8],
    curve: Option<Arcs>,
    /// The public half, which may be left out.
    point: Option<Vec<u8>>,
}

fn bare(bytes: &[u8]) -> Option<Bare<'_>> {
    let mut fields = Reader(bytes).within(SEQUENCE)?;
    let version = fields.small_integer()?;
    let secret = fields.element(OCTETS)?.content;
    let curve = match fields.optional(own_constructed(0))? {
        Some(mut curve) if curve.has(OBJECT) => Some(curve.object()?),
        _ => None,
    };
    let point = fields.optional(own_constructed(1))?.and_then(|mut point| point.bits());
    Some(Bare { version, secret, curve, point: point.map(Bits::aligned) })
}

struct Numbers {
    version: i64,
    exponent: i64,
    /// The modulus, the secret exponent, both primes, their exponents and the coefficient.
    rest: [BigInt; 7],
}

fn numbers(bytes: &[u8]) -> Option<Numbers> {
    let mut fields = Reader(bytes).within(SEQUENCE)?;
    let version = fields.small_integer()?;
    let modulus = fields.integer()?;
    let exponent = fields.small_integer()?;
    let mut next = || fields.integer();
    let rest = [modulus, next()?, next()?, next()?, next()?, next()?, next()?];
    Some(Numbers { version, exponent, rest })
}

fn use_instead(function: &str) -> String {
    format!("x509: failed to parse private key (use {function} instead for this key format)")
}

fn structure(bytes: &[u8], name: &str) -> String {
    sequence(&mut Reader(bytes), name).err().unwrap_or_else(|| format!("asn1: structure error: malformed {name}"))
}

/// The RSA key of PKCS#1.
pub(super) fn rsa(bytes: &[u8]) -> Result<PrivateKey, String> {
    let Some(Numbers { version, exponent, rest }) = numbers(bytes) else {
        return Err(match () {
            () if bare(bytes).is_some() => use_instead("ParseECPrivateKey"),
            () if wrapped(bytes).is_some() => use_instead("ParsePKCS8PrivateKey"),
            () => structure(bytes, "pkcs1PrivateKey"),
        });
    };
    if version > 1 {
        return Err("x509: unsupported private key version".to_owned());
    }
    if rest.iter().any(|number| number.sign() != Sign::Plus) {
        return Err("x509: private key contains zero or negative value".to_owned());
    }
    let [modulus, secret, first, second, first_exponent, second_exponent, coefficient] = rest;
    if &first * &second != modulus {
        return Err("crypto/rsa: p * q != n".to_owned());
    }
    let one = BigInt::from(1);
    for (prime, remainder, name) in [(&first, &first_exponent, "dP"), (&second, &second_exponent, "dQ")] {
        if (remainder * exponent) % (prime - &one) != one {
            return Err("crypto/rsa: invalid CRT exponent".to_owned());
        }
        if &secret % (prime - &one) != *remainder {
            return Err(format!("crypto/rsa: d does not match {name}"));
        }
    }
    if (&coefficient * &second) % &first != one {
        return Err("crypto/rsa: invalid CRT coefficient".to_owned());
    }
    let remainders = [first_exponent, second_exponent, coefficient];
    Ok(PrivateKey::Rsa(Box::new(Rsa { modulus, exponent, secret, primes: vec![first, second], remainders })))
}

/// The key of PKCS#8.
pub(super) fn any_kind(bytes: &[u8]) -> Result<PrivateKey, String> {
    let Some(Wrapped { algorithm, key }) = wrapped(bytes) else {
        return Err(match () {
            () if bare(bytes).is_some() => use_instead("ParseECPrivateKey"),
            () if numbers(bytes).is_some() => use_instead("ParsePKCS1PrivateKey"),
            () => structure(bytes, "pkcs8"),
        });
    };
    let seed = |name: &str| {
        if !algorithm.parameters.is_empty() {
            return Err(format!("x509: invalid {name} private key parameters"));
        }
        let seed = Reader(key).element(OCTETS).map(|element| element.content.to_vec());
        seed.ok_or_else(|| format!("x509: invalid {name} private key: asn1: structure error: malformed key"))
    };
    match algorithm.kind.as_slice() {
        RSA => rsa(key).map_err(|error| format!("x509: failed to parse RSA private key embedded in PKCS#8: {error}")),
        ELLIPTIC => {
            let curve = Reader(algorithm.parameters).object();
            elliptic_on(curve, key)
                .map_err(|error| format!("x509: failed to parse EC private key embedded in PKCS#8: {error}"))
        }
        EDWARDS => {
            let seed = seed("Ed25519")?;
            let length = || format!("x509: invalid Ed25519 private key length: {}", seed.len());
            let pair = Ed25519KeyPair::from_seed_unchecked(&seed).ok().filter(|_| seed.len() == 32);
            let public = pair.ok_or_else(length)?.public_key().as_ref().to_vec();
            Ok(PrivateKey::Edwards { seed, public })
        }
        MONTGOMERY => {
            let secret = seed("X25519")?;
            let public = point(&X25519, &secret).ok_or("crypto/ecdh: invalid private key size")?;
            Ok(PrivateKey::Montgomery { secret, public })
        }
        other => {
            let kind = dotted(other);
            Err(format!("x509: PKCS#8 wrapping contained private key with unknown algorithm: {kind}"))
        }
    }
}

/// The key of SEC 1.
pub(super) fn elliptic(bytes: &[u8]) -> Result<PrivateKey, String> {
    elliptic_on(None, bytes)
}

fn elliptic_on(curve: Option<Arcs>, bytes: &[u8]) -> Result<PrivateKey, String> {
    let Some(Bare { version, secret, curve: own, point: written }) = bare(bytes) else {
        return Err(match () {
            () if wrapped(bytes).is_some() => use_instead("ParsePKCS8PrivateKey"),
            () if numbers(bytes).is_some() => use_instead("ParsePKCS1PrivateKey"),
            () => format!("x509: failed to parse EC private key: {}", structure(bytes, "ecPrivateKey")),
        });
    };
    if version != 1 {
        return Err(format!("x509: unknown EC private key version {version}"));
    }
    let curve = curve.or(own).and_then(|arcs| Curve::of(&arcs)).ok_or("x509: unknown elliptic curve")?;
    let zeros = secret.len().saturating_sub(curve.length());
    let (surplus, digits) = secret.split_at(zeros);
    if surplus.iter().any(|byte| *byte != 0) {
        return Err("x509: invalid private key length".to_owned());
    }
    let mut secret = vec![0; curve.length() - digits.len()];
    secret.extend(digits);
    let point = match curve {
        // The library does not compute on this curve: the written half is taken.
        Curve::P224 => written,
        Curve::P256 => point(&agreement::ECDH_P256, &secret),
        Curve::P384 => point(&agreement::ECDH_P384, &secret),
        Curve::P521 => point(&agreement::ECDH_P521, &secret),
    };
    let point = point.ok_or("ecdsa: private key scalar out of range")?;
    Ok(PrivateKey::Elliptic { curve, secret, point })
}

fn point(kind: &'static agreement::Algorithm, secret: &[u8]) -> Option<Vec<u8>> {
    let key = agreement::PrivateKey::from_private_key(kind, secret).ok()?;
    key.compute_public_key().ok().map(|public| public.as_ref().to_vec())
}

/// The key of whichever structure, as Go's `tls` tries them.
pub(super) fn guessed(bytes: &[u8]) -> Result<PrivateKey, String> {
    match rsa(bytes).or_else(|_| any_kind(bytes)) {
        Ok(PrivateKey::Montgomery { .. }) => Err("tls: found unknown private key type in PKCS#8 wrapping".to_owned()),
        Ok(key) => Ok(key),
        Err(_) => elliptic(bytes).map_err(|_| "tls: failed to parse private key".to_owned()),
    }
}

impl PrivateKey {
    /// The public half, where certificates have it.
    pub(super) fn public(&self) -> Option<PublicKey> {
        match self {
            Self::Rsa(rsa) => Some(PublicKey::Rsa { modulus: rsa.modulus.clone(), exponent: rsa.exponent }),
            Self::Elliptic { curve, point, .. } => Some(PublicKey::Elliptic(*curve, point.clone())),
            Self::Edwards { public, .. } => Some(PublicKey::Edwards(public.clone())),
            Self::Montgomery { .. } => None,
        }
    }

    /// The key as Go's JSON.
    pub(super) fn shown(&self) -> Value {
        match self {
            Self::Rsa(rsa) => {
                let [first, second, coefficient] = rsa.remainders.each_ref().map(shape::integer);
                let precomputed = shape::object([
                    ("Dp", first),
                    ("Dq", second),
                    ("Qinv", coefficient),
                    ("CRTValues", Vec::<Value>::new().into()),
                ]);
                shape::object([
                    ("N", shape::integer(&rsa.modulus)),
                    ("E", rsa.exponent.into()),
                    ("D", shape::integer(&rsa.secret)),
                    ("Primes", shape::slice(rsa.primes.iter().map(shape::integer))),
                    ("Precomputed", precomputed),
                ])
            }
            Self::Elliptic { curve, secret, point } => {
                let [x, y] = coordinates(*curve, point).map(|bytes| BigInt::from_bytes_be(Sign::Plus, bytes));
                let secret = BigInt::from_bytes_be(Sign::Plus, secret);
                shape::object([
                    ("Curve", shape::object([])),
                    ("X", shape::integer(&x)),
                    ("Y", shape::integer(&y)),
                    ("D", shape::integer(&secret)),
                ])
            }
            Self::Edwards { seed, public } => shape::bytes(&[seed.as_slice(), public].concat()),
            Self::Montgomery { .. } => shape::object([]),
        }
    }

    /// The key as a JSON Web Key.
    ///
    /// # Errors
    /// A curve that web keys do not have.
    pub(super) fn web_key(&self) -> Result<Value, String> {
        let number = |number: &BigInt| shape::key_bytes(&number.to_bytes_be().1);
        Ok(match self {
            Self::Rsa(rsa) => {
                let [first, second, coefficient] = rsa.remainders.each_ref().map(number);
                let mut fields = vec![
                    ("kty", "RSA".into()),
                    ("n", number(&rsa.modulus)),
                    ("e", number(&BigInt::from(rsa.exponent))),
                    ("d", number(&rsa.secret)),
                    ("dp", first),
                    ("dq", second),
                    ("qi", coefficient),
                ];
                fields.extend(["p", "q"].into_iter().zip(rsa.primes.iter().map(number)));
                shape::object(fields)
            }
            Self::Elliptic { curve, secret, point } => {
                let [x, y] = coordinates(*curve, point).map(shape::key_bytes);
                let name = match curve {
                    Curve::P224 => {
                        return Err(
                            "failed to initialize *jwk.ecdsaPrivateKey from *ecdsa.PrivateKey: jwk: failed to \
                                    get algorithm for converting ECDSA private key to JWK: unknown elliptic curve"
                                .to_owned(),
                        );
                    }
                    Curve::P256 => "P-256",
                    Curve::P384 => "P-384",
                    Curve::P521 => "P-521",
                };
                let d = shape::key_bytes(secret);
                shape::object([("kty", "EC".into()), ("crv", name.into()), ("x", x), ("y", y), ("d", d)])
            }
            Self::Edwards { seed, public } => octets("Ed25519", seed, public),
            Self::Montgomery { secret, public } => octets("X25519", secret, public),
        })
    }
}

fn octets(curve: &str, secret: &[u8], public: &[u8]) -> Value {
    shape::object([
        ("kty", "OKP".into()),
        ("crv", curve.into()),
        ("x", shape::key_bytes(public)),
        ("d", shape::key_bytes(secret)),
    ])
}
