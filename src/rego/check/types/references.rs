//! Refs: whether what they lead to can be there, and what they tell of the variables in them.

use super::Checker;
use super::fault::{Fault, Found};
use super::tree::{NodeId, Step, Tree};
use crate::rego::check::names::Symbol;
use crate::rego::check::walk::is_leaf;
use crate::rego::syntax::{Body, ExpressionId, ExpressionKind, Part, TermId, TermKind};
use crate::rego::types::{Constant, Shape, Type};

/// The keys there are where a key is wrong.
#[derive(Debug, Clone)]
pub(super) enum OneOf {
    /// None are told.
    Nothing,
    /// Those known of a type.
    Of(Type),
    /// These.
    Keys(Vec<Constant>),
}

impl Checker<'_, '_> {
    /// Looks at the refs of an expression: those of a call in its arguments alone, those in comprehensions not at all.
    pub(super) fn references(&mut self, id: ExpressionId, found: &mut Vec<Found>) {
        let expression = *self.unit.nodes.expression(id);
        match expression.kind {
            ExpressionKind::Call(parts) => {
                return self.references_in_all(self.terms(parts).get(1..).unwrap_or_default(), found);
            }
            ExpressionKind::Term(term) => return self.references_in(term, found),
            ExpressionKind::Not { body, .. } => return self.references_in_body(body, found),
            ExpressionKind::Some { symbols, .. } => {
                for symbol in self.terms(symbols) {
                    self.references_in(*symbol, found);
                }
            }
            ExpressionKind::Every { key, value, domain, body, .. } => {
                for term in key.into_iter().chain([value, domain]) {
                    self.references_in(term, found);
                }
                self.references_in_body(body, found);
            }
            ExpressionKind::And(logical) | ExpressionKind::Or(logical) => {
                self.references_in_body(logical.left, found);
                self.references_in_body(logical.right, found);
            }
        }
        for with in self.unit.nodes.withs(expression.with) {
            self.references_in(with.target, found);
            self.references_in(with.value, found);
        }
    }

    fn references_in_body(&mut self, body: Body, found: &mut Vec<Found>) {
        for expression in self.unit.nodes.body(body) {
            self.references(*expression, found);
        }
    }

    fn references_in(&mut self, term: TermId, found: &mut Vec<Found>) {
        match self.kind(term) {
            TermKind::Ref(parts) => {
                let parts = self.terms(parts);
                let of = self.type_of_reference(parts);
                if let Shape::Function { .. } = self.types.shape(of) {
                    found.push(self.not_indexable(parts, parts.len().saturating_sub(1), of));
                    return;
                }
                found.extend(self.reference(parts));
                self.references_in_all(parts, found);
            }
            TermKind::Array(list) | TermKind::Object(list) | TermKind::Set(list) | TermKind::Call(list) => {
                self.references_in_all(self.terms(list), found);
            }
            TermKind::TemplateString { parts, .. } => {
                for part in self.unit.nodes.parts(parts) {
                    match part {
                        Part::Term(term) => self.references_in(*term, found),
                        Part::Expression(expression) => self.references(*expression, found),
                    }
                }
            }
            _ => {}
        }
    }

    fn references_in_all(&mut self, terms: &[TermId], found: &mut Vec<Found>) {
        for term in terms {
            if !is_leaf(self.kind(*term)) {
                self.references_in(*term, found);
            }
        }
    }

    /// Looks at one ref.
    fn reference(&mut self, parts: &[TermId]) -> Option<Found> {
        let name = self.head(*parts.first()?);
        let Some(name) = name.filter(|name| matches!(*name, Symbol::DATA | Symbol::INPUT)) else {
            let of = name.map_or(Type::UNKNOWN, |name| self.variables.get(name));
            if of.is_unknown() {
                return self.leaf(Type::ANY, parts, 0);
            }
            return self.leaf(of, parts, 1);
        };
        for layer in (0..=self.replaced.len()).rev() {
            if let Ok(found) = self.reference_in_documents(layer, name, parts) {
                return found;
            }
        }
        self.leaf(Type::ANY, parts, 1)
    }

