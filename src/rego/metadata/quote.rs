//! Texts in quotes, as Go writes them in messages.

use std::fmt::Write as _;

/// A text in quotes, as Go quotes it.
pub(super) fn quoted(text: &str) -> String {
    quoted_bytes(text.as_bytes())
}

/// Bytes in quotes, as Go quotes them: those that are no UTF-8 in base 16.
pub(super) fn quoted_bytes(bytes: &[u8]) -> String {
    let mut output = String::from("\"");
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '"' => output.push_str("\\\""),
                _ => escape(&mut output, character, false),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(output, "\\x{byte:02x}");
        }
    }
    output.push('"');
    output
}

/// A character in quotes, all but ASCII escaped.
pub(super) fn quoted_character(character: char) -> String {
    let mut output = String::from("'");
    match character {
        '\'' => output.push_str("\\'"),
        _ => escape(&mut output, character, true),
    }
    output.push('\'');
    output
}

fn escape(output: &mut String, character: char, ascii: bool) {
    let short = match character {
        '\u{7}' => "\\a",
        '\u{8}' => "\\b",
        '\u{c}' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\u{b}' => "\\v",
        '\\' => "\\\\",
        _ => "",
    };
    let code = u32::from(character);
    let _ = match code {
        _ if !short.is_empty() => write!(output, "{short}"),
        0..0x20 | 0x7f => write!(output, "\\x{code:02x}"),
        0x20..0x7f => write!(output, "{character}"),
        _ if !ascii && is_printable(character) => write!(output, "{character}"),
        0..0x10000 => write!(output, "\\u{code:04x}"),
        _ => write!(output, "\\U{code:08x}"),
    };
}

/// Whether a character is shown as it is. A letter before it keeps marks that combine from being escaped.
fn is_printable(character: char) -> bool {
    !format!("{:?}", format!("a{character}")).contains("\\u{")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted_as_go_quotes_them() {
        assert_eq!(quoted("a\"\u{a0}é\n\u{1}\u{e000}"), "\"a\\\"\\u00a0é\\n\\x01\\ue000\"");
        assert_eq!(quoted_character('\u{a0}'), "'\\u00a0'");
        assert_eq!(quoted_character('\''), "'\\''");
    }
}
