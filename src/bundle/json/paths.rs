//! Which paths a JSON document has.

use super::{Json, members};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Answers for a normalised document whether it has something at a path. An object is taken apart once, when a path first
/// leads into it.
#[derive(Debug)]
pub struct Paths(Node);

#[derive(Debug)]
struct Node {
    json: Json,
    /// None for what is no object.
    members: OnceLock<Option<BTreeMap<String, Node>>>,
}

impl Json {
    /// The paths of this document.
    #[must_use]
    pub fn paths(&self) -> Paths {
        Paths(Node::new(self.clone()))
    }
}

impl Paths {
    /// Whether there is something at a path of one key or more, or something that is no object on the way to it.
    #[must_use]
    pub fn has(&self, path: &[&str]) -> bool {
        let mut node = &self.0;
        for key in path {
            match node.members().map(|members| members.get(*key)) {
                None => return true,
                Some(None) => return false,
                Some(Some(child)) => node = child,
            }
        }
        !path.is_empty()
    }
}

impl Node {
    fn new(json: Json) -> Self {
        Self { json, members: OnceLock::new() }
    }

    fn members(&self) -> Option<&BTreeMap<String, Self>> {
        let take_apart =
            || Some(members(&self.json)?.into_iter().map(|(key, value)| (key, Self::new(value))).collect());
        self.members.get_or_init(take_apart).as_ref()
    }
}

#[cfg(test)]
mod tests {
    use crate::bundle::json::normalise;

    #[test]
    fn a_path_is_there_if_it_leads_to_a_value_or_through_one_that_is_no_object() {
        let paths = normalise(br#"{"a":{"b":1,"c":{"d":{}},"e":[1]}}"#, 0).unwrap().json.paths();
        for path in [&["a"][..], &["a", "b"], &["a", "b", "x"], &["a", "c", "d"], &["a", "e", "0"]] {
            assert!(paths.has(path), "{path:?}");
        }
        for path in [&[][..], &["x"], &["a", "x"], &["a", "c", "d", "x"], &["a", "c", "x", "d"]] {
            assert!(!paths.has(path), "{path:?}");
        }
    }
}
