//! Escapes in the parts of an address, by the rules of Go's `net/url`.

use super::quote::{quoted, quoted_bytes};

/// The parts of an address, for which Go has different rules.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Part {
    Path,
    User,
    Host,
    Zone,
    Fragment,
}

/// Whether Go writes a byte as it is.
fn is_kept(byte: u8, part: Part) -> bool {
    match byte {
        b'-' | b'_' | b'.' | b'~' | b'$' | b'&' | b'+' | b'=' => true,
        b'/' | b':' | b'@' | b',' | b';' | b'?' => match part {
            Part::Path => byte != b'?',
            Part::User => matches!(byte, b',' | b';'),
            Part::Host | Part::Zone => matches!(byte, b':' | b',' | b';'),
            Part::Fragment => true,
        },
        b'!' | b'(' | b')' | b'*' => matches!(part, Part::Fragment | Part::Host | Part::Zone),
        b'\'' | b'[' | b']' | b'<' | b'>' | b'"' => matches!(part, Part::Host | Part::Zone),
        _ => byte.is_ascii_alphanumeric(),
    }
}

/// The bytes behind escapes.
///
/// # Errors
/// Go's words for an escape that is none, and for what may not stand in a host.
pub(super) fn unescape(text: &str, part: Part) -> Result<Vec<u8>, String> {
    let host = matches!(part, Part::Host | Part::Zone);
    let mut output = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    let bad_escape =
        |bytes: &[u8]| Err(format!("invalid URL escape {}", quoted_bytes(bytes.get(..3).unwrap_or(bytes))));
    while let Some((&byte, behind)) = rest.split_first() {
        if byte != b'%' {
            if host && byte < 0x80 && !is_kept(byte, part) {
                return Err(format!("invalid character {} in host name", quoted(&char::from(byte).to_string())));
            }
            output.push(byte);
            rest = behind;
            continue;
        }
        let digit = |index: usize| behind.get(index).and_then(|digit| char::from(*digit).to_digit(16));
        let (Some(high), Some(low)) = (digit(0), digit(1)) else { return bad_escape(rest) };
        let decoded = u8::try_from(high << 4 | low).unwrap_or_default();
        let percent = behind.starts_with(b"25");
        let refused = match part {
            Part::Host => high < 8 && !percent,
            Part::Zone => !percent && decoded != b' ' && !is_kept(decoded, Part::Host),
            _ => false,
        };
        if refused {
            return bad_escape(rest);
        }
        output.push(decoded);
        rest = behind.get(2..).unwrap_or_default();
    }
    Ok(output)
}

/// Bytes with all escaped that Go escapes.
pub(super) fn escape(bytes: &[u8], part: Part) -> String {
    let mut output = String::with_capacity(bytes.len());
    for &byte in bytes {
        if is_kept(byte, part) {
            output.push(char::from(byte));
        } else {
            output.push_str(&format!("%{byte:02X}"));
        }
    }
    output
}

/// The text as it was written where that is a valid way to write it, else written anew.
pub(super) fn encoded(written: &str, decoded: &[u8], part: Part) -> String {
    let valid = written.bytes().all(|byte| b"!$&'()*+,;=:@[]%".contains(&byte) || is_kept(byte, part));
    if valid { written.to_owned() } else { escape(decoded, part) }
}
