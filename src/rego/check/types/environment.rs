//! The types of terms.

use super::Checker;
use super::tree::{NodeId, Step, Tree};
use crate::rego::check::names::Symbol;
use crate::rego::check::path::is_constant;
use crate::rego::check::rewrite::is_scalar;
use crate::rego::syntax::{List, TermId, TermKind};
use crate::rego::types::{Constant, Property, Type};
use std::cmp::Ordering;

impl<'c> Checker<'c, '_> {
    pub(super) fn kind(&self, term: TermId) -> TermKind<Symbol> {
        self.unit.nodes.term(term).kind
    }

    pub(super) fn terms(&self, list: List<TermId>) -> &'c [TermId] {
        self.unit.nodes.terms(list)
    }

    pub(super) fn is_constant(&self, term: TermId) -> bool {
        is_constant(&self.unit.nodes, term)
    }

    /// The type of a term, as far as it is known.
    pub(super) fn type_of(&mut self, term: TermId) -> Type {
        match self.kind(term) {
            TermKind::Null => Type::NULL,
            TermKind::Boolean(_) => Type::BOOLEAN,
            TermKind::Number(_) => Type::NUMBER,
            TermKind::String { .. } | TermKind::TemplateString { .. } => Type::STRING,
            TermKind::Var(name) => self.type_of_variable(name),
            TermKind::Ref(parts) => self.type_of_reference(self.terms(parts)),
            TermKind::Array(members) => {
                let items: Vec<Type> = self.terms(members).iter().map(|member| self.type_of(*member)).collect();
                self.types.array(&items, Type::UNKNOWN)
            }
            TermKind::Set(members) => {
                let parts: Vec<Type> = self.terms(members).iter().map(|member| self.type_of(*member)).collect();
                let of = self.types.union_of(&parts);
                self.types.set(of)
            }
            TermKind::Object(entries) => self.type_of_object(self.terms(entries)),
            TermKind::ArrayComprehension { .. }
            | TermKind::SetComprehension { .. }
            | TermKind::ObjectComprehension { .. } => self.closure(term).of,
            TermKind::Call(_) => Type::UNKNOWN,
        }
    }

    fn type_of_object(&mut self, entries: &[TermId]) -> Type {
        let mut properties = Vec::with_capacity(entries.len() / 2);
        let mut dynamic: Option<(TermId, (Type, Type))> = None;
        for [key, value] in entries.as_chunks::<2>().0 {
            if let Some(key) = self.constant(*key) {
                properties.push(Property { key, value: self.type_of(*value) });
                continue;
            }
            let types = (self.type_of(*key), self.type_of(*value));
            if dynamic.is_none_or(|(last, _)| self.order_of_keys(last, *key).is_le()) {
                dynamic = Some((*key, types));
            }
        }
        self.types.object(&properties, dynamic.map(|(_, types)| types))
    }

    /// The order OPA keeps two keys in. That of variables is the order of their names, those it makes among them; of several
    /// keys that are not known beforehand, OPA takes the last for all.
    fn order_of_keys(&self, left: TermId, right: TermId) -> Ordering {
        let rank = |kind| match kind {
            TermKind::Var(_) => 0,
            TermKind::Ref(_) => 1,
            TermKind::Array(_) => 2,
            TermKind::Object(_) => 3,
            TermKind::Set(_) => 4,
            _ => 5,
        };
        match (self.kind(left), self.kind(right)) {
            (TermKind::Var(left), TermKind::Var(right)) => {
                let name = |symbol| self.unit.name(&self.program.names, self.units, symbol);
                name(left).cmp(&name(right))
            }
            (TermKind::Array(left), TermKind::Array(right)) => {
                let pairs = self.terms(left).iter().zip(self.terms(right));
                let mut orders = pairs.map(|(left, right)| self.order_of_keys(*left, *right));
                orders.find(|order| order.is_ne()).unwrap_or_else(|| left.len().cmp(&right.len()))
            }
            (left, right) => rank(left).cmp(&rank(right)),
        }
    }

    pub(super) fn type_of_variable(&mut self, name: Symbol) -> Type {
        let known = self.variables.get(name);
        if known.is_unknown() { self.builtin(&[name]) } else { known }
    }

    /// The signature of a built-in function.
    fn builtin(&mut self, path: &[Symbol]) -> Type {
        let Some(place) = self.program.builtins.find(path) else { return Type::UNKNOWN };
        if let Some(Some(known)) = self.signatures.get(place) {
            return *known;
        }
        let builtin = self.program.builtin(path);
        let signature = builtin.map_or(Type::UNKNOWN, |builtin| builtin.signature(&mut self.types));
        if let Some(slot) = self.signatures.get_mut(place) {
            *slot = Some(signature);
        }
        signature
    }

    /// A term as a value that is known beforehand.
    pub(super) fn constant(&mut self, term: TermId) -> Option<Constant> {
        match self.kind(term) {
            TermKind::String { value, .. } => Some(self.string(value)),
            TermKind::Null => Some(Constant::NULL),
            TermKind::Boolean(value) => Some(if value { Constant::TRUE } else { Constant::FALSE }),
            TermKind::Number(text) => Some(self.types.number(self.program.names.text(text))),
            TermKind::Array(members) | TermKind::Set(members) => {
                let members: Option<Vec<Constant>> =
                    self.terms(members).iter().map(|member| self.constant(*member)).collect();
                members.map(|members| self.types.constant_array(&members))
            }
            TermKind::Object(entries) => {
                let entries = self.terms(entries).as_chunks::<2>().0.iter();
                let entries: Option<Vec<(Constant, Constant)>> =
                    entries.map(|[key, value]| Some((self.constant(*key)?, self.constant(*value)?))).collect();
                entries.map(|entries| self.types.constant_object(&entries))
            }
            _ => None,
        }
    }

    /// The step a part of a ref takes, if it is known beforehand.
    pub(super) fn step(&mut self, part: TermId) -> Option<(Step, Constant)> {
        let key = self.constant(part)?;
        let step = match self.kind(part) {
            TermKind::String { value, .. } => Step::String(value),
            TermKind::Number(text) => Step::Number(text),
            TermKind::Boolean(value) => Step::Boolean(value),
            TermKind::Array(_) => Step::Array(key),
            TermKind::Set(_) => Step::Set(key),
            TermKind::Object(_) => Step::Object(key),
            _ => Step::Null,
        };
        Some((step, key))
    }

    /// The step of a ref's head.
    pub(super) fn head(&self, part: TermId) -> Option<Symbol> {
        match self.kind(part) {
            TermKind::Var(name) => Some(name),
            _ => None,
        }
    }

    /// The type of what a ref leads to, as far as it is known.
    pub(super) fn type_of_reference(&mut self, parts: &[TermId]) -> Type {
        let Some((head, tail)) = parts.split_first() else { return Type::UNKNOWN };
        let Some(name) = self.head(*head) else { return Type::UNKNOWN };
        if !matches!(name, Symbol::DATA | Symbol::INPUT) {
            let known = self.variables.get(name);
            if !known.is_unknown() {
                return self.selected(known, tail);
            }
            return self.type_of_builtin_reference(name, tail);
        }
        for layer in (0..=self.replaced.len()).rev() {
            if let Some(found) = self.type_in_documents(layer, name, tail) {
                return found;
            }
        }
        Type::ANY
    }

    /// The type of a path that begins with a name of built-in functions.
    fn type_of_builtin_reference(&mut self, name: Symbol, tail: &[TermId]) -> Type {
        let signature = self.builtin(&[name]);
        if !signature.is_unknown() {
            return self.selected(signature, tail);
        }
        let mut path = vec![name];
        let mut rest = tail;
        loop {
            let Some((part, further)) = rest.split_first() else { return Type::UNKNOWN };
            let TermKind::String { value, .. } = self.kind(*part) else { return Type::UNKNOWN };
            path.push(value);
            rest = further;
            let signature = self.builtin(&path);
            if !signature.is_unknown() {
                return self.selected(signature, rest);
            }
        }
    }

    /// Does something with the documents of a layer: 0 are those rules make, the others those `with` replaces.
    pub(super) fn in_layer<R>(
        &mut self,
        layer: usize,
        ask: impl FnOnce(&mut Tree, &mut crate::rego::types::Types) -> R,
    ) -> R {
        match layer.checked_sub(1).and_then(|place| self.replaced.get(place)) {
            Some(replaced) => ask(&mut replaced.documents.borrow_mut(), &mut self.types),
            None => ask(&mut self.documents, &mut self.types),
        }
    }

    /// The type of a path in the documents of one layer; `None` where they do not have it.
    fn type_in_documents(&mut self, layer: usize, name: Symbol, tail: &[TermId]) -> Option<Type> {
        let mut node = self.in_layer(layer, |tree, _| tree.child(Tree::ROOT, Step::Variable(name)))?;
        let mut rest = tail;
        loop {
            let Some((part, further)) = rest.split_first() else {
                return Some(self.in_layer(layer, |tree, types| tree.extent(node, types)));
            };
            let value = self.in_layer(layer, |tree, types| tree.value(node, types));
            if !value.is_unknown() {
                if let Some(child) = self.child_below_leaf(layer, node, *part) {
                    (node, rest) = (child, further);
                    continue;
                }
                return Some(self.selected(value, rest));
            }
            let Some((step, _)) = self.step(*part) else {
                let extent = self.in_layer(layer, |tree, types| tree.extent(node, types));
                return Some(self.selected(extent, rest));
            };
            node = self.in_layer(layer, |tree, _| tree.child(node, step))?;
            rest = further;
        }
    }

    fn child_below_leaf(&mut self, layer: usize, node: NodeId, part: TermId) -> Option<NodeId> {
        if !self.in_layer(layer, |tree, _| tree.has_children(node)) {
            return None;
        }
        let (step, _) = self.step(part)?;
        self.in_layer(layer, |tree, _| tree.child(node, step))
    }

    /// The type of what parts of a ref lead to from a type on.
    pub(super) fn selected(&mut self, from: Type, parts: &[TermId]) -> Type {
        let mut of = from;
        for part in parts {
            if of.is_unknown() {
                return of;
            }
            of = match self.kind(*part) {
                TermKind::Var(_) | TermKind::Ref(_) | TermKind::Array(_) | TermKind::Object(_) | TermKind::Set(_) => {
                    if self.types.is_empty_collection(of) {
                        Type::ANY
                    } else {
                        self.types.values(of)
                    }
                }
                _ => self.type_under(of, *part),
            };
        }
        of
    }

    /// The type of what stands under a constant key.
    pub(super) fn type_under(&mut self, of: Type, key: TermId) -> Type {
        // Whatever is below anything is anything.
        if of == Type::ANY && is_scalar(self.kind(key)) {
            return of;
        }
        self.constant(key).map_or(Type::UNKNOWN, |key| self.types.select(of, key))
    }
}
