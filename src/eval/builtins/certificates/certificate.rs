//! A certificate of X.509 as Go reads it.

use crate::eval::Value;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use num_bigint::Sign;

use super::der::{Element, INTEGER, Reader, SEQUENCE, own, own_constructed};
use super::extensions;
use super::name::Name;
use super::public_key::PublicKey;
use super::shape;
use super::signature::Algorithm;

/// What is needed of a certificate.
pub(super) struct Certificate {
    fields: Vec<(&'static str, Value)>,
    pub(super) public: PublicKey,
    pub(super) signed: Signed,
    pub(super) version: u64,
    pub(super) raw: Vec<u8>,
    pub(super) subject: Vec<u8>,
    pub(super) issuer: Vec<u8>,
    /// The algorithm of the public key and its bits.
    pub(super) key: Vec<u8>,
    /// When it begins and ends to be valid, in seconds since 1970.
    pub(super) validity: (i64, i64),
    pub(super) extensions: Vec<extensions::Extension>,
}

/// What the issuer has signed, and how.
pub(super) struct Signed {
    pub(super) content: Vec<u8>,
    /// Go's number of the way to sign.
    pub(super) algorithm: u8,
    pub(super) signature: Vec<u8>,
}

/// The certificates of some bytes, one after the other.
pub(super) fn all(bytes: &[u8]) -> Result<Vec<Certificate>, String> {
    let mut reader = Reader(bytes);
    let mut certificates = Vec::new();
    while !reader.is_empty() {
        certificates.push(next(&mut reader)?);
    }
    Ok(certificates)
}

/// The one certificate of some bytes.
pub(super) fn only(bytes: &[u8]) -> Result<Certificate, String> {
    let mut reader = Reader(bytes);
    let certificate = next(&mut reader)?;
    if reader.is_empty() { Ok(certificate) } else { Err("x509: trailing data".to_owned()) }
}

impl Certificate {
    /// The certificate as OPA shows it: with the URIs as texts.
    pub(super) fn shown_with_uris(&self) -> Value {
        shape::object(self.fields.iter().cloned())
    }

    /// A field of Go's certificate.
    pub(super) fn field(&self, name: &str) -> &Value {
        self.fields.iter().rev().find(|(known, _)| *known == name).map_or(&Value::Null, |(_, value)| value)
    }

