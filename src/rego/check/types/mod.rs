//! Types: whether what a program compares, calls and refers to can be at all.
//!
//! Rules are typed one after the other, those a rule refers to before it. The type of a rule is what its head can be once
//! its body holds; several rules of one path make a union. A rule with an error is anything for all others. Documents that
//! no rule makes are anything, as is `input`.
//!
//! Expressions are looked at in the order of their body, which is that of evaluation: first the closures in an expression,
//! then its refs, then, for a call, its arguments. Each tells the types of variables to those behind it. Bodies of `every`,
//! `not { … }` and of the operands of `and` and `or` are not typed; only refs in them are looked at.
//!
//! OPA types a closure anew whenever it is asked for its type, closures inside closures once more for each closure around
//! them. Here a closure is typed once for the types its variables have.

mod bodies;
mod calls;
mod closures;
mod environment;
mod fault;
mod faults;
mod node_json;
mod references;
mod rules;
mod tree;
mod unification;
mod variables;
mod with;

#[cfg(test)]
mod tests;

use super::errors::CheckError;
use super::names::Symbol;
use super::program::Program;
use super::unit::Unit;
use crate::rego::syntax::{List, RuleId, TermId};
use crate::rego::types::{Constant, Type, Types};
use closures::Closures;
use fault::Found;
use rustc_hash::FxHashMap;
use std::rc::Rc;
use tree::Tree;
use variables::Variables;

/// A rule of the program: the number of its unit, and the rule in it.
pub(super) type ProgramRule = (u32, RuleId);

/// The rules that a ref of a unit can lead to, and those that depend on them at any distance.
pub(super) type Dependents<'a> = &'a dyn Fn(&Unit<'_>, List<TermId>) -> Vec<ProgramRule>;

/// What is wrong with the types of a program, in the order OPA records it.
///
/// `order` has each rule behind those it depends on. Details are only made for as many errors as are told.
pub(super) fn check_types(
    units: &[Unit<'_>],
    program: &Program<'_>,
    order: &[ProgramRule],
    dependents: Dependents<'_>,
) -> Vec<CheckError> {
    let Some(first) = units.first() else { return Vec::new() };
    let mut checker = Checker::new(units, program, first, dependents);
    for (unit, rule) in order {
        if let Some(unit) = units.get(*unit as usize) {
            checker.unit = unit;
            checker.rule(*rule);
        }
    }
    checker.told()
}

/// A stage on its way through the rules.
struct Checker<'c, 'm> {
    units: &'c [Unit<'m>],
    program: &'c Program<'m>,
    /// The unit of the rule that is typed.
    unit: &'c Unit<'m>,
    dependents: Dependents<'c>,
    types: Types,
    /// What rules make.
    documents: Tree,
    /// What `with` replaces while an expression is typed, the last counts first.
    replaced: Vec<Rc<Replaced>>,
    /// Documents that depend on what is replaced, by what it is.
    affected: FxHashMap<with::Target, Option<Rc<Replaced>>>,
    replacements: u32,
    variables: Variables,
    closures: Closures,
    /// Signatures of built-in functions, by their places in the capabilities.
    signatures: FxHashMap<usize, Type>,
    /// Names as strings.
    strings: Vec<Option<Constant>>,
    found: Vec<Found>,
}

/// Documents that are others while an expression with `with` is evaluated.
struct Replaced {
    /// No two have the same number.
    number: u32,
    documents: std::cell::RefCell<Tree>,
}

impl<'c, 'm> Checker<'c, 'm> {
    fn new(units: &'c [Unit<'m>], program: &'c Program<'m>, unit: &'c Unit<'m>, dependents: Dependents<'c>) -> Self {
        Self {
            units,
            program,
            unit,
            dependents,
            types: Types::default(),
            documents: Tree::default(),
            replaced: Vec::new(),
            affected: FxHashMap::default(),
            replacements: 0,
            variables: Variables::default(),
            closures: Closures::default(),
            signatures: FxHashMap::default(),
            strings: Vec::new(),
            found: Vec::new(),
        }
    }

    /// A name as a string.
    fn string(&mut self, name: Symbol) -> Constant {
        if let Some(Some(known)) = self.strings.get(name.index()) {
            return *known;
        }
        let constant = self.types.string(self.program.names.text(name));
        if self.strings.len() <= name.index() {
            self.strings.resize(name.index() + 1, None);
        }
        if let Some(slot) = self.strings.get_mut(name.index()) {
            *slot = Some(constant);
        }
        constant
    }
}
