//! The types of documents, by path.

use crate::rego::check::names::Symbol;
use crate::rego::types::{Constant, Property, Type, Types};
use rustc_hash::FxHashMap;

/// One part of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Step {
    Variable(Symbol),
    String(Symbol),
    Number(Symbol),
    Boolean(bool),
    Null,
    Array(Constant),
    Set(Constant),
    Object(Constant),
}

/// The number of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct NodeId(u32);

#[derive(Debug)]
struct Node {
    step: Step,
    /// The step as a value.
    key: Constant,
    parent: NodeId,
    value: Type,
    children: Vec<NodeId>,
    /// The type of the whole document, once it was asked for.
    extent: Type,
    /// Types to be merged into the value once it is asked for.
    pending: Vec<Type>,
    /// Whether a leaf below may have a type the value does not cover.
    uncovered: bool,
}

/// The types of documents, by path.
///
/// A node with a type is a leaf, even where others are below it: those are rules that add to an object.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    places: FxHashMap<(NodeId, Step), NodeId>,
    /// Steps that were taken not long ago: refs share how they begin, and each is looked at several times.
    recent: [Option<(NodeId, Step, NodeId)>; RECENT],
}

/// How many steps are kept near; one of each node that has the same remainder.
const RECENT: usize = 32;

impl Default for Tree {
    fn default() -> Self {
        let root = Node {
            step: Step::Null,
            key: Constant::NULL,
            parent: Self::ROOT,
            value: Type::UNKNOWN,
            children: Vec::new(),
            extent: Type::UNKNOWN,
            pending: Vec::new(),
            uncovered: true,
        };
        Self { nodes: vec![root], places: FxHashMap::default(), recent: [None; RECENT] }
    }
}

impl Tree {
    /// A tree with room for so many documents.
    pub(super) fn with_room(room: usize) -> Self {
        let mut tree = Self::default();
        tree.nodes.reserve(room);
        tree.places.reserve(room);
        tree
    }

    pub(super) const ROOT: NodeId = NodeId(0);

    fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0 as usize)
    }

    pub(super) fn child(&mut self, of: NodeId, step: Step) -> Option<NodeId> {
        let recent = self.recent.get_mut(of.0 as usize % RECENT)?;
        if let Some((node, taken, child)) = *recent
            && node == of
            && taken == step
        {
            return Some(child);
        }
        let child = self.places.get(&(of, step)).copied()?;
        *recent = Some((of, step, child));
        Some(child)
    }

    pub(super) fn has_children(&self, of: NodeId) -> bool {
        self.node(of).is_some_and(|node| !node.children.is_empty())
    }

    /// The keys of the nodes right below a node.
    pub(super) fn keys(&self, of: NodeId) -> Vec<Constant> {
        let children = self.node(of).map_or(&[][..], |node| &node.children);
        children.iter().filter_map(|child| self.node(*child)).map(|node| node.key).collect()
    }

    /// The node of a path, made where it is not there.
    fn made(&mut self, of: NodeId, step: Step, key: Constant) -> NodeId {
        if let Some(child) = self.child(of, step) {
            return child;
        }
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(Node {
            step,
            key,
            parent: of,
            value: Type::UNKNOWN,
            children: Vec::new(),
            extent: Type::UNKNOWN,
            pending: Vec::new(),
            uncovered: true,
        });
        self.places.insert((of, step), id);
        if let Some(parent) = self.nodes.get_mut(of.0 as usize) {
            parent.children.push(id);
        }
        id
    }

    /// The type of a leaf; unknown for any other node.
    pub(super) fn value(&mut self, id: NodeId, types: &mut Types) -> Type {
        let Some(node) = self.nodes.get_mut(id.0 as usize) else { return Type::UNKNOWN };
        if !node.pending.is_empty() {
            let mut all = std::mem::take(&mut node.pending);
            all.insert(0, node.value);
            node.value = types.merge_all(&all);
        }
        node.value
    }

    fn set(&mut self, id: NodeId, value: Type) {
        if let Some(node) = self.nodes.get_mut(id.0 as usize) {
            node.value = value;
            node.pending.clear();
        }
        self.touch(id);
    }

    /// Forgets the types of the whole documents a node is part of.
    fn touch(&mut self, id: NodeId) {
        let mut id = id;
        while let Some(node) = self.nodes.get_mut(id.0 as usize) {
            node.extent = Type::UNKNOWN;
            if id == Self::ROOT {
                return;
            }
            id = node.parent;
        }
    }

    /// Makes a type that of a path, whatever was there.
    pub(super) fn put(&mut self, path: &[(Step, Constant)], value: Type) {
        let mut id = Self::ROOT;
        for (step, key) in path {
            id = self.made(id, *step, *key);
        }
        self.set(id, value);
        self.uncover_above(id);
    }

    /// Adds the type a rule gives to a path: to what other rules gave to it, and to objects on the way to it and below it.
    pub(super) fn insert(&mut self, path: &[(Step, Constant)], value: Type, types: &mut Types) {
        let mut id = Self::ROOT;
        for (place, (step, key)) in path.iter().enumerate() {
            let known = self.nodes.len();
            id = self.made(id, *step, *key);
            let rest = path.get(place + 1..).unwrap_or_default();
            if self.nodes.len() == known && !rest.is_empty() {
                let there = self.value(id, types);
                if types.is_object(there) {
                    let merged = inserted(there, rest, value, types);
                    self.set(id, merged);
                }
            }
        }
        let merges_leaves = types.is_object(value) && self.has_children(id);
        let before = if merges_leaves { self.value(id, types) } else { Type::UNKNOWN };
        let mut is_new = false;
        if let Some(node) = self.nodes.get_mut(id.0 as usize) {
            is_new = node.value.is_unknown() && node.pending.is_empty();
            if is_new {
                node.value = value;
            } else {
                node.pending.push(value);
            }
        }
        self.touch(id);
        if merges_leaves {
            self.merge_leaves(id, before, types);
        }
        if !is_new {
            self.uncover_above(id);
        }
    }

    /// Merges the leaves below an object into it, unless they were and nothing has changed since.
    fn merge_leaves(&mut self, id: NodeId, before: Type, types: &mut Types) {
        let mut merged = self.value(id, types);
        if merged == before && self.node(id).is_some_and(|node| !node.uncovered) {
            return;
        }
        for (path, leaf) in self.leaves(id, types) {
            if types.is_object(merged) {
                merged = inserted(merged, &path, leaf, types);
            }
        }
        self.set(id, merged);
        if let Some(node) = self.nodes.get_mut(id.0 as usize) {
            node.uncovered = false;
        }
    }

    /// A leaf got another type than the one that was put into the objects above it.
    fn uncover_above(&mut self, id: NodeId) {
        let mut id = id;
        while let Some(parent) = self.node(id).map(|node| node.parent).filter(|_| id != Self::ROOT) {
            id = parent;
            if let Some(node) = self.nodes.get_mut(id.0 as usize) {
                node.uncovered = true;
            }
        }
    }

    /// The leaves below a node, and their paths from it.
    fn leaves(&mut self, of: NodeId, types: &mut Types) -> Vec<(Vec<(Step, Constant)>, Type)> {
        let mut leaves = Vec::new();
        let mut due: Vec<(NodeId, Vec<(Step, Constant)>)> = vec![(of, Vec::new())];
        while let Some((id, path)) = due.pop() {
            let children = self.node(id).map_or(Vec::new(), |node| node.children.clone());
            for child in children {
                let Some(node) = self.node(child) else { continue };
                let mut path = path.clone();
                path.push((node.step, node.key));
                match self.value(child, types) {
                    Type::UNKNOWN => due.push((child, path)),
                    value => leaves.push((path, value)),
                }
            }
        }
        leaves
    }

    /// The type of the whole document at a node: that of a leaf, else an object of what is below it, and of anything else.
    pub(super) fn extent(&mut self, id: NodeId, types: &mut Types) -> Type {
        let value = self.value(id, types);
        if !value.is_unknown() {
            return value;
        }
        let Some(node) = self.node(id) else { return Type::UNKNOWN };
        if !node.extent.is_unknown() {
            return node.extent;
        }
        let mut properties = Vec::with_capacity(node.children.len());
        for child in node.children.clone() {
            let value = self.extent(child, types);
            let Some(node) = self.node(child) else { continue };
            if matches!(node.step, Step::String(_) | Step::Number(_) | Step::Boolean(_)) {
                properties.push(Property { key: node.key, value });
            }
        }
        let extent = types.object(&properties, Some((Type::STRING, Type::ANY)));
        if let Some(node) = self.nodes.get_mut(id.0 as usize) {
            node.extent = extent;
        }
        extent
    }
}

