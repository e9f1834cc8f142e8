//! Which names in a folder never go into a bundle.

use super::SourceError;

/// The names to leave out: those that people name, and those that nobody means.
#[derive(Debug, Clone, Default)]
pub struct Ignore {
    patterns: Vec<Pattern>,
}

impl Ignore {
    /// Takes patterns as Go's `filepath.Match` reads them.
    ///
    /// # Errors
    /// When one does not read. (OPA lets such a pattern match nothing.)
    pub fn new(patterns: &[String]) -> Result<Self, SourceError> {
        let parse =
            |text: &String| Pattern::parse(text).ok_or_else(|| SourceError::BadPattern { pattern: text.clone() });
        Ok(Self { patterns: patterns.iter().map(parse).collect::<Result<_, _>>()? })
    }

    /// Whether a file or folder of this name is left out.
    #[must_use]
    pub fn skips(&self, name: &str) -> bool {
        is_dropping(name) || self.patterns.iter().any(|pattern| pattern.matches(name))
    }
}

/// What version control, editors and desktops leave behind.
fn is_dropping(name: &str) -> bool {
    matches!(name, ".git" | ".hg" | ".svn" | ".bzr" | ".jj" | ".DS_Store")
        || name.ends_with('~')
        || name.starts_with(".#")
        || name.starts_with("._")
        || (name.starts_with('#') && name.ends_with('#'))
        || [".swp", ".swo", ".swn", ".swx"].iter().any(|ending| name.starts_with('.') && name.ends_with(ending))
}

/// A pattern over one name: `*` for any text, `?` for one character, `[a-z]` and `[^a-z]` for one of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    One(char),
    Any,
    AnyText,
    Class { negated: bool, ranges: Vec<(char, char)> },
}

impl Pattern {
    /// Reads a pattern; `None` when it does not read.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut characters = text.chars().peekable();
        let mut parts = Vec::new();
        while let Some(character) = characters.next() {
            parts.push(match character {
                '*' => Part::AnyText,
                '?' => Part::Any,
                '\\' if cfg!(not(windows)) => Part::One(characters.next()?),
                '[' => {
                    let negated = characters.next_if_eq(&'^').is_some();
                    let mut ranges = Vec::new();
                    while ranges.is_empty() || characters.next_if_eq(&']').is_none() {
                        let low = class_character(&mut characters)?;
                        let high = match characters.next_if_eq(&'-') {
                            Some(_) => class_character(&mut characters)?,
                            None => low,
                        };
                        ranges.push((low, high));
                    }
                    Part::Class { negated, ranges }
                }
                other => Part::One(other),
            });
        }
        Some(Self { parts })
    }

    /// Whether the whole name matches.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        let name: Vec<char> = name.chars().collect();
        let (mut part, mut position) = (0, 0);
        // Where to go on when a `*` must take one character more.
        let mut retry = None;
        loop {
            let matched = match self.parts.get(part) {
                None if position == name.len() => return true,
                None => false,
                Some(Part::AnyText) => {
                    retry = Some((part, position + 1));
                    part += 1;
                    continue;
                }
                Some(single) => name.get(position).is_some_and(|character| single.takes(*character)),
            };
            if matched {
                part += 1;
                position += 1;
                continue;
            }
            match retry {
                Some((star, next)) if next <= name.len() => {
                    (part, position) = (star + 1, next);
                    retry = Some((star, next + 1));
                }
                _ => return false,
            }
        }
    }
}

fn class_character(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<char> {
    match characters.next()? {
        '-' | ']' => None,
        '\\' if cfg!(not(windows)) => characters.next(),
        other => Some(other),
    }
}

impl Part {
    fn takes(&self, character: char) -> bool {
        match self {
            Self::One(wanted) => *wanted == character,
            Self::Any => true,
            Self::AnyText => false,
            Self::Class { negated, ranges } => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&character)) != *negated
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_go() {
        for (pattern, name, wanted) in [
            ("abc", "abc", true),
            ("*", "abc", true),
            ("*c", "abc", true),
            ("a*", "a", true),
            ("a*b*c*d*e*f*g*h*", "axxbxxcxxdxxexxfxxgxxhxx", true),
            (".*", ".hidden", true),
            (".*", "a.rego", false),
            ("*_test.rego", "a_test.rego", true),
            ("ab[c]", "abc", true),
            ("ab[b-d]", "abc", true),
            ("ab[^e-g]", "abc", true),
            ("ab[^b-d]", "abc", false),
            ("a\\*b", "a*b", true),
            ("a\\*b", "axb", false),
            ("a?b", "a\u{263a}b", true),
            ("[a-ζ]*", "α", true),
            ("[\\]a]", "]", true),
            ("[\\-x]", "-", true),
            ("*x", "xxx", true),
            ("a*", "ba", false),
            ("", "", true),
        ] {
            assert_eq!(Pattern::parse(pattern).unwrap().matches(name), wanted, "{pattern} {name}");
        }
        for bad in ["[]a]", "[-]", "[x-]", "[-x]", "[a", "[", "[^", "a\\", "[a-b-c]"] {
            assert!(Pattern::parse(bad).is_none(), "{bad}");
        }
        let slow = Pattern::parse(&"*a".repeat(200)).unwrap();
        assert!(!slow.matches(&format!("{}b", "a".repeat(2000))));
    }

    #[test]
    fn droppings_are_left_out_and_tests_are_not() {
        let ignore = Ignore::new(&["*_draft.rego".to_owned()]).unwrap();
        for name in [".git", "a.rego~", ".#a.rego", "._a.rego", "#a.rego#", ".a.rego.swp", ".DS_Store", "a_draft.rego"]
        {
            assert!(ignore.skips(name), "{name}");
        }
        for name in ["a_test.rego", ".manifest", ".hidden", "git", "a.swp"] {
            assert!(!ignore.skips(name), "{name}");
        }
        assert!(Ignore::new(&["[".to_owned()]).is_err());
    }
}
