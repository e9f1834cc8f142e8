//! Base64 as Go decodes it: line ends are skipped, and an error tells the byte.

use super::BuiltinError;
use super::error::failed;

/// Decodes the standard alphabet with its padding.
pub(super) fn standard(text: &str) -> Result<Vec<u8>, BuiltinError> {
    decode(text.as_bytes(), [b'+', b'/'])
}

/// Decodes the alphabet for addresses; its padding may be left out.
pub(super) fn address(text: &str) -> Result<Vec<u8>, BuiltinError> {
    let padding = match text.len() % 4 {
        _ if text.ends_with('=') => "",
        0 => "",
        2 => "==",
        3 => "=",
        _ => return Err(failed(format!("illegal base64url string: {text}"))),
    };
    decode(format!("{text}{padding}").as_bytes(), [b'-', b'_'])
}

fn decode(text: &[u8], last: [u8; 2]) -> Result<Vec<u8>, BuiltinError> {
    let corrupt = |at: usize| failed(format!("illegal base64 data at input byte {at}"));
    let mut decoded = Vec::with_capacity(text.len() / 4 * 3);
    let mut bytes = text.iter().copied().enumerate().filter(|(_, byte)| !matches!(byte, b'\n' | b'\r'));
    loop {
        let mut group = [0u8; 4];
        let mut length = 0;
        for slot in &mut group {
            let Some((at, byte)) = bytes.next() else {
                return if length == 0 { Ok(decoded) } else { Err(corrupt(text.len() - length)) };
            };
            if byte == b'=' {
                match (length, bytes.next()) {
                    (2, Some((_, b'='))) => {}
                    (2, None) => return Err(corrupt(text.len())),
                    (2, Some((at, _))) => return Err(corrupt(at - 1)),
                    (3, None) => {}
                    (3, Some((at, _))) => return Err(corrupt(at)),
                    _ => return Err(corrupt(at)),
                }
                if let Some((at, _)) = bytes.next() {
                    return Err(corrupt(at));
                }
                break;
            }
            *slot = sextet(byte, last).ok_or_else(|| corrupt(at))?;
            length += 1;
        }
        let [first, second, third, fourth] = group;
        let whole = [first << 2 | second >> 4, second << 4 | third >> 2, third << 6 | fourth];
        decoded.extend(whole.iter().take(length - usize::from(length > 0)));
        if length < 4 {
            return Ok(decoded);
        }
    }
}

fn sextet(byte: u8, last: [u8; 2]) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        _ => last.iter().position(|one| *one == byte).and_then(|index| u8::try_from(index + 62).ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_alphabets_are_read() {
        assert_eq!(standard("Zm9v\nYg==").unwrap(), b"foob");
        assert_eq!(address("Zm9vYg").unwrap(), b"foob");
        assert_eq!(address("-_8").unwrap(), [0xfb, 0xff]);
        assert_eq!(address("").unwrap(), b"");
    }

    #[test]
    fn an_error_tells_the_byte() {
        let message = |result: Result<Vec<u8>, BuiltinError>| result.unwrap_err().to_string();
        assert_eq!(message(standard("Zm9")), "illegal base64 data at input byte 0");
        assert_eq!(message(standard("Zm9v!")), "illegal base64 data at input byte 4");
        assert_eq!(message(standard("Zg==Zg==")), "illegal base64 data at input byte 4");
        assert_eq!(message(address("x")), "illegal base64url string: x");
    }
}
