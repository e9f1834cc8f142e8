//! The data documents of a bundle put together as OPA puts them: objects merge, nothing else may meet.

use super::json::{Json, members, write_string};
use std::collections::BTreeMap;

/// Data documents being put together. Only objects that more than one document reaches into are taken apart.
#[derive(Debug)]
pub(super) struct DataTree {
    root: Node,
}

/// Two documents that say something else about the same key.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Clash {
    /// The way to the key, outermost first; empty for the whole of the data.
    pub path: Vec<String>,
    /// The document that was there first.
    pub origin: u32,
}

#[derive(Debug)]
enum Node {
    /// What one document says.
    Whole { json: Json, origin: u32 },
    /// An object several documents or folders make.
    Object(BTreeMap<String, Node>),
}

impl DataTree {
    pub fn new() -> Self {
        Self { root: Node::Object(BTreeMap::new()) }
    }

    /// Puts a document at a path of keys. At the empty path it must be an object.
    pub fn insert(&mut self, path: &[String], json: Json, origin: u32) -> Result<(), Clash> {
        self.root.insert(path, json, origin).map_err(|mut clash| {
            clash.path.reverse();
            clash
        })
    }

    /// All documents as one.
    pub fn finish(self) -> Json {
        match self.root {
            Node::Whole { json, .. } => json,
            Node::Object(children) => {
                let mut text = Vec::new();
                write_object(&mut text, &children);
                Json::from_normalised(text)
            }
        }
    }
}

impl Node {
    /// Puts a document below this node. The path of a clash comes back innermost first.
    fn insert(&mut self, path: &[String], json: Json, origin: u32) -> Result<(), Clash> {
        let Some((key, rest)) = path.split_first() else { return self.merge(json, origin) };
        Self::insert_child(self.open()?, key, rest, json, origin)
    }

    fn insert_child(
        children: &mut BTreeMap<String, Self>,
        key: &str,
        rest: &[String],
        json: Json,
        origin: u32,
    ) -> Result<(), Clash> {
        let Some(child) = children.get_mut(key) else {
            children.insert(key.to_owned(), Self::at(rest, json, origin));
            return Ok(());
        };
        child.insert(rest, json, origin).map_err(|mut clash| {
            clash.path.push(key.to_owned());
            clash
        })
    }

    fn merge(&mut self, json: Json, origin: u32) -> Result<(), Clash> {
        if let Self::Object(children) = self
            && children.is_empty()
            && json.is_object()
        {
            *self = Self::Whole { json, origin };
            return Ok(());
        }
        let Some(members) = members(&json) else { return Err(self.clash()) };
        let children = self.open()?;
        for (key, value) in members {
            Self::insert_child(children, &key, &[], value, origin)?;
        }
        Ok(())
    }

    /// The children of an object, taken apart if need be; a clash where this is no object.
    fn open(&mut self) -> Result<&mut BTreeMap<String, Self>, Clash> {
        if let Self::Whole { json, origin } = self {
            let origin = *origin;
            let Some(members) = members(json) else { return Err(Clash { path: Vec::new(), origin }) };
            let children = members.into_iter().map(|(key, json)| (key, Self::Whole { json, origin })).collect();
            *self = Self::Object(children);
        }
        match self {
            Self::Object(children) => Ok(children),
            Self::Whole { origin, .. } => Err(Clash { path: Vec::new(), origin: *origin }),
        }
    }

    fn at(path: &[String], json: Json, origin: u32) -> Self {
        path.iter()
            .rev()
            .fold(Self::Whole { json, origin }, |node, key| Self::Object(BTreeMap::from([(key.clone(), node)])))
    }

    fn clash(&self) -> Clash {
        let mut node = self;
        loop {
            match node {
                Self::Whole { origin, .. } => return Clash { path: Vec::new(), origin: *origin },
                Self::Object(children) => match children.values().next() {
                    Some(child) => node = child,
                    None => return Clash { path: Vec::new(), origin: 0 },
                },
            }
        }
    }
}

fn write_object(text: &mut Vec<u8>, children: &BTreeMap<String, Node>) {
    text.push(b'{');
    for (index, (key, node)) in children.iter().enumerate() {
        if index > 0 {
            text.push(b',');
        }
        write_string(text, key);
        text.push(b':');
        match node {
            Node::Whole { json, .. } => text.extend_from_slice(json.as_bytes()),
            Node::Object(children) => write_object(text, children),
        }
    }
    text.push(b'}');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::json::normalise;

    fn merged(documents: &[(&str, &str)]) -> Result<String, Clash> {
        let mut tree = DataTree::new();
        for (index, (path, text)) in documents.iter().enumerate() {
            let path: Vec<String> = path.split('/').filter(|key| !key.is_empty()).map(str::to_owned).collect();
            let json = normalise(text.as_bytes(), path.len()).unwrap().json;
            tree.insert(&path, json, u32::try_from(index).unwrap())?;
        }
        Ok(tree.finish().to_string())
    }

    #[test]
    fn objects_merge_at_every_depth() {
        assert_eq!(merged(&[]).unwrap(), "{}");
        assert_eq!(merged(&[("", r#"{"b":[1],"a":{}}"#)]).unwrap(), r#"{"a":{},"b":[1]}"#);
        assert_eq!(
            merged(&[("a/b", "1"), ("", r#"{"a":{"c":{"d":1}},"z":null}"#), ("a/c", r#"{"e":2}"#), ("é\"", "[]")])
                .unwrap(),
            r#"{"a":{"b":1,"c":{"d":1,"e":2}},"z":null,"é\"":[]}"#
        );
        assert_eq!(merged(&[("a", "{}"), ("a", "{}"), ("", r#"{"a":{"b":1}}"#)]).unwrap(), r#"{"a":{"b":1}}"#);
    }

    #[test]
    fn anything_else_that_meets_is_a_clash_with_its_place_and_the_first_document() {
        let clash = |documents: &[(&str, &str)]| {
            let clash = merged(documents).unwrap_err();
            format!("{} {}", clash.path.join("/"), clash.origin)
        };
        assert_eq!(clash(&[("", r#"{"a":{"b":1}}"#), ("a", r#"{"c":1}"#), ("a", r#"{"b":1}"#)]), "a/b 0");
        assert_eq!(clash(&[("x", "1"), ("", r#"{"a":{"b":[]}}"#), ("a/b/c", "{}")]), "a/b 1");
        assert_eq!(clash(&[("a/b", "1"), ("a", "2")]), "a 0");
        assert_eq!(clash(&[("a", "1"), ("a", "{}")]), "a 0");
    }
}
