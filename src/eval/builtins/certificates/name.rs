//! The names of subjects and issuers.

use crate::eval::Value;

use super::der::{Arcs, Reader, SEQUENCE, SET};
use super::shape;

/// The attributes of a name in their order.
pub(super) struct Name(Vec<(Arcs, String)>);

/// The fields of Go's `pkix.Name` that hold lists, by the last arc of their attribute.
const LISTS: [(&str, u64); 7] = [
    ("Country", 6),
    ("Locality", 7),
    ("Province", 8),
    ("StreetAddress", 9),
    ("Organization", 10),
    ("OrganizationalUnit", 11),
    ("PostalCode", 17),
];

impl Name {
    /// Reads the content of a name's sequence.
    pub(super) fn read(mut sequence: Reader<'_>) -> Result<Self, String> {
        const INVALID: &str = "x509: invalid RDNSequence";
        let mut attributes = Vec::new();
        while !sequence.is_empty() {
            let mut set = sequence.within(SET).ok_or(INVALID)?;
            while !set.is_empty() {
                let mut attribute = set.within(SEQUENCE).ok_or_else(|| format!("{INVALID}: invalid attribute"))?;
                let kind = attribute.object().ok_or_else(|| format!("{INVALID}: invalid attribute type"))?;
                let value = attribute.any().ok_or_else(|| format!("{INVALID}: invalid attribute value"))?;
                let value = text(value.tag, value.content)
                    .map_err(|error| format!("{INVALID}: invalid attribute value: {error}"))?;
                attributes.push((kind, value));
            }
        }
        Ok(Self(attributes))
    }

    /// The name as Go's `pkix.Name`.
    pub(super) fn shown(&self) -> Value {
        let of = |arc: u64| {
            self.0.iter().filter(move |(kind, _)| kind.as_slice() == [2, 5, 4, arc]).map(|(_, text)| text.clone())
        };
        let names = self
            .0
            .iter()
            .map(|(kind, text)| shape::object([("Type", shape::arcs(kind)), ("Value", text.as_str().into())]));
        let mut fields = vec![
            ("CommonName", of(3).next_back().unwrap_or_default().into()),
            ("SerialNumber", of(5).next_back().unwrap_or_default().into()),
            ("Names", shape::slice(names)),
            ("ExtraNames", Value::Null),
        ];
        fields.extend(LISTS.map(|(name, arc)| (name, shape::texts(&of(arc).collect::<Vec<_>>()))));
        shape::object(fields)
    }
}

/// A text by the tag of its kind.
fn text(tag: u8, content: &[u8]) -> Result<String, String> {
    let utf8 = || String::from_utf8_lossy(content).into_owned();
    match tag {
        12 => String::from_utf8(content.to_vec()).map_err(|_| "invalid UTF-8 string".to_owned()),
        18 if content.iter().all(|byte| byte.is_ascii_digit() || *byte == b' ') => Ok(utf8()),
        18 => Err("invalid NumericString".to_owned()),
        19 if content.iter().all(|byte| is_printable(*byte)) => Ok(utf8()),
        19 => Err("invalid PrintableString".to_owned()),
        20 => Ok(content.iter().map(|byte| char::from(*byte)).collect()),
        22 if content.is_ascii() => Ok(utf8()),
        22 => Err("invalid IA5String".to_owned()),
        30 => two_byte_text(content).ok_or_else(|| "invalid BMPString".to_owned()),
        _ => Err(format!("unsupported string type: {tag}")),
    }
}

fn is_printable(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'\''..=b')' | b'+'..=b'/') || b" :=?*&".contains(&byte)
}

fn two_byte_text(content: &[u8]) -> Option<String> {
    let (pairs, []) = content.as_chunks::<2>() else { return None };
    let pairs = pairs.strip_suffix(&[[0, 0]]).unwrap_or(pairs);
    pairs
        .iter()
        .map(|pair| match u16::from_be_bytes(*pair) {
            0xfffe | 0xffff | 0xfdd0..=0xfdef => None,
            point => char::from_u32(point.into()),
        })
        .collect()
}
