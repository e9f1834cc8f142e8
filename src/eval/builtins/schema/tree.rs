//! A schema as it was read: nodes that name each other by number.

use regex::Regex;

use super::pool::Draft;

/// The number of a node.
pub(super) type NodeId = usize;

/// What a schema says of more than it names.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rest {
    Allowed(bool),
    As(NodeId),
}

/// What a property asks for.
#[derive(Debug, Clone)]
pub(super) enum Dependency {
    Names(Vec<String>),
    As(NodeId),
}

/// Bounds of a number.
#[derive(Debug, Default)]
pub(super) struct Bounds {
    pub(super) multiple: Option<f64>,
    pub(super) least: Option<f64>,
    pub(super) most: Option<f64>,
    pub(super) above: Option<f64>,
    pub(super) below: Option<f64>,
}

/// The least and the most of something.
pub(super) type Span = (Option<i64>, Option<i64>);

/// One schema.
#[derive(Debug)]
pub(super) struct Node {
    /// The name of the property that it is for.
    pub(super) property: String,
    pub(super) draft: Draft,
    /// It is `true` or `false`.
    pub(super) pass: Option<bool>,
    /// The schema that stands in its place.
    pub(super) instead: Option<NodeId>,
    pub(super) types: Vec<String>,
    pub(super) properties: Vec<NodeId>,
    pub(super) more_properties: Option<Rest>,
    pub(super) patterns: Vec<(Regex, NodeId)>,
    pub(super) names: Option<NodeId>,
    pub(super) dependencies: Vec<(String, Dependency)>,
    pub(super) items: Vec<NodeId>,
    /// One schema is for all items.
    pub(super) is_for_all: bool,
    pub(super) more_items: Option<Rest>,
    pub(super) contains: Option<NodeId>,
    pub(super) bounds: Bounds,
    pub(super) lengths: Span,
    pub(super) sizes: Span,
    pub(super) counts: Span,
    pub(super) unique: bool,
    pub(super) pattern: Option<Regex>,
    pub(super) format: String,
    pub(super) required: Vec<String>,
    /// As JSON.
    pub(super) constant: Option<String>,
    /// As JSON.
    pub(super) choices: Option<Vec<String>>,
    pub(super) one_of: Vec<NodeId>,
    pub(super) any_of: Vec<NodeId>,
    pub(super) all_of: Vec<NodeId>,
    pub(super) not: Option<NodeId>,
    pub(super) condition: Option<NodeId>,
    pub(super) then: Option<NodeId>,
    pub(super) otherwise: Option<NodeId>,
}

impl Node {
    pub(super) fn new(property: &str, draft: Draft) -> Self {
        Self {
            property: property.to_owned(),
            draft,
            pass: None,
            instead: None,
            types: Vec::new(),
            properties: Vec::new(),
            more_properties: None,
            patterns: Vec::new(),
            names: None,
            dependencies: Vec::new(),
            items: Vec::new(),
            is_for_all: false,
            more_items: None,
            contains: None,
            bounds: Bounds::default(),
            lengths: (None, None),
            sizes: (None, None),
            counts: (None, None),
            unique: false,
            pattern: None,
            format: String::new(),
            required: Vec::new(),
            constant: None,
            choices: None,
            one_of: Vec::new(),
            any_of: Vec::new(),
            all_of: Vec::new(),
            not: None,
            condition: None,
            then: None,
            otherwise: None,
        }
    }
}
