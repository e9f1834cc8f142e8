//! Patterns with wildcards, matched as the glob library of OPA matches them without separators.

/// Whether a whole path matches a pattern: `*` stands for any text with slashes in it, `?` for one character, `[a-z]` and
/// `[!a-z]` for one of a class, `{a,b}` for either. `None` for a pattern that does not read.
#[must_use]
pub fn matches(pattern: &str, path: &str) -> Option<bool> {
    let pattern: Vec<char> = pattern.chars().collect();
    let mut parser = Parser { pattern: &pattern, position: 0 };
    let parts = parser.sequence(0)?;
    if parser.position < pattern.len() {
        return None;
    }
    let path: Vec<char> = path.chars().collect();
    let mut ends = vec![false; path.len() + 1];
    if let Some(start) = ends.first_mut() {
        *start = true;
    }
    let ends = step(&parts, ends, &path);
    Some(ends.last().copied().unwrap_or(false))
}

/// How deep alternatives may stand in alternatives.
const NESTING_LIMIT: usize = 8;

enum Part {
    One(char),
    Any,
    AnyText,
    Class { negated: bool, ranges: Vec<(char, char)> },
    Either(Vec<Vec<Part>>),
}

struct Parser<'pattern> {
    pattern: &'pattern [char],
    position: usize,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<char> {
        let character = self.pattern.get(self.position).copied()?;
        self.position += 1;
        Some(character)
    }

    fn peek(&self) -> Option<char> {
        self.pattern.get(self.position).copied()
    }

    /// The parts up to the end, or inside `{}` up to a comma or the closing brace.
    fn sequence(&mut self, depth: usize) -> Option<Vec<Part>> {
        let mut parts = Vec::new();
        while let Some(character) = self.peek() {
            if depth > 0 && matches!(character, ',' | '}') {
                break;
            }
            self.position += 1;
            parts.push(match character {
                '*' => Part::AnyText,
                '?' => Part::Any,
                '\\' => Part::One(self.next()?),
                '[' => self.class()?,
                '{' => self.alternatives(depth + 1)?,
                other => Part::One(other),
            });
        }
        Some(parts)
    }

    fn class(&mut self) -> Option<Part> {
        let negated = self.peek() == Some('!');
        if negated {
            self.position += 1;
        }
        let mut ranges = Vec::new();
        loop {
            let low = match self.next()? {
                ']' if ranges.is_empty() => return None,
                ']' => return Some(Part::Class { negated, ranges }),
                '\\' => self.next()?,
                other => other,
            };
            let is_range =
                self.peek() == Some('-') && self.pattern.get(self.position + 1).is_some_and(|next| *next != ']');
            let high = if is_range {
                self.position += 1;
                self.next()?
            } else {
                low
            };
            ranges.push((low, high));
        }
    }

    fn alternatives(&mut self, depth: usize) -> Option<Part> {
        if depth > NESTING_LIMIT {
            return None;
        }
        let mut alternatives = Vec::new();
        loop {
            alternatives.push(self.sequence(depth)?);
            match self.next()? {
                ',' => {}
                _ => return Some(Part::Either(alternatives)),
            }
        }
    }
}

/// Where in `path` the parts can end when they can start where `starts` says: linear in both.
fn step(parts: &[Part], starts: Vec<bool>, path: &[char]) -> Vec<bool> {
    let mut here = starts;
    for part in parts {
        here = match part {
            Part::AnyText => {
                let mut reached = false;
                here.into_iter()
                    .map(|start| {
                        reached |= start;
                        reached
                    })
                    .collect()
            }
            Part::Either(alternatives) => {
                let mut union = vec![false; here.len()];
                for alternative in alternatives {
                    for (end, found) in union.iter_mut().zip(step(alternative, here.clone(), path)) {
                        *end |= found;
                    }
                }
                union
            }
            single => {
                let moved = here.iter().zip(path).map(|(start, character)| *start && takes(single, *character));
                std::iter::once(false).chain(moved).collect()
            }
        };
    }
    here
}

fn takes(part: &Part, character: char) -> bool {
    match part {
        Part::One(wanted) => *wanted == character,
        Part::Any => true,
        Part::Class { negated, ranges } => {
            ranges.iter().any(|(low, high)| (*low..=*high).contains(&character)) != *negated
        }
        Part::AnyText | Part::Either(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_opa() {
        for (pattern, path, wanted) in [
            ("/a.rego", "/a.rego", true),
            ("/a.rego", "/b/a.rego", false),
            ("*.rego", "/b/a.rego", true),
            ("/*/a.rego", "/b/c/a.rego", true),
            ("**/a.rego", "/b/c/a.rego", true),
            ("/?.rego", "/a.rego", true),
            ("/?.rego", "/ab.rego", false),
            ("/[a-c]?.rego", "/bx.rego", true),
            ("/[!a-c].rego", "/b.rego", false),
            ("/[abc].rego", "/c.rego", true),
            ("/{v0,v1}/*.rego", "/v1/x.rego", true),
            ("/{v0,v1}/*.rego", "/v2/x.rego", false),
            ("/{a,}b", "/b", true),
            ("/\\*.rego", "/*.rego", true),
            ("/\\*.rego", "/a.rego", false),
            ("", "", true),
            ("*", "", true),
            ("a*a*a*a*a*a*a*a*b", &"a".repeat(1000), false),
        ] {
            assert_eq!(matches(pattern, path), Some(wanted), "{pattern} {path}");
        }
    }

    #[test]
    fn a_pattern_that_does_not_read_is_told() {
        for pattern in ["[", "[]", "[a", "{a", "\\", &"{".repeat(1000)] {
            assert_eq!(matches(pattern, "/a"), None, "{pattern}");
        }
    }
}
