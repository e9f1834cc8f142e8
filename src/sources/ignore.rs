//! What does not go into a bundle: version control, editors' droppings, and what the author names.

/// Whether a file or folder never goes into a bundle.
pub(super) fn is_dropping(name: &str) -> bool {
    matches!(name, ".git" | ".hg" | ".svn" | ".bzr" | ".jj" | ".DS_Store" | ".idea" | ".vscode")
        || name.ends_with('~')
        || name.starts_with(".#")
        || (name.starts_with('#') && name.ends_with('#'))
        || [".swp", ".swo", ".orig", ".rej"].iter().any(|ending| name.ends_with(ending))
}

/// Whether a name matches a pattern of Go's `filepath.Match`: `*`, `?`, `[a-z]`, `[^a-z]`, `\` before a character. A
/// pattern that does not read matches nothing, as in OPA.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    step(&pattern, &name)
}

fn step(pattern: &[char], name: &[char]) -> bool {
    // The place to go back to: after a star, with one more character given to it.
    let (mut pattern, mut name) = (pattern, name);
    let mut star: Option<(&[char], &[char])> = None;
    loop {
        let advanced = match pattern {
            ['*', rest @ ..] => {
                star = Some((rest, name));
                pattern = rest;
                continue;
            }
            [] if name.is_empty() => return true,
            _ => one(pattern, name),
        };
        match (advanced, star) {
            (Some((next_pattern, next_name)), _) => (pattern, name) = (next_pattern, next_name),
            (None, Some((after, [_, rest @ ..]))) => {
                star = Some((after, rest));
                (pattern, name) = (after, rest);
            }
            (None, _) => return false,
        }
    }
}

/// One character of the name against the next part of the pattern.
fn one<'a>(pattern: &'a [char], name: &'a [char]) -> Option<(&'a [char], &'a [char])> {
    let (character, rest) = name.split_first()?;
    match pattern {
        ['?', after @ ..] => Some((after, rest)),
        ['\\', wanted, after @ ..] => (wanted == character).then_some((after, rest)),
        ['[', after @ ..] => class(after, *character).map(|after| (after, rest)),
        [wanted, after @ ..] => (wanted == character && *wanted != '\\').then_some((after, rest)),
        [] => None,
    }
}

/// A class: what follows it, if the character is in it.
fn class(pattern: &[char], character: char) -> Option<&[char]> {
    let (negated, mut rest) = match pattern {
        ['^', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let mut found = false;
    let mut first = true;
    loop {
        if !first && let [']', after @ ..] = rest {
            return (found != negated).then_some(after);
        }
        first = false;
        let (low, after) = member(rest)?;
        let (high, after) = match after {
            ['-', after @ ..] => member(after)?,
            after => (low, after),
        };
        found |= (low..=high).contains(&character);
        rest = after;
    }
}

fn member(pattern: &[char]) -> Option<(char, &[char])> {
    match pattern {
        ['\\', character, rest @ ..] => Some((*character, rest)),
        ['-' | ']', ..] | [] => None,
        [character, rest @ ..] => Some((*character, rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_go() {
        for (pattern, name, wanted) in [
            ("*_test.rego", "a_test.rego", true),
            ("*_test.rego", "a_test.rego.bak", false),
            ("*", "", true),
            (".*", ".hidden", true),
            ("a?c", "abc", true),
            ("[a-c]x", "bx", true),
            ("[^a-c]x", "bx", false),
            ("[]a]x", "ax", false),
            ("[a", "a", false),
            ("\\*", "*", true),
            ("a*b*c", "a1b2b3c", true),
            ("a*b*c", "a1b2b3", false),
        ] {
            assert_eq!(matches(pattern, name), wanted, "{pattern} {name}");
        }
    }

    #[test]
    fn a_pattern_of_many_stars_ends_soon() {
        assert!(!matches(&"*a".repeat(30), &"a".repeat(5000).replace("aaaaaaaaaa", "b")));
    }
}
