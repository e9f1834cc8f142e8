//! A small scan of a module for its `package` clause, enough to hold it against the roots of a bundle.

/// The package of a module as the keys below `data`; `None` where there is no clause that reads, which the parser will
/// report better.
#[must_use]
pub fn package_of(text: &str) -> Option<Vec<String>> {
    let rest = skip_space(text.strip_prefix('\u{feff}').unwrap_or(text));
    let rest = rest.strip_prefix("package")?;
    let name_start = skip_space(rest);
    if name_start.len() == rest.len() {
        return None;
    }
    let (first, mut rest) = identifier(name_start)?;
    let mut keys = vec![first.to_owned()];
    loop {
        if let Some(after) = rest.strip_prefix('.') {
            let (key, after) = identifier(after)?;
            keys.push(key.to_owned());
            rest = after;
        } else if let Some(after) = rest.strip_prefix('[') {
            let (key, after) = string(skip_space(after))?;
            rest = skip_space(after).strip_prefix(']')?;
            keys.push(key);
        } else {
            return Some(keys);
        }
    }
}

/// A package as it is written in Rego: `a.b["c-d"]`.
#[must_use]
pub(super) fn written(keys: &[String]) -> String {
    let mut text = String::new();
    for key in keys {
        match identifier(key) {
            Some((_, "")) if text.is_empty() => text.push_str(key),
            Some((_, "")) => {
                text.push('.');
                text.push_str(key);
            }
            _ => {
                let mut quoted = Vec::new();
                super::json::write_string(&mut quoted, key);
                text.push('[');
                text.push_str(&String::from_utf8_lossy(&quoted));
                text.push(']');
            }
        }
    }
    text
}

/// What follows blanks, newlines and comments.
fn skip_space(text: &str) -> &str {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        match rest.strip_prefix('#') {
            Some(comment) => rest = comment.split_once('\n').map_or("", |(_, after)| after),
            None => return rest,
        }
    }
}

fn identifier(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|character: char| !character.is_ascii_alphanumeric() && character != '_').unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end)?;
    name.starts_with(|character: char| !character.is_ascii_digit()).then_some((name, rest))
}

/// A string in quotes or backquotes and what follows it.
fn string(text: &str) -> Option<(String, &str)> {
    if let Some(raw) = text.strip_prefix('`') {
        return raw.split_once('`').map(|(key, rest)| (key.to_owned(), rest));
    }
    let mut parts = serde_json::Deserializer::from_str(text).into_iter::<String>();
    if !text.starts_with('"') {
        return None;
    }
    let key = parts.next()?.ok()?;
    Some((key, text.get(parts.byte_offset()..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(text: &str) -> Option<String> {
        package_of(text).map(|keys| written(&keys))
    }

    #[test]
    fn the_clause_is_found_behind_comments_and_newlines() {
        for (text, wanted) in [
            ("package a", "a"),
            ("package a.b_1.c\n\nx := 1", "a.b_1.c"),
            ("# package no\r\n\n  package\ta.b # yes", "a.b"),
            ("package # which?\n\n a\n.b", "a"),
            ("package a[\"b-c\"].d[ `e\"f` ]", "a[\"b-c\"].d[\"e\\\"f\"]"),
            ("package a[\"\\u0062\"]", "a.b"),
            ("\u{feff}package a", "a"),
            ("package data.x", "data.x"),
        ] {
            assert_eq!(package(text).as_deref(), Some(wanted), "{text}");
        }
    }

    #[test]
    fn what_is_no_clause_is_left_to_the_parser() {
        for text in [
            "",
            "# only words",
            "x := 1",
            "packagea",
            "package",
            "package 1a",
            "package a[1]",
            "package a[\"b\"",
            "package a[b]",
            "package [\"a\"]",
        ] {
            assert_eq!(package(text), None, "{text}");
        }
    }
}
