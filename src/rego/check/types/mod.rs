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

mod annotations;
mod bodies;
mod calls;
mod closures;
mod dependents;
mod environment;
mod fault;
mod faults;
mod node_json;
mod query;
mod references;
mod rules;
mod schema;
mod tree;
mod unification;
mod variables;
mod verdict;
mod with;

#[cfg(test)]
mod tests;

use super::errors::CheckError;
use super::graph::Graph;
use super::names::Symbol;
use super::program::Program;
use super::unit::Unit;
use crate::rego::syntax::{ExpressionId, ExpressionKind, RuleId};
use crate::rego::types::{Constant, Shape, Type, Types};
use annotations::Annotated;
use closures::Closures;
use dependents::Dependents;
use fault::{Fault, Found};
pub(super) use query::of_query;
use rustc_hash::FxHashMap;
use std::rc::Rc;
use tree::Tree;
use variables::Variables;

/// From how many rules on it pays to ask first whether anything is wrong at all.
const MANY: u32 = 1_000;

/// A rule of the program: the number of its unit, and the rule in it.
type ProgramRule = (u32, RuleId);

/// What is wrong with the types of a program, in the order OPA records it. The graph is not circular.
///
/// Details are only made for as many errors as are told.
pub(super) fn check_types(units: &[Unit<'_>], program: &Program<'_>, graph: &Graph) -> Vec<CheckError> {
    let Some(first) = units.first() else { return Vec::new() };
    // A ref whose variables are known, and a schema of a part of `data`, are typed by what happens to be typed before.
    let has_schemas = |unit: &Unit<'_>| unit.module.annotations.iter().any(|annotation| !annotation.schemas.is_empty());
    let is_ordered = graph.targets.narrowed || units.iter().any(has_schemas);
    if graph.rules.count() >= MANY && !is_ordered && verdict::is_sound(units, program, graph) {
        return Vec::new();
    }
    let mut checker = Checker::new(units, program, graph, first);
    for (unit, rule) in graph.order() {
        if let Some(unit) = units.get(unit as usize) {
            checker.unit = unit;
            checker.rule(rule);
        }
    }
    checker.told()
}

/// A call of a built-in function with a number of arguments it does not take, in OPA's words; nothing is known of documents
/// and variables. `None` if it is no such call.
pub(super) fn arity_mismatch(unit: &Unit<'_>, program: &Program<'_>, id: ExpressionId) -> Option<CheckError> {
    let expression = unit.nodes.expression(id);
    let ExpressionKind::Call(call) = expression.kind else { return None };
    let (operator, operands) = unit.nodes.terms(call).split_first()?;
    let graph = Graph::default();
    let mut checker = Checker::new(&[], program, &graph, unit);
    let signature = checker.type_of(*operator);
    let Shape::Function { arguments, variadic, .. } = checker.types.shape(signature) else { return None };
    let want = checker.types.items(arguments).to_vec();
    let have = operands.iter().map(|operand| checker.type_of(*operand)).collect();
    let fault = Fault::Arguments { operator: *operator, message: "arity mismatch", have, want, variadic };
    Some(checker.error(&Found { unit: unit.number, location: expression.location, fault }))
}

/// A stage on its way through the rules.
struct Checker<'c, 'm> {
    units: &'c [Unit<'m>],
    program: &'c Program<'m>,
    /// The unit of the rule that is typed.
    unit: &'c Unit<'m>,
    graph: &'c Graph,
    /// The number of a unit, and the path of its package.
    package: (Option<u32>, rules::Path),
    /// Made when it is first asked for.
    dependents: Option<Rc<Dependents>>,
    types: Types,
    /// What rules make.
    documents: Tree,
    /// What `with` replaces while an expression is typed, the last counts first.
    replaced: Vec<Rc<Replaced>>,
    /// Documents that depend on what is replaced, by what it is.
    affected: FxHashMap<with::Target, Option<Rc<Replaced>>>,
    replacements: u32,
    annotated: Annotated,
    variables: Variables,
    closures: Closures,
    /// Signatures of built-in functions, by their places in the capabilities.
    signatures: Vec<Option<Type>>,
    /// The types of a call's arguments; kept for its room alone.
    arguments: Vec<Type>,
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
    fn new(units: &'c [Unit<'m>], program: &'c Program<'m>, graph: &'c Graph, unit: &'c Unit<'m>) -> Self {
        Self {
            units,
            program,
            unit,
            graph,
            package: (None, Vec::new()),
            dependents: None,
            types: Types::default(),
            documents: Tree::with_room(units.iter().map(|unit| unit.rules.len() + 1).sum()),
            replaced: Vec::new(),
            affected: FxHashMap::default(),
            replacements: 0,
            annotated: Annotated::new(units, program),
            variables: Variables::default(),
            closures: Closures::default(),
            signatures: vec![None; program.options.capabilities.builtins().len()],
            arguments: Vec::new(),
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
