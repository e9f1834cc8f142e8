//! A request for a certificate (PKCS#10) as Go reads it.

use crate::eval::Value;

use super::alternative::Alternatives;
use super::certificate::public_key;
use super::der::{Reader, SEQUENCE, SET, own_constructed, sequence};
use super::extensions::{self, Extension};
use super::name::Name;
use super::shape;
use super::signature::Algorithm;

const STRUCTURE: &str = "asn1: structure error: malformed certificate request";
/// The attribute that asks for extensions.
const EXTENSIONS: [u64; 7] = [1, 2, 840, 113_549, 1, 9, 14];

/// The request as Go's JSON.
pub(super) fn shown(bytes: &[u8]) -> Result<Value, String> {
    let mut reader = Reader(bytes);
    let whole = sequence(&mut reader, "certificateRequest")?;
    let mut outer = Reader(whole.content);
    let asked = sequence(&mut outer, "tbsCertificateRequest")?;
    let mut inner = Reader(asked.content);
    let version = inner.small_integer().ok_or(STRUCTURE)?;
    let subject = inner.any().ok_or(STRUCTURE)?;
    let key = sequence(&mut inner, "publicKeyInfo")?;
    let attributes = inner.optional(own_constructed(0)).flatten().ok_or(STRUCTURE)?;
    let algorithm = Algorithm::read(Reader(sequence(&mut outer, "AlgorithmIdentifier")?.content))?;
    let signature = outer.bits().ok_or(STRUCTURE)?.aligned();
    if !reader.is_empty() {
        return Err("asn1: syntax error: trailing data".to_owned());
    }
    let public = public_key(key)?;
    let name = Name::read(Reader(subject.content))?;
    let extensions = asked_extensions(attributes)?;
    let mut names = Alternatives::default();
    for extension in extensions.iter().filter(|extension| extension.kind == [2, 5, 29, 17]) {
        names = Alternatives::read(&extension.value)?;
    }
    let mut fields = vec![
        ("Raw", shape::bytes(whole.whole)),
        ("RawTBSCertificateRequest", shape::bytes(asked.whole)),
        ("RawSubjectPublicKeyInfo", shape::bytes(key.whole)),
        ("RawSubject", shape::bytes(subject.whole)),
        ("Version", version.into()),
        ("Signature", shape::bytes(&signature)),
        ("SignatureAlgorithm", u64::from(algorithm.number()).into()),
        ("PublicKeyAlgorithm", u64::from(public.number()).into()),
        ("PublicKey", public.shown()),
        ("Subject", name.shown()),
        ("Attributes", shown_attributes(attributes)),
        ("Extensions", shape::slice(extensions.iter().map(Extension::shown))),
        ("ExtraExtensions", Value::Null),
    ];
    fields.extend(names.shown());
    Ok(shape::object(fields))
}

/// The attributes that are sets of lists of pairs, as Go's `pkix` has them.
fn shown_attributes(mut attributes: Reader<'_>) -> Value {
    let mut shown = Vec::new();
    while let Some(attribute) = attributes.within(SEQUENCE) {
        let read = |mut attribute: Reader<'_>| {
            let kind = shape::arcs(&attribute.object()?);
            let mut lists = attribute.within(SET)?;
            let mut values = Vec::new();
            while !lists.is_empty() {
                let mut list = lists.within(SEQUENCE)?;
                let mut pairs = Vec::new();
                while !list.is_empty() {
                    pairs.push(pair(list.within(SEQUENCE)?)?);
                }
                values.push(Value::from(pairs));
            }
            Some(shape::object([("Type", kind), ("Value", values.into())]))
        };
        shown.extend(read(attribute));
    }
    shape::slice(shown)
}

fn pair(mut pair: Reader<'_>) -> Option<Value> {
    let kind = shape::arcs(&pair.object()?);
    let mut value = pair;
    let shown = match value.any()? {
        element if element.tag == 1 => (element.content != [0]).into(),
        element if element.tag == 2 => shape::integer(&pair.integer()?),
        element if element.tag == 4 => shape::bytes(element.content),
        element => String::from_utf8(element.content.to_vec()).ok()?.into(),
    };
    Some(shape::object([("Type", kind), ("Value", shown)]))
}

/// The extensions that attributes ask for.
fn asked_extensions(mut attributes: Reader<'_>) -> Result<Vec<Extension>, String> {
    let mut asked: Vec<Extension> = Vec::new();
    while let Some(mut attribute) = attributes.within(SEQUENCE) {
        if attribute.object().is_none_or(|kind| kind != EXTENSIONS) {
            continue;
        }
        let Some(mut values) = attribute.within(SET).filter(|values| !values.is_empty()) else { continue };
        let list = sequence(&mut values, "Extension")?;
        let duplicate = "x509: certificate request contains duplicate requested extensions";
        for extension in extensions::list(Reader(list.content)).map_err(|_| duplicate.to_owned())? {
            if asked.iter().any(|known| known.kind == extension.kind) {
                return Err(duplicate.to_owned());
            }
            asked.push(extension);
        }
    }
    Ok(asked)
}
