//! How deep brackets nest in a module, told before the parser sees it.

/// The deepest nesting of `[` and `{` that is handed to regorus, whose parser takes twice as long with every level.
pub(super) const DEEPEST: usize = 14;

/// Where a text first nests `[` and `{` deeper than [`DEEPEST`], as row and column from 1. Strings and comments do not
/// count.
pub(super) fn too_deep(text: &str) -> Option<(usize, usize)> {
    let (mut row, mut column, mut depth) = (1, 0, 0usize);
    let mut state = State::Code;
    for character in text.chars() {
        if character == '\n' {
            row += 1;
            column = 0;
            if matches!(state, State::Comment | State::Quoted { .. }) {
                state = State::Code;
            }
            continue;
        }
        column += 1;
        state = match (state, character) {
            (State::Code, '#') => State::Comment,
            (State::Code, '"') => State::Quoted { escaped: false },
            (State::Code, '`') => State::Raw,
            (State::Code, '[' | '{') => {
                depth += 1;
                if depth > DEEPEST {
                    return Some((row, column));
                }
                State::Code
            }
            (State::Code, ']' | '}') => {
                depth = depth.saturating_sub(1);
                State::Code
            }
            (State::Quoted { escaped: false }, '"') | (State::Raw, '`') => State::Code,
            (State::Quoted { escaped }, other) => State::Quoted { escaped: !escaped && other == '\\' },
            (state, _) => state,
        };
    }
    None
}

#[derive(Clone, Copy)]
enum State {
    Code,
    Comment,
    Quoted { escaped: bool },
    Raw,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifteenth_bracket_is_one_too_many() {
        assert_eq!(too_deep(&format!("x := {}{}", "[".repeat(14), "]".repeat(14))), None);
        assert_eq!(too_deep(&format!("\nx := {}", "[{".repeat(8))), Some((2, 20)));
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        let brackets = "[".repeat(20);
        assert_eq!(
            too_deep(&format!("x := \"{brackets}\\\"{brackets}\" # {brackets}\ny := `{brackets}\n{brackets}`")),
            None
        );
    }
}