    /// The certificate as Go's JSON.
    pub(super) fn shown(&self) -> Value {
        shape::object(self.fields.iter().filter(|(name, _)| *name != "URIStrings").cloned())
    }
}

fn next(reader: &mut Reader<'_>) -> Result<Certificate, String> {
    let whole = reader.element(SEQUENCE).ok_or("x509: malformed certificate")?;
    let mut outer = Reader(whole.content);
    let signed = outer.element(SEQUENCE).ok_or("x509: malformed tbs certificate")?;
    let mut inner = Reader(signed.content);
    let version = version(&mut inner)?;
    let serial = inner.integer().ok_or("x509: malformed serial number")?;
    if serial.sign() == Sign::Minus {
        return Err("x509: negative serial number".to_owned());
    }
    let algorithm = inner.within(SEQUENCE).ok_or("x509: malformed signature algorithm identifier")?;
    let outer_algorithm = outer.within(SEQUENCE).ok_or("x509: malformed algorithm identifier")?;
    if algorithm.0 != outer_algorithm.0 {
        return Err("x509: inner and outer signature algorithm identifiers don't match".to_owned());
    }
    let algorithm = Algorithm::read(algorithm)?;
    let issuer = inner.element(SEQUENCE).ok_or("x509: malformed issuer")?;
    let issuer_name = Name::read(Reader(issuer.content))?;
    let mut validity = inner.within(SEQUENCE).ok_or("x509: malformed validity")?;
    let ((from, from_second), (to, to_second)) = (time(&mut validity)?, time(&mut validity)?);
    let subject = inner.element(SEQUENCE).ok_or("x509: malformed issuer")?;
    let subject_name = Name::read(Reader(subject.content))?;
    let key = inner.element(SEQUENCE).ok_or("x509: malformed spki")?;
    let public = public_key(key)?;
    let extensions = extensions_of(&mut inner, version)?;
    let mut fields = extensions::fields(&extensions)?;
    let signature = outer.bits().ok_or("x509: malformed signature")?.aligned();
    fields.extend([
        ("Raw", shape::bytes(whole.whole)),
        ("RawTBSCertificate", shape::bytes(signed.whole)),
        ("RawSubjectPublicKeyInfo", shape::bytes(key.whole)),
        ("RawSubject", shape::bytes(subject.whole)),
        ("RawIssuer", shape::bytes(issuer.whole)),
        ("Signature", shape::bytes(&signature)),
        ("SignatureAlgorithm", u64::from(algorithm.number()).into()),
        ("PublicKeyAlgorithm", u64::from(public.number()).into()),
        ("PublicKey", public.shown()),
        ("Version", version.into()),
        ("SerialNumber", shape::integer(&serial)),
        ("Issuer", issuer_name.shown()),
        ("Subject", subject_name.shown()),
        ("NotBefore", from.into()),
        ("NotAfter", to.into()),
        ("Extensions", shape::slice(extensions.iter().map(extensions::Extension::shown))),
        ("ExtraExtensions", Value::Null),
    ]);
    Ok(Certificate {
        fields,
        public,
        signed: Signed { content: signed.whole.to_vec(), algorithm: algorithm.number(), signature },
        version,
        raw: whole.whole.to_vec(),
        subject: subject.whole.to_vec(),
        issuer: issuer.whole.to_vec(),
        key: key.whole.to_vec(),
        validity: (from_second, to_second),
        extensions,
    })
}

fn version(inner: &mut Reader<'_>) -> Result<u64, String> {
    const MALFORMED: &str = "x509: malformed version";
    let number = match inner.optional(own_constructed(0)).ok_or(MALFORMED)? {
        Some(mut version) if version.has(INTEGER) => version.small_integer().ok_or(MALFORMED)?,
        Some(_) => return Err(MALFORMED.to_owned()),
        None => 0,
    };
    match u64::try_from(number) {
        Ok(number) if number < 3 => Ok(number + 1),
        Ok(_) => Err("x509: invalid version".to_owned()),
        Err(_) => Err(MALFORMED.to_owned()),
    }
}

/// The key of a subject's sequence.
pub(super) fn public_key(key: Element<'_>) -> Result<PublicKey, String> {
    let mut key = Reader(key.content);
    let algorithm = key.within(SEQUENCE).ok_or("x509: malformed public key algorithm identifier")?;
    let algorithm = Algorithm::read(algorithm)?;
    let bits = key.bits().ok_or("x509: malformed subjectPublicKey")?;
    PublicKey::read(&algorithm.kind, algorithm.parameters, bits.aligned())
}

fn extensions_of(inner: &mut Reader<'_>, version: u64) -> Result<Vec<extensions::Extension>, String> {
    if version > 1 {
        inner.optional(own(1)).ok_or("x509: malformed issuerUniqueID")?;
        inner.optional(own(2)).ok_or("x509: malformed subjectUniqueID")?;
    }
    if version < 3 {
        return Ok(Vec::new());
    }
    const MALFORMED: &str = "x509: malformed extensions";
    match inner.optional(own_constructed(3)).ok_or(MALFORMED)? {
        Some(mut held) => extensions::list(held.within(SEQUENCE).ok_or(MALFORMED)?),
        None => Ok(Vec::new()),
    }
}

/// A time in the form of RFC 3339, and in seconds since 1970.
fn time(reader: &mut Reader<'_>) -> Result<(String, i64), String> {
    let element = reader.any().ok_or("x509: unsupported time format")?;
    let (digits, malformed) = match element.tag {
        23 => (2, "x509: malformed UTCTime"),
        24 => (4, "x509: malformed GeneralizedTime"),
        _ => return Err("x509: unsupported time format".to_owned()),
    };
    let read = || {
        let text = std::str::from_utf8(element.content).ok()?.strip_suffix('Z')?;
        let (year, rest) = text.split_at_checked(digits)?;
        let pair = |place: usize| rest.get(2 * place..2 * place + 2)?.parse::<i8>().ok();
        let is_short = digits == 2 && rest.len() == 8;
        if !text.bytes().all(|byte| byte.is_ascii_digit()) || !is_short && rest.len() != 10 {
            return None;
        }
        let year = match year.parse::<i16>().ok()? {
            year if digits == 4 => year,
            year if year >= 50 => 1900 + year,
            year => 2000 + year,
        };
        let second = if is_short { 0 } else { pair(4)? };
        let time = DateTime::new(year, pair(0)?, pair(1)?, pair(2)?, pair(3)?, second, 0).ok()?;
        let second = TimeZone::UTC.to_timestamp(time).ok()?.as_second();
        Some((time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(), second))
    };
    read().ok_or_else(|| malformed.to_owned())
}