    /// Looks at a ref in the documents of one layer.
    fn reference_in_documents(
        &mut self,
        layer: usize,
        name: Symbol,
        parts: &[TermId],
    ) -> Result<Option<Found>, Elsewhere> {
        let head = self.in_layer(layer, |tree, _| tree.child(Tree::ROOT, Step::Variable(name)));
        let mut node = head.ok_or(Elsewhere)?;
        let mut place = 1;
        loop {
            let value = self.in_layer(layer, |tree, types| tree.value(node, types));
            if !value.is_unknown() {
                return Ok(self.leaf(value, parts, place));
            }
            let Some(part) = parts.get(place).copied() else { return Ok(None) };
            let kind = self.kind(part);
            if place <= 2 && !matches!(kind, TermKind::Var(_) | TermKind::String { .. }) {
                let have = self.type_of(part);
                return Ok(Some(self.wrong_key(parts, place, have, Type::STRING, self.keys_at(layer, node))));
            }
            if let TermKind::Var(variable) = kind {
                let extent = self.in_layer(layer, |tree, types| tree.extent(node, types));
                let keys = self.types.keys(extent);
                let known = self.type_of_variable(variable);
                if known.is_unknown() {
                    self.variables.set(variable, keys);
                } else if !self.types.unifies(keys, known) {
                    return Ok(Some(self.wrong_key(parts, place, known, keys, self.keys_at(layer, node))));
                }
                return Err(Elsewhere);
            }
            let (step, _) = self.step(part).ok_or(Elsewhere)?;
            node = self.in_layer(layer, |tree, _| tree.child(node, step)).ok_or(Elsewhere)?;
            place += 1;
        }
    }

    fn keys_at(&self, layer: usize, node: NodeId) -> OneOf {
        let keys = match layer.checked_sub(1).and_then(|place| self.replaced.get(place)) {
            Some(replaced) => replaced.documents.borrow().keys(node),
            None => self.documents.keys(node),
        };
        OneOf::Keys(keys)
    }

    /// Looks at the parts of a ref from one on, where what is before it is of a type.
    fn leaf(&mut self, of: Type, parts: &[TermId], place: usize) -> Option<Found> {
        let mut of = of;
        for (place, part) in parts.iter().copied().enumerate().skip(place) {
            if self.types.is_empty_collection(of) {
                return self.key_of_nothing(of, parts, place);
            }
            let keys = self.types.keys(of);
            if keys.is_unknown() {
                return Some(self.not_indexable(parts, place.saturating_sub(1), of));
            }
            match self.kind(part) {
                TermKind::Var(variable) => {
                    let known = self.type_of_variable(variable);
                    if known.is_unknown() {
                        self.variables.set(variable, keys);
                    } else if !self.types.unifies(known, keys) {
                        return Some(self.wrong_key(parts, place, known, keys, OneOf::Of(of)));
                    }
                    of = self.types.values(of);
                }
                TermKind::Ref(inner) => {
                    let known = self.type_of_reference(self.terms(inner));
                    if !known.is_unknown() && !self.types.unifies(known, keys) {
                        return Some(self.wrong_key(parts, place, known, keys, OneOf::Of(of)));
                    }
                    of = self.types.values(of);
                }
                TermKind::Array(_) | TermKind::Object(_) | TermKind::Set(_) => {
                    if !self.unify_term(part, keys, false) {
                        let have = self.type_of(part);
                        return Some(self.wrong_key(parts, place, have, keys, OneOf::Nothing));
                    }
                    of = self.types.values(of);
                }
                _ => {
                    let selected = self.type_under(of, part);
                    if selected.is_unknown() {
                        return Some(self.wrong_key(parts, place, Type::UNKNOWN, keys, OneOf::Of(of)));
                    }
                    of = selected;
                }
            }
        }
        None
    }

    /// Looks at a part that is a key of an empty collection: constants are wrong, and variables that cannot be keys.
    fn key_of_nothing(&mut self, of: Type, parts: &[TermId], place: usize) -> Option<Found> {
        let part = *parts.get(place)?;
        match self.kind(part) {
            TermKind::Null | TermKind::Boolean(_) | TermKind::Number(_) | TermKind::String { .. } => {
                Some(self.wrong_key(parts, place, Type::UNKNOWN, Type::UNKNOWN, OneOf::Nothing))
            }
            TermKind::Var(variable) => {
                let known = self.type_of_variable(variable);
                let keys = self.types.keys(of);
                if known.is_unknown() {
                    self.variables.set(variable, Type::ANY);
                    None
                } else if !keys.is_unknown() && !self.types.unifies(known, keys) {
                    Some(self.wrong_key(parts, place, known, keys, OneOf::Nothing))
                } else {
                    None
                }
            }
            _ => None,
        }
    }

    fn not_indexable(&self, parts: &[TermId], position: usize, have: Type) -> Found {
        self.at_head(parts, Fault::NotIndexable { reference: parts.to_vec(), position, have })
    }

    fn wrong_key(&self, parts: &[TermId], position: usize, have: Type, want: Type, one_of: OneOf) -> Found {
        self.at_head(parts, Fault::WrongKey { reference: parts.to_vec(), position, have, want, one_of })
    }

    /// A fault of a ref stands where its head does.
    fn at_head(&self, parts: &[TermId], fault: Fault) -> Found {
        let location =
            parts.first().map_or(crate::rego::syntax::Location::NONE, |head| self.unit.nodes.term(*head).location);
        Found { unit: self.unit.number, location, fault }
    }
}

/// The documents of a layer do not have what is looked for.
struct Elsewhere;
