//! Calls of functions there are, with as many arguments as they take.

use super::errors::{CheckError, Code, Place};
use super::names::Symbol;
use super::program::{Program, names_operator};
use super::stage::Stage;
use super::types;
use super::unit::Unit;
use super::walk::{Enter, Node, of_rule, walk};
use crate::rego::syntax::{ExpressionId, ExpressionKind, TermId, TermKind};

/// Tells calls of undefined functions and calls with too few or too many arguments; calls in what is told are passed over.
///
/// A call that was written may have one argument more: a place for its result. One that was made has it always.
pub(super) fn check(unit: &mut Unit<'_>, program: &Program<'_>) {
    let mut path = Vec::new();
    if unit.nodes.all_expressions().all(|(id, _)| fits(unit, program, id, &mut path)) {
        return;
    }
    let mut errors = Vec::new();
    for rule in unit.rules_with_else() {
        walk(&unit.nodes, of_rule(&unit.nodes, rule), |node| {
            let Node::Expression(id) = node else { return Enter::Yes };
            match error(unit, program, id, &mut path) {
                None => Enter::Yes,
                Some(error) => {
                    errors.push(error);
                    Enter::No
                }
            }
        });
    }
    for error in errors {
        unit.tell(Stage::UndefinedFunctions, error);
    }
}

/// Whether an expression is no call, or one of a function there is with as many arguments as it takes.
fn fits(unit: &Unit<'_>, program: &Program<'_>, id: ExpressionId, path: &mut Vec<Symbol>) -> bool {
    let expression = unit.nodes.expression(id);
    let ExpressionKind::Call(call) = expression.kind else { return true };
    let Some((operator, operands)) = unit.nodes.terms(call).split_first() else { return true };
    let Some(arity) = program.arity_of(unit, *operator, path) else { return false };
    let given = operands.len();
    // A query's call of a rule is told by its types.
    if unit.asked.is_some() && program.builtin(path).is_none() {
        return true;
    }
    given == arity + 1 || if expression.generated { path.as_slice() == [Symbol::EQ] } else { given == arity }
}

fn error(unit: &Unit<'_>, program: &Program<'_>, id: ExpressionId, path: &mut Vec<Symbol>) -> Option<CheckError> {
    if fits(unit, program, id, path) {
        return None;
    }
    let expression = unit.nodes.expression(id);
    let ExpressionKind::Call(call) = expression.kind else { return None };
    let (operator, operands) = unit.nodes.terms(call).split_first()?;
    let place = expression.location.is_some().then_some(Place { unit: unit.number, location: expression.location });
    let name = program.term_text(unit, *operator);
    let Some(arity) = program.arity_of(unit, *operator, path) else {
        return Some(CheckError::new(Code::Type, place, format!("undefined function {name}")));
    };
    let of_builtin = program.builtin(path).and_then(|_| types::arity_mismatch(unit, program, id));
    if of_builtin.is_some() {
        return of_builtin;
    }
    let given = operands.len().saturating_sub(usize::from(expression.generated));
    let plural = if given == 1 { "" } else { "s" };
    let message = format!("function {name} has arity {arity}, got {given} argument{plural}");
    Some(CheckError::new(Code::Type, place, message))
}

impl Program<'_> {
    /// How many arguments the function takes that a call's operator names; `None` if there is none. `path` then has the
    /// names of the operator.
    fn arity_of(&self, unit: &Unit<'_>, operator: TermId, path: &mut Vec<Symbol>) -> Option<usize> {
        if names_operator(unit, operator, path) {
            return self.arity(path);
        }
        let TermKind::Ref(parts) = unit.nodes.term(operator).kind else { return None };
        self.rules.arity_of_reference(&unit.nodes, parts)
    }
}

#[cfg(test)]
mod tests {
    use crate::rego::check::CheckOptions;
    use crate::rego::check::tests::messages;

    #[test]
    fn a_call_may_have_one_argument_more_for_its_result() {
        let call = |call: &str| {
            messages(&[&format!("package a\n\nf(x) := x\n\np if {{\n\t{call}\n}}")], &CheckOptions::default())
        };
        assert!(call("f(1, 1)").is_empty());
        assert_eq!(call("f(1, 1, 1)"), ["function data.a.f has arity 1, got 3 arguments"]);
        assert_eq!(call("g(f(1, 2, 3))"), ["undefined function g", "function data.a.f has arity 1, got 3 arguments"]);
        assert_eq!(call("count()"), ["count: arity mismatch"]);
    }
}
