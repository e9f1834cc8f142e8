//! The extensions of certificates.

use crate::eval::Value;

use super::super::text::quote;
use super::alternative::Alternatives;
use super::constraints;
use super::der::{Arcs, BOOLEAN, INTEGER, OBJECT, OCTETS, Reader, SEQUENCE, arcs, dotted, own, own_constructed};
use super::shape;

/// One extension.
pub(super) struct Extension {
    pub(super) kind: Arcs,
    critical: bool,
    pub(super) value: Vec<u8>,
}

/// The fields that extensions fill, and their values where none does.
const FIELDS: [&str; 19] = [
    "DNSNames",
    "EmailAddresses",
    "IPAddresses",
    "URIs",
    "URIStrings",
    "PermittedDNSDomains",
    "PermittedIPRanges",
    "PermittedEmailAddresses",
    "PermittedURIDomains",
    "ExcludedDNSDomains",
    "ExcludedIPRanges",
    "ExcludedEmailAddresses",
    "ExcludedURIDomains",
    "CRLDistributionPoints",
    "AuthorityKeyId",
    "SubjectKeyId",
    "ExtKeyUsage",
    "UnknownExtKeyUsage",
    "Policies",
];
const MORE_FIELDS: [&str; 5] =
    ["PolicyIdentifiers", "PolicyMappings", "OCSPServer", "IssuingCertificateURL", "UnhandledCriticalExtensions"];
const NUMBERS: [&str; 5] =
    ["KeyUsage", "MaxPathLen", "InhibitAnyPolicy", "InhibitPolicyMapping", "RequireExplicitPolicy"];
const TRUTHS: [&str; 7] = [
    "BasicConstraintsValid",
    "IsCA",
    "MaxPathLenZero",
    "InhibitAnyPolicyZero",
    "InhibitPolicyMappingZero",
    "RequireExplicitPolicyZero",
    "PermittedDNSDomainsCritical",
];

/// The purposes of keys, in the order Go numbers them.
const PURPOSES: [&[u64]; 14] = [
    &[2, 5, 29, 37, 0],
    &[1, 3, 6, 1, 5, 5, 7, 3, 1],
    &[1, 3, 6, 1, 5, 5, 7, 3, 2],
    &[1, 3, 6, 1, 5, 5, 7, 3, 3],
    &[1, 3, 6, 1, 5, 5, 7, 3, 4],
    &[1, 3, 6, 1, 5, 5, 7, 3, 5],
    &[1, 3, 6, 1, 5, 5, 7, 3, 6],
    &[1, 3, 6, 1, 5, 5, 7, 3, 7],
    &[1, 3, 6, 1, 5, 5, 7, 3, 8],
    &[1, 3, 6, 1, 5, 5, 7, 3, 9],
    &[1, 3, 6, 1, 4, 1, 311, 10, 3, 3],
    &[2, 16, 840, 1, 113_730, 4, 1],
    &[1, 3, 6, 1, 4, 1, 311, 2, 1, 22],
    &[1, 3, 6, 1, 4, 1, 311, 61, 1, 1],
];

impl Extension {
    /// Reads the content of an extension's sequence.
    pub(super) fn read(mut sequence: Reader<'_>) -> Result<Self, String> {
        let kind = sequence.object().ok_or("x509: malformed extension OID field")?;
        let critical = if sequence.has(BOOLEAN) {
            sequence.boolean().ok_or("x509: malformed extension critical field")?
        } else {
            false
        };
        let value = sequence.element(OCTETS).ok_or("x509: malformed extension value field")?.content.to_vec();
        Ok(Self { kind, critical, value })
    }

    /// The extension as Go's `pkix.Extension`.
    pub(super) fn shown(&self) -> Value {
        shape::object([
            ("Id", shape::arcs(&self.kind)),
            ("Critical", self.critical.into()),
            ("Value", shape::bytes(&self.value)),
        ])
    }
}

/// The extensions of a list, none of them twice.
pub(super) fn list(mut extensions: Reader<'_>) -> Result<Vec<Extension>, String> {
    let mut read: Vec<Extension> = Vec::new();
    while !extensions.is_empty() {
        let extension = Extension::read(extensions.within(SEQUENCE).ok_or("x509: malformed extension")?)?;
        if read.iter().any(|known| known.kind == extension.kind) {
            let kind = quote(&dotted(&extension.kind));
            return Err(format!("x509: certificate contains duplicate extension with OID {kind}"));
        }
        read.push(extension);
    }
    Ok(read)
}