/// An object with the type of what a path in it leads to.
fn inserted(object: Type, path: &[(Step, Constant)], value: Type, types: &mut Types) -> Type {
    let Some((first, rest)) = path.split_first() else { return object };
    let key_of = |(step, key): &(Step, Constant), types: &mut Types| match step {
        Step::Variable(_) => Type::UNKNOWN,
        _ => types.type_of(*key),
    };
    let mut inner = value;
    for part in rest.iter().rev() {
        let key = key_of(part, types);
        inner = types.object(&[], Some((key, inner)));
    }
    let key = key_of(first, types);
    types.with_dynamic(object, key, inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(types: &mut Types, names: &[&str]) -> Vec<(Step, Constant)> {
        let step = |name: &str, types: &mut Types| {
            let key = types.string(name);
            (Step::String(Symbol::made(u32::try_from(key.index()).unwrap())), key)
        };
        names.iter().map(|name| step(name, types)).collect()
    }

    fn at(tree: &mut Tree, path: &[(Step, Constant)], types: &mut Types) -> String {
        let node = path.iter().try_fold(Tree::ROOT, |node, (step, _)| tree.child(node, *step));
        let extent = tree.extent(node.unwrap(), types);
        types.text(extent)
    }

    #[test]
    fn rules_of_one_path_make_a_union_and_a_package_is_open() {
        let (mut types, mut tree) = (Types::default(), Tree::default());
        let (p, q) = (path(&mut types, &["t", "p"]), path(&mut types, &["t", "q"]));
        tree.insert(&p, Type::NUMBER, &mut types);
        tree.insert(&q, Type::NULL, &mut types);
        assert_eq!(at(&mut tree, &p[..1], &mut types), "object<p: number, q: null>[string: any]");
        tree.insert(&p, Type::STRING, &mut types);
        assert_eq!(at(&mut tree, &p[..1], &mut types), "object<p: any<number, string>, q: null>[string: any]");
    }

    #[test]
    fn rules_below_an_object_add_to_it() {
        let (mut types, mut tree) = (Types::default(), Tree::default());
        let (p, q) = (path(&mut types, &["p"]), path(&mut types, &["p", "q"]));
        let object = types.object(&[], Some((Type::NUMBER, Type::NULL)));
        tree.insert(&q, Type::STRING, &mut types);
        tree.insert(&p, object, &mut types);
        assert_eq!(at(&mut tree, &p, &mut types), "object[any<number, string>: any<null, string>]");
        let r = path(&mut types, &["p", "r"]);
        tree.insert(&r, Type::BOOLEAN, &mut types);
        assert_eq!(at(&mut tree, &p, &mut types), "object[any<number, string>: any<null, boolean, string>]");
        assert_eq!(at(&mut tree, &r, &mut types), "boolean");
    }
}
