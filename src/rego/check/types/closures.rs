//! Closures: their types, and what is wrong inside them.

use super::Checker;
use super::fault::Found;
use crate::rego::check::names::Symbol;
use crate::rego::check::variables::{OF_A_CLOSURE, Skip, VariableWalk};
use crate::rego::check::walk::{Enter, Node, is_leaf, walk};
use crate::rego::syntax::{ExpressionId, ExpressionKind, TermId, TermKind};
use crate::rego::types::Type;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// How deep closures may be nested to be typed for each types of their variables, those inside others on their own as well.
/// OPA's time doubles with each closure around another; it takes minutes for as many.
const DEEPEST: usize = 24;

/// For how many types of its variables a closure is typed at most.
const OFTEN: usize = 64;

/// What is known of a closure where its variables have certain types.
#[derive(Debug, Clone)]
pub(super) struct Closure {
    /// Its type; unknown where something in it is wrong.
    pub(super) of: Type,
    /// What is wrong in it.
    pub(super) found: Rc<[Found]>,
}

#[derive(Debug)]
struct Known {
    /// Whether closures are nested so deep in it that it is only typed once, and those in it not on their own.
    alone: bool,
    /// The variables in it; none where it is only typed once.
    variables: Rc<[Symbol]>,
    /// What it was typed as, for the types of its variables and the number of the last layer of replaced documents.
    typed: Vec<(u32, Box<[Type]>, Closure)>,
}

/// The closures of one rule at a time.
#[derive(Debug, Default)]
pub(super) struct Closures {
    known: FxHashMap<TermId, Known>,
}

impl Closures {
    /// Forgets all.
    pub(super) fn begin(&mut self) {
        if !self.known.is_empty() {
            self.known.clear();
        }
    }
}

impl Checker<'_, '_> {
    /// Types a closure.
    pub(super) fn closure(&mut self, term: TermId) -> Closure {
        let (variables, _) = self.known(term);
        let types: Box<[Type]> = variables.iter().map(|variable| self.variables.get(*variable)).collect();
        let layer = self.replaced.last().map_or(0, |replaced| replaced.number);
        if let Some(known) = self.closures.known.get(&term) {
            let same = |typed: &&(u32, Box<[Type]>, Closure)| typed.0 == layer && typed.1 == types;
            if let Some((_, _, closure)) = known.typed.iter().rev().find(same) {
                return closure.clone();
            }
            if known.typed.len() >= OFTEN {
                return Closure { of: Type::UNKNOWN, found: Rc::default() };
            }
        }
        let closure = self.typed(term);
        if let Some(known) = self.closures.known.get_mut(&term) {
            known.typed.push((layer, types, closure.clone()));
        }
        closure
    }

    fn typed(&mut self, term: TermId) -> Closure {
        let (body, collected) = match self.kind(term) {
            TermKind::ArrayComprehension { term, body } | TermKind::SetComprehension { term, body } => {
                (body, (term, None))
            }
            TermKind::ObjectComprehension { entry, body } => {
                let [key, value] = self.unit.nodes.entry(entry);
                (body, (value, Some(key)))
            }
            _ => return Closure { of: Type::UNKNOWN, found: Rc::default() },
        };
        let entered = self.variables.enter();
        let mut found = Vec::new();
        self.body(body, &mut found);
        let mut of = Type::UNKNOWN;
        if found.is_empty() {
            let key = collected.1.map(|key| self.type_of(key));
            let value = self.type_of(collected.0);
            of = match (self.kind(term), key) {
                (_, Some(key)) => self.types.object(&[], Some((key, value))),
                (TermKind::SetComprehension { .. }, None) => self.types.set(value),
                _ => self.types.array(&[], value),
            };
        }
        self.variables.leave(entered);
        Closure { of, found: found.into() }
    }

