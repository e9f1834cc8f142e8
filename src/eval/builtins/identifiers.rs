//! Universally unique identifiers.

use std::collections::BTreeMap;

use crate::eval::Value;

use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};

pub(super) const BUILTINS: &[Builtin] = &[builtin("uuid.parse", 1, parse)];

fn parse(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let Some(bytes) = bytes(operand::string(operands, 1)?) else { return Ok(Value::Undefined) };
    let [a, b, c, d, e, f, g, h, i, j, node @ ..] = bytes;
    let version = g >> 4;
    let variant = match i {
        0x80..=0xbf => "RFC4122",
        0xc0..=0xdf => "Microsoft",
        0xe0.. => "Future",
        _ => "Reserved",
    };
    let mut told =
        BTreeMap::from([(Value::from("version"), Value::from(u64::from(version))), ("variant".into(), variant.into())]);
    if matches!(version, 1 | 2) {
        // Tenths of a microsecond between the Gregorian calendar's first day and 1970.
        const BEFORE: i64 = 122_192_928_000_000_000;
        let ticks = i64::from_be_bytes([g & 0x0f, h, e, f, a, b, c, d]) - BEFORE;
        let cast = match node[0] & 3 {
            3 => "local:multicast",
            1 => "global:multicast",
            2 => "local:unicast",
            _ => "global:unicast",
        };
        let node: Vec<String> = node.iter().map(|byte| format!("{byte:02x}")).collect();
        let clock = u16::from_be_bytes([i, j]) & 0x3fff;
        told.extend([
            ("time".into(), ticks.wrapping_mul(100).into()),
            ("nodeid".into(), node.join("-").into()),
            ("macvariables".into(), cast.into()),
            ("clocksequence".into(), u64::from(clock).into()),
        ]);
    }
    if version == 2 {
        let domain = match j {
            0 => "Person".to_owned(),
            1 => "Group".to_owned(),
            2 => "Org".to_owned(),
            other => format!("Domain{other}"),
        };
        let number = u32::from_be_bytes([a, b, c, d]);
        told.extend([("id".into(), u64::from(number).into()), ("domain".into(), domain.into())]);
    }
    Ok(told.into())
}

/// The bytes of an identifier in one of its forms.
fn bytes(text: &str) -> Option<[u8; 16]> {
    let plain = match text.len() {
        45 => text.get(..9).filter(|begin| begin.eq_ignore_ascii_case("urn:uuid:")).and(text.get(9..))?,
        38 => text.get(1..37)?,
        32 | 36 => text,
        _ => return None,
    };
    let digits: String = if plain.len() == 32 {
        plain.to_owned()
    } else {
        let parts: Vec<&str> = plain.split('-').collect();
        let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
        (lengths == [8, 4, 4, 4, 12]).then(|| parts.concat())?
    };
    let mut bytes = [0; 16];
    for (place, byte) in bytes.iter_mut().enumerate() {
        let pair = digits.get(2 * place..2 * place + 2)?;
        *byte = u8::from_str_radix(pair, 16).ok().filter(|_| !pair.starts_with('+'))?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        parse(&[text.into()], &BuiltinOptions::default()).unwrap().to_json()
    }

    #[test]
    fn an_identifier_tells_its_parts() {
        assert_eq!(told("{F47AC10B-58CC-4372-A567-0E02B2C3D479}"), r#"{"variant":"RFC4122","version":4}"#);
        assert_eq!(
            told("6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
            r#"{"clocksequence":180,"macvariables":"global:unicast","nodeid":"00-c0-4f-d4-30-c8","time":886630433151182400,"variant":"RFC4122","version":1}"#
        );
        assert_eq!(told("00000000-0000-0000-0000-000000000000"), r#"{"variant":"Reserved","version":0}"#);
        assert_eq!(parse(&["x".into()], &BuiltinOptions::default()), Ok(Value::Undefined));
    }
}