/// What the extensions say, as fields of Go's certificate; later ones take the place of earlier.
pub(super) fn fields(extensions: &[Extension]) -> Result<Vec<(&'static str, Value)>, String> {
    let mut fields: Vec<(&str, Value)> = FIELDS.iter().chain(&MORE_FIELDS).map(|name| (*name, Value::Null)).collect();
    fields.extend(NUMBERS.map(|name| (name, 0_u64.into())));
    fields.extend(TRUTHS.map(|name| (name, false.into())));
    let mut unhandled = Vec::new();
    for extension in extensions {
        let is_known = match extension.kind.as_slice() {
            [2, 5, 29, arc] => field(*arc, extension, &mut fields)?,
            [1, 3, 6, 1, 5, 5, 7, 1, 1] => access(extension, &mut fields).map(|()| true)?,
            _ => false,
        };
        if extension.critical && !is_known {
            unhandled.push(shape::arcs(&extension.kind));
        }
    }
    fields.push(("UnhandledCriticalExtensions", shape::slice(unhandled)));
    Ok(fields)
}

type Fields = Vec<(&'static str, Value)>;

/// Adds what an extension of `2.5.29` says; whether it is a known one.
fn field(arc: u64, extension: &Extension, fields: &mut Fields) -> Result<bool, String> {
    let mut value = Reader(&extension.value);
    match arc {
        14 if extension.critical => {
            return Err("x509: subject key identifier incorrectly marked critical".to_owned());
        }
        14 => {
            let identifier = value.element(OCTETS).ok_or("x509: invalid subject key identifier")?;
            fields.push(("SubjectKeyId", shape::bytes(identifier.content)));
        }
        15 => {
            let bits = value.bits().ok_or("x509: invalid key usage")?;
            let usage: u64 = (0..9).filter(|place| bits.has(*place)).map(|place| 1 << place).sum();
            fields.push(("KeyUsage", usage.into()));
        }
        17 => {
            let names = Alternatives::read(&extension.value)?;
            fields.extend(names.shown());
            fields.push(("URIStrings", names.uri_texts()));
            return Ok(!names.is_empty());
        }
        19 => basic(value, fields).ok_or("x509: invalid basic constraints")?,
        30 => {
            let (read, known) = constraints::read(&extension.value)?;
            fields.extend(read);
            fields.push(("PermittedDNSDomainsCritical", extension.critical.into()));
            return Ok(known);
        }
        31 => fields.push(("CRLDistributionPoints", points(value)?)),
        32 => policies(value, fields).ok_or("x509: invalid certificate policies")?,
        33 => {
            let mappings = mappings(value).ok_or("x509: invalid policy mappings extension")?;
            fields.push(("PolicyMappings", shape::slice(mappings)));
        }
        35 if extension.critical => {
            return Err("x509: authority key identifier incorrectly marked critical".to_owned());
        }
        35 => {
            const INVALID: &str = "x509: invalid authority key identifier";
            let mut identifier = value.within(SEQUENCE).ok_or(INVALID)?;
            let key = identifier.optional(own(0)).ok_or(INVALID)?;
            fields.push(("AuthorityKeyId", shape::optional_bytes(key.map(|key| key.0))));
        }
        36 => {
            const INVALID: &str = "x509: invalid policy constraints extension";
            let mut numbers = value.within(SEQUENCE).ok_or(INVALID)?;
            let names = [
                ("RequireExplicitPolicy", "RequireExplicitPolicyZero"),
                ("InhibitPolicyMapping", "InhibitPolicyMappingZero"),
            ];
            for (place, (name, zero)) in (0..).zip(names) {
                if numbers.has(own(place)) {
                    let number = numbers.integer_as(own(place)).and_then(|number| i64::try_from(number).ok());
                    let number = number.ok_or(INVALID)?;
                    fields.extend([(name, number.into()), (zero, (number == 0).into())]);
                }
            }
        }
        37 => purposes(value, fields).ok_or("x509: invalid extended key usages")?,
        54 => {
            let number = value.small_integer().ok_or("x509: invalid inhibit any policy extension")?;
            fields.extend([("InhibitAnyPolicy", number.into()), ("InhibitAnyPolicyZero", (number == 0).into())]);
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn basic(mut value: Reader<'_>, fields: &mut Fields) -> Option<()> {
    let mut constraints = value.within(SEQUENCE)?;
    let is_authority = if constraints.has(BOOLEAN) { constraints.boolean()? } else { false };
    let longest =
        if constraints.has(INTEGER) { constraints.small_integer().filter(|length| *length >= 0)? } else { -1 };
    fields.extend([
        ("IsCA", is_authority.into()),
        ("MaxPathLen", longest.into()),
        ("MaxPathLenZero", (longest == 0).into()),
        ("BasicConstraintsValid", true.into()),
    ]);
    Some(())
}

fn points(mut value: Reader<'_>) -> Result<Value, String> {
    const INVALID: &str = "x509: invalid CRL distribution point";
    let mut points = value.within(SEQUENCE).ok_or("x509: invalid CRL distribution points")?;
    let mut uris = Vec::new();
    while !points.is_empty() {
        let mut point = points.within(SEQUENCE).ok_or(INVALID)?;
        let Some(mut name) = point.optional(own_constructed(0)).ok_or(INVALID)? else { continue };
        let mut names = name.within(own_constructed(0)).ok_or(INVALID)?;
        while names.has(own(6)) {
            let uri = names.element(own(6)).ok_or(INVALID)?;
            uris.push(String::from_utf8_lossy(uri.content).into_owned().into());
        }
    }
    Ok(shape::slice(uris))
}

fn policies(mut value: Reader<'_>, fields: &mut Fields) -> Option<()> {
    let mut policies = value.within(SEQUENCE)?;
    let mut kinds: Vec<Arcs> = Vec::new();
    while !policies.is_empty() {
        let kind = arcs(policies.within(SEQUENCE)?.element(OBJECT)?.content)?;
        if kinds.contains(&kind) {
            return None;
        }
        kinds.push(kind);
    }
    let short = |kind: &&Arcs| kind.iter().all(|arc| i32::try_from(*arc).is_ok());
    let identifiers: Vec<Value> = kinds.iter().filter(short).map(|kind| shape::arcs(kind)).collect();
    fields.push(("Policies", shape::slice(kinds.iter().map(|kind| dotted(kind).into()))));
    fields.push(("PolicyIdentifiers", identifiers.into()));
    Some(())
}

fn mappings(mut value: Reader<'_>) -> Option<Vec<Value>> {
    let mut mappings = value.within(SEQUENCE)?;
    let mut read = Vec::new();
    while !mappings.is_empty() {
        let mut mapping = mappings.within(SEQUENCE)?;
        let [issuer, subject] = [mapping.object()?, mapping.object()?].map(|kind| Value::from(dotted(&kind)));
        read.push(shape::object([("IssuerDomainPolicy", issuer), ("SubjectDomainPolicy", subject)]));
    }
    Some(read)
}

fn purposes(mut value: Reader<'_>, fields: &mut Fields) -> Option<()> {
    let mut purposes = value.within(SEQUENCE)?;
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    while !purposes.is_empty() {
        let kind = purposes.object()?;
        match PURPOSES.iter().position(|purpose| *purpose == kind) {
            Some(place) => known.push(place.into()),
            None => unknown.push(shape::arcs(&kind)),
        }
    }
    fields.extend([("ExtKeyUsage", shape::slice(known)), ("UnknownExtKeyUsage", shape::slice(unknown))]);
    Some(())
}

/// Where more about the issuer is found.
fn access(extension: &Extension, fields: &mut Fields) -> Result<(), String> {
    if extension.critical {
        return Err("x509: authority info access incorrectly marked critical".to_owned());
    }
    let read = || {
        let mut descriptions = Reader(&extension.value).within(SEQUENCE)?;
        let (mut status, mut issuers) = (Vec::new(), Vec::new());
        while !descriptions.is_empty() {
            let mut description = descriptions.within(SEQUENCE)?;
            let method = description.object()?;
            if !description.has(own(6)) {
                continue;
            }
            let uri = Value::from(String::from_utf8_lossy(description.element(own(6))?.content).into_owned());
            match method.as_slice() {
                [1, 3, 6, 1, 5, 5, 7, 48, 1] => status.push(uri),
                [1, 3, 6, 1, 5, 5, 7, 48, 2] => issuers.push(uri),
                _ => {}
            }
        }
        Some((status, issuers))
    };
    let (status, issuers) = read().ok_or("x509: invalid authority info access")?;
    fields.extend([("OCSPServer", shape::slice(status)), ("IssuingCertificateURL", shape::slice(issuers))]);
    Ok(())
}
