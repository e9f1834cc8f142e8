//! The roots of a bundle: which of them overlap, and what lies outside them, by OPA's rules.

use super::json::{Json, members};

/// Whether one root is the other or lies in it.
pub(super) fn overlap(one: &str, other: &str) -> bool {
    let (one, other): (Vec<_>, Vec<_>) = (one.split('/').collect(), other.split('/').collect());
    holds(&one, &other) || holds(&other, &one)
}

/// Whether a path, given as its keys, lies in one of the roots.
pub(super) fn permit<Key: AsRef<str>>(roots: &[String], path: &[Key]) -> bool {
    let path: Vec<&str> = path.iter().map(AsRef::as_ref).collect();
    roots.iter().any(|root| holds(&root.split('/').collect::<Vec<_>>(), &path))
}

/// The first path of the data, in the order of its keys, that lies outside all roots; none when all is inside.
pub(super) fn data_outside(roots: &[String], data: &Json) -> Option<String> {
    search(roots, data, "")
}

fn search(roots: &[String], value: &Json, path: &str) -> Option<String> {
    // As in OPA the path is text: a slash in a key parts it.
    let trimmed = path.trim_matches('/');
    let keys: Vec<&str> = trimmed.split('/').collect();
    if permit(roots, &keys) {
        return None;
    }
    // An object may stand above a root. OPA holds each key of the path against the roots, not the path.
    let above = roots.iter().any(|root| keys.iter().any(|key| holds(&[key], &root.split('/').collect::<Vec<_>>())));
    match members(value) {
        Some(members) if above => {
            members.iter().find_map(|(key, value)| search(roots, value, &format!("{path}/{key}")))
        }
        _ => Some(trimmed.to_owned()),
    }
}

fn holds(root: &[&str], path: &[&str]) -> bool {
    root == [""] || path.starts_with(root)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::json::normalise;

    #[test]
    fn roots_overlap_by_whole_keys() {
        assert!(overlap("", "a"));
        assert!(overlap("a/b", "a"));
        assert!(overlap("a", "a"));
        assert!(!overlap("a/b", "a/bc"));
        assert!(!overlap("a", "b"));
    }

    #[test]
    fn data_outside_the_roots_is_found() {
        let outside = |roots: &[&str], data: &str| {
            let roots: Vec<String> = roots.iter().map(ToString::to_string).collect();
            data_outside(&roots, &normalise(data.as_bytes(), 0).unwrap().json)
        };
        assert_eq!(outside(&[""], r#"{"a":1}"#), None);
        assert_eq!(outside(&["a"], r#"{"a":1}"#), None);
        assert_eq!(outside(&["a/b"], r#"{"a":{"b":{"c":1}}}"#), None);
        assert_eq!(outside(&["a/b"], r#"{"a":{}}"#), None);
        assert_eq!(outside(&["a/b"], r#"{"a":{"b":1,"c":2}}"#), Some("a/c".into()));
        assert_eq!(outside(&["a/b"], r#"{"a":{"c":{}}}"#), None);
        assert_eq!(outside(&["a"], r#"{"b":{"c":1}}"#), Some("b".into()));
        assert_eq!(outside(&["a"], "{}"), None);
        assert_eq!(outside(&[], "{}"), Some(String::new()));
    }
}
