//! Makes text from outside safe for a terminal.

use std::fmt;

/// The most characters of one foreign text that are shown.
const SHOWN: usize = 2000;

/// Shows a text from a registry, an archive or a file with every character escaped that a terminal would obey or that
/// would forge a line: controls, bidirectional marks, zero-width characters, line separators.
#[derive(Debug, Clone, Copy)]
pub struct Safe<'a>(pub &'a str);

impl fmt::Display for Safe<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        for (count, character) in self.0.chars().enumerate() {
            if count == SHOWN {
                return formatter.write_char('…');
            }
            if Self::is_dangerous(character) {
                match character {
                    '\n' => formatter.write_str("\\n")?,
                    '\t' => formatter.write_str("\\t")?,
                    '\r' => formatter.write_str("\\r")?,
                    _ => write!(formatter, "\\u{{{:x}}}", u32::from(character))?,
                }
            } else {
                formatter.write_char(character)?;
            }
        }
        Ok(())
    }
}

/// As [`Safe`], but line breaks stay: for messages of several lines whose parts are this program's own.
#[must_use]
pub fn lines(text: &str) -> String {
    text.split('\n').map(|line| Safe(line).to_string().replace("\\t", "\t")).collect::<Vec<_>>().join("\n")
}

impl Safe<'_> {
    /// Whether a terminal would obey a character, or show it as something else than it is.
    pub(super) fn is_dangerous(character: char) -> bool {
        character.is_control()
            || matches!(character,
                '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_spelt_out() {
        assert_eq!(Safe("a\u{1b}[31mb\u{9b}\r\n\u{202e}c").to_string(), "a\\u{1b}[31mb\\u{9b}\\r\\n\\u{202e}c");
        assert_eq!(Safe("grüße 世界").to_string(), "grüße 世界");
    }

    #[test]
    fn escaping_twice_changes_nothing_more() {
        let once = Safe("\u{7}x\n").to_string();
        assert_eq!(Safe(&once).to_string(), once);
    }
}
