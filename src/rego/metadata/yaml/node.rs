//! A YAML document as a list of nodes, aliases not yet followed.

use std::borrow::Cow;

/// The first document of a text.
#[derive(Debug)]
pub(in crate::rego::metadata) struct Document<'text> {
    pub(super) nodes: Vec<Node<'text>>,
    /// The number of the outermost node.
    pub root: usize,
}

impl<'text> Document<'text> {
    pub fn node(&self, number: usize) -> Option<&Node<'text>> {
        self.nodes.get(number)
    }
}

/// One node of a document.
#[derive(Debug)]
pub(in crate::rego::metadata) struct Node<'text> {
    /// The line it begins on, counted from 1.
    pub line: usize,
    /// Its tag, in the short form: `!!str`. An alias has none.
    pub tag: Cow<'static, str>,
    pub content: Content<'text>,
}

/// What a node holds; others are named by their number.
#[derive(Debug)]
pub(in crate::rego::metadata) enum Content<'text> {
    Scalar(Cow<'text, str>),
    Sequence(Vec<usize>),
    Mapping(Vec<(usize, usize)>),
    Alias { name: String, target: usize },
}

impl Node<'_> {
    /// Whether it is the key that merges another map.
    pub fn is_merge(&self) -> bool {
        self.tag == "!!merge" && matches!(&self.content, Content::Scalar(value) if value == "<<")
    }

    /// What tells keys of a map apart, as the library compares them: what kind of node, and its text.
    pub fn identity(&self) -> (u8, &str) {
        match &self.content {
            Content::Scalar(value) => (0, value),
            Content::Sequence(_) => (1, ""),
            Content::Mapping(_) => (2, ""),
            Content::Alias { name, .. } => (3, name),
        }
    }
}
