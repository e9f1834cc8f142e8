//! Templates of replacements.

use regex::Captures;

/// A part of a template.
pub(super) enum Part<'t> {
    Text(&'t str),
    Numbered(usize),
    Named(&'t str),
}

impl<'t> Part<'t> {
    /// The text that the part stands for; nothing where no group of the pattern has matched it.
    pub(super) fn of<'a>(&'a self, groups: &'a Captures<'_>) -> &'a str {
        let group = match self {
            Part::Text(text) => return text,
            Part::Numbered(number) => groups.get(*number),
            Part::Named(name) => groups.name(name),
        };
        group.map_or("", |group| group.as_str())
    }
}

/// The parts of a template: `$1`, `${1}`, `$name` and `${name}` stand for groups, `$$` for a dollar.
pub(super) fn parts(template: &str) -> Vec<Part<'_>> {
    let (mut parts, mut rest) = (Vec::new(), template);
    while let Some((before, after)) = rest.split_once('$') {
        parts.push(Part::Text(before));
        rest = after;
        if let Some(after) = after.strip_prefix('$') {
            parts.push(Part::Text("$"));
            rest = after;
        } else if let Some((name, after)) = name(after) {
            parts.push(match number(name) {
                Some(number) => Part::Numbered(number),
                None => Part::Named(name),
            });
            rest = after;
        } else {
            parts.push(Part::Text("$"));
        }
    }
    parts.push(Part::Text(rest));
    parts
}

/// The name after a dollar, and what comes after it.
fn name(text: &str) -> Option<(&str, &str)> {
    let (is_braced, inner) = text.strip_prefix('{').map_or((false, text), |inner| (true, inner));
    let ends = |one: char| !(one == '_' || one.is_alphanumeric());
    let length = inner.find(ends).unwrap_or(inner.len());
    let (name, after) = inner.split_at_checked(length).filter(|(name, _)| !name.is_empty())?;
    let after = if is_braced { after.strip_prefix('}')? } else { after };
    Some((name, after))
}

/// The number that a name is; a very big one is the number of no group.
fn number(name: &str) -> Option<usize> {
    let is_number = name.bytes().all(|digit| digit.is_ascii_digit()) && (name == "0" || !name.starts_with('0'));
    is_number.then(|| name.parse().unwrap_or(usize::MAX))
}
