//! Where the variables of a rule get their values from.

use crate::rego::capabilities::{Builtin, Capabilities};
use crate::rego::check::graph::bindings::equation;
use crate::rego::check::names::Symbol;
use crate::rego::check::path::{Key, is_constant};
use crate::rego::check::program::Program;
use crate::rego::check::unit::Unit;
use crate::rego::syntax::{ExpressionKind, RuleId, TermId, TermKind};
use crate::rego::types::{Shape, Type, Types};
use rustc_hash::FxHashMap;

/// Where a variable gets its value from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Origin<'a> {
    /// A ref to `input`, as far as it is constant.
    Input(&'a [TermId]),
    /// A ref to `data`, as far as it is constant.
    Rule(&'a [TermId]),
    /// A constant collection whose members it goes through.
    Collection(TermId),
    /// A built-in function's result.
    Builtin(&'static Builtin),
    /// A key in the head of its rule.
    Key,
    /// An argument of its function.
    Argument,
}

/// Where the variables at an expression of a rule's body get their values from.
pub(super) struct Origins<'a, 'm> {
    unit: &'a Unit<'m>,
    bindings: FxHashMap<Symbol, TermId>,
    outputs: FxHashMap<Symbol, &'static Builtin>,
    head: FxHashMap<Symbol, Origin<'a>>,
    /// How many steps from variable to variable are followed.
    limit: usize,
}

impl<'a, 'm> Origins<'a, 'm> {
    pub(super) fn new(program: &Program<'_>, unit: &'a Unit<'m>, rule: RuleId, expression: usize) -> Self {
        let nodes = &unit.nodes;
        let mut origins = Self {
            unit,
            bindings: FxHashMap::default(),
            outputs: FxHashMap::default(),
            head: FxHashMap::default(),
            limit: 0,
        };
        let Some(rule) = nodes.rule(rule) else { return origins };
        origins.limit = rule.body.len();
        for id in nodes.body(rule.body).iter().take(expression) {
            let expression = nodes.expression(*id);
            if expression.negated || !expression.with.is_empty() {
                continue;
            }
            if let Some((left, right)) = equation(nodes, &expression.kind) {
                for (variable, value) in [(left, right), (right, left)] {
                    if let Some(variable) = unit.variable(variable) {
                        let _ = origins.bindings.entry(variable).or_insert(value);
                    }
                }
                continue;
            }
            origins.add_output(program, &expression.kind);
        }
        let keys = nodes.terms(rule.head.reference).iter().skip(1).chain(&rule.head.key);
        for (terms, origin) in
            [(keys.copied().collect(), Origin::Key), (nodes.terms(rule.head.arguments).to_vec(), Origin::Argument)]
        {
            let terms: Vec<TermId> = terms;
            origins
                .head
                .extend(terms.iter().filter_map(|term| unit.variable(*term)).map(|variable| (variable, origin)));
        }
        origins
    }

    fn add_output(&mut self, program: &Program<'_>, kind: &ExpressionKind) {
        let ExpressionKind::Call(call) = *kind else { return };
        let Some((operator, operands)) = self.unit.nodes.terms(call).split_first() else { return };
        let name = program.term_text(self.unit, *operator);
        let Some(builtin) = Capabilities::current().builtin(&name) else { return };
        if operands.len() == builtin.arity + 1
            && let Some(output) = operands.last().and_then(|output| self.unit.variable(*output))
        {
            let _ = self.outputs.insert(output, builtin);
        }
    }

    /// Where a variable gets its value from, if that is known.
    pub(super) fn of(&self, variable: Symbol) -> Option<Origin<'a>> {
        let mut variable = variable;
        for _ in 0..=self.limit {
            if let Some(builtin) = self.outputs.get(&variable) {
                return Some(Origin::Builtin(builtin));
            }
            match self.bindings.get(&variable).map(|value| self.unit.nodes.term(*value).kind) {
                Some(TermKind::Var(other)) => variable = other,
                Some(TermKind::Ref(parts)) => {
                    let found = self.of_reference(self.unit.nodes.terms(parts));
                    return found.or_else(|| self.head.get(&variable).copied());
                }
                _ => return self.head.get(&variable).copied(),
            }
        }
        None
    }

    fn of_reference(&self, parts: &'a [TermId]) -> Option<Origin<'a>> {
        let nodes = &self.unit.nodes;
        let (head, behind) = parts.split_first()?;
        let constant = behind.iter().take_while(|part| is_constant(nodes, **part)).count();
        let prefix = parts.get(..=constant)?;
        match (self.unit.variable(*head), behind) {
            (Some(Symbol::INPUT), _) => Some(Origin::Input(prefix)),
            (Some(Symbol::DATA), _) => Some(Origin::Rule(prefix)),
            (_, [index]) if !is_constant(nodes, *index) => self.collection(*head).map(Origin::Collection),
            _ => None,
        }
    }

    /// The constant collection a term is or is bound to.
    fn collection(&self, term: TermId) -> Option<TermId> {
        let mut term = term;
        for _ in 0..=self.bindings.len() {
            let Some(variable) = self.unit.variable(term) else { break };
            term = *self.bindings.get(&variable)?;
        }
        match self.unit.nodes.term(term).kind {
            TermKind::Array(_) | TermKind::Set(_) | TermKind::Object(_) => {
                is_constant(&self.unit.nodes, term).then_some(term)
            }
            _ => None,
        }
    }

    /// Whether a built-in function may give a value.
    pub(super) fn may_return(&self, builtin: &Builtin, value: Key) -> bool {
        let mut types = Types::default();
        let signature = builtin.signature(&mut types);
        let Shape::Function { result, .. } = types.shape(signature) else { return true };
        let of = match value {
            Key::Null => Type::NULL,
            Key::Boolean(_) => Type::BOOLEAN,
            Key::Number(_) => Type::NUMBER,
            Key::Name(_) => Type::STRING,
        };
        types.is_nil(result) || types.contains(result, of)
    }
}
