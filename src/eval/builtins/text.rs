//! Strings as Go quotes them.

/// A string in quotes, escaped as Go's `strconv.Quote` does.
pub(super) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        escape(&mut quoted, character, '"', false);
    }
    quoted.push('"');
    quoted
}

/// Adds one character of a quoted string.
pub(super) fn escape(text: &mut String, character: char, quote: char, ascii: bool) {
    let code = u32::from(character);
    match character {
        '\u{7}' => text.push_str("\\a"),
        '\u{8}' => text.push_str("\\b"),
        '\u{c}' => text.push_str("\\f"),
        '\n' => text.push_str("\\n"),
        '\r' => text.push_str("\\r"),
        '\t' => text.push_str("\\t"),
        '\u{b}' => text.push_str("\\v"),
        '\\' => text.push_str("\\\\"),
        _ if character == quote => {
            text.push('\\');
            text.push(quote);
        }
        ' '..='~' => text.push(character),
        _ if code < 0x20 || code == 0x7f => text.push_str(&format!("\\x{code:02x}")),
        _ if !ascii && is_printable(character) => text.push(character),
        _ if code < 0x1_0000 => text.push_str(&format!("\\u{code:04x}")),
        _ => text.push_str(&format!("\\U{code:08x}")),
    }
}

/// Whether Go's `strconv` shows a character as it is.
pub(super) fn is_printable(character: char) -> bool {
    let shown = character.escape_debug();
    !character.is_control() && (shown.len() == 1 || !character.is_whitespace() && shown.len() < 4)
}
