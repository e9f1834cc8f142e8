//! JSON strings as Go's encoder writes them, with `<`, `>`, `&`, U+2028 and U+2029 escaped.

/// Bytes that stand for themselves inside a string of UTF-8 text. U+2028 and U+2029 start with 0xe2.
const PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0x20;
    while byte < 0x100 {
        #[allow(clippy::indexing_slicing)] // evaluated by the compiler
        {
            table[byte] = !matches!(byte as u8, b'"' | b'\\' | b'<' | b'>' | b'&' | 0xe2);
        }
        byte += 1;
    }
    table
};

/// How many bytes at the start of `text` stand for themselves inside a string; those that are not ASCII only where the
/// text is known to be UTF-8.
pub(super) fn plain_run(text: &[u8], utf8: bool) -> usize {
    let is_plain = |byte: &u8| PLAIN.get(usize::from(*byte)).copied().unwrap_or(false) && (utf8 || byte.is_ascii());
    text.iter().position(|byte| !is_plain(byte)).unwrap_or(text.len())
}

/// Writes one character as it stands inside a string.
pub(super) fn write_character(output: &mut Vec<u8>, character: char) {
    match character {
        '"' => output.extend_from_slice(b"\\\""),
        '\\' => output.extend_from_slice(b"\\\\"),
        '\u{8}' => output.extend_from_slice(b"\\b"),
        '\u{c}' => output.extend_from_slice(b"\\f"),
        '\n' => output.extend_from_slice(b"\\n"),
        '\r' => output.extend_from_slice(b"\\r"),
        '\t' => output.extend_from_slice(b"\\t"),
        '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
            output.extend_from_slice(format!("\\u{:04x}", u32::from(character)).as_bytes());
        }
        _ => output.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
    }
}

/// Writes a string with its quotes.
pub(crate) fn write_string(output: &mut Vec<u8>, text: &str) {
    output.push(b'"');
    let mut rest = text;
    while !rest.is_empty() {
        let run = plain_run(rest.as_bytes(), true);
        output.extend_from_slice(rest.as_bytes().get(..run).unwrap_or_default());
        let mut characters = rest.get(run..).unwrap_or_default().chars();
        if let Some(character) = characters.next() {
            write_character(output, character);
        }
        rest = characters.as_str();
    }
    output.push(b'"');
}

/// The text behind a normalised string, given with its quotes.
pub(crate) fn decode(quoted: &[u8]) -> String {
    let inner = quoted.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")).unwrap_or(quoted);
    let text = String::from_utf8_lossy(inner);
    if !text.contains('\\') {
        return text.into_owned();
    }
    let mut decoded = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            decoded.push(character);
            continue;
        }
        match characters.next() {
            Some('b') => decoded.push('\u{8}'),
            Some('f') => decoded.push('\u{c}'),
            Some('n') => decoded.push('\n'),
            Some('r') => decoded.push('\r'),
            Some('t') => decoded.push('\t'),
            Some('u') => {
                let (digits, rest) = characters.as_str().split_at_checked(4).unwrap_or_default();
                decoded.push(u32::from_str_radix(digits, 16).ok().and_then(char::from_u32).unwrap_or('\u{fffd}'));
                characters = rest.chars();
            }
            Some(other) => decoded.push(other),
            None => {}
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_go_writes_and_reads_back() {
        let text = "<a>&\"\\/\u{0}\u{1}\u{8}\u{c}\n\r\t\u{1f}\u{7f}é\u{2028}\u{2029}\u{1f600}";
        let mut written = Vec::new();
        write_string(&mut written, text);
        assert_eq!(
            String::from_utf8(written.clone()).unwrap(),
            "\"\\u003ca\\u003e\\u0026\\\"\\\\/\\u0000\\u0001\\b\\f\\n\\r\\t\\u001f\u{7f}é\\u2028\\u2029\u{1f600}\""
        );
        assert_eq!(decode(&written), text);
    }
}