    /// The variables in a closure, and whether it is only typed once.
    fn known(&mut self, term: TermId) -> (Rc<[Symbol]>, bool) {
        if let Some(known) = self.closures.known.get(&term) {
            return (Rc::clone(&known.variables), known.alone);
        }
        let mut variables = Vec::with_capacity(OF_A_CLOSURE);
        let alone = self.depth_of(term) > DEEPEST;
        if !alone {
            VariableWalk::new(&self.unit.nodes, Skip::NOTHING, |name, _| variables.push(name)).term(term);
            variables.sort_unstable();
            variables.dedup();
        }
        let variables: Rc<[Symbol]> = variables.into();
        self.closures.known.insert(term, Known { alone, variables: Rc::clone(&variables), typed: Vec::new() });
        (variables, alone)
    }

    /// Types the closures of an expression, those inside others too: the errors of the last of them that has some.
    pub(super) fn closures_of(&mut self, id: ExpressionId, found: &mut Vec<Found>) {
        if !self.may_have_closures(id) {
            return;
        }
        let mut closures = Vec::new();
        let nodes = &self.unit.nodes;
        walk(nodes, [Node::Expression(id)], |node| {
            if let Node::Term(term) = node
                && is_closure(nodes.term(term).kind)
            {
                closures.push(term);
                return Enter::No;
            }
            Enter::Yes
        });
        let mut last: Option<Rc<[Found]>> = None;
        for term in closures {
            let (_, alone) = self.known(term);
            self.closures_in(term, alone, &mut last);
        }
        found.extend(last.iter().flat_map(|found| found.iter().cloned()));
    }

    fn may_have_closures(&self, id: ExpressionId) -> bool {
        let expression = self.unit.nodes.expression(id);
        match expression.kind {
            _ if !expression.with.is_empty() => true,
            ExpressionKind::Call(parts) => self.terms(parts).iter().skip(1).any(|term| self.has_closures(*term)),
            ExpressionKind::Term(term) => self.has_closures(term),
            _ => true,
        }
    }

    fn has_closures(&self, term: TermId) -> bool {
        match self.kind(term) {
            TermKind::Ref(list) | TermKind::Array(list) | TermKind::Object(list) | TermKind::Set(list) => {
                self.terms(list).iter().any(|term| !is_leaf(self.kind(*term)) && self.has_closures(*term))
            }
            kind => !is_leaf(kind),
        }
    }

    fn closures_in(&mut self, outer: TermId, alone: bool, last: &mut Option<Rc<[Found]>>) {
        let mut due = vec![outer];
        while let Some(term) = due.pop() {
            let closure = self.closure(term);
            if !closure.found.is_empty() {
                *last = Some(closure.found);
                continue;
            }
            if alone {
                continue;
            }
            let nodes = &self.unit.nodes;
            let inside = due.len();
            walk(nodes, [Node::Term(term)], |node| match node {
                Node::Term(inner) if inner != term && is_closure(nodes.term(inner).kind) => {
                    due.push(inner);
                    Enter::No
                }
                _ => Enter::Yes,
            });
            if let Some(inner) = due.get_mut(inside..) {
                inner.reverse();
            }
        }
    }

    /// How deep closures are nested in a closure, itself counted.
    fn depth_of(&self, term: TermId) -> usize {
        let nodes = &self.unit.nodes;
        let mut level = vec![term];
        let mut depth = 0;
        while !level.is_empty() && depth <= DEEPEST {
            depth += 1;
            let mut inside = Vec::new();
            for outer in level {
                walk(nodes, [Node::Term(outer)], |node| match node {
                    Node::Term(inner) if inner != outer && is_closure(nodes.term(inner).kind) => {
                        inside.push(inner);
                        Enter::No
                    }
                    _ => Enter::Yes,
                });
            }
            level = inside;
        }
        depth
    }
}

fn is_closure(kind: TermKind<Symbol>) -> bool {
    matches!(
        kind,
        TermKind::ArrayComprehension { .. } | TermKind::SetComprehension { .. } | TermKind::ObjectComprehension { .. }
    )
}
