//! The closures in an expression: comprehensions, and the bodies of `every`, `not`, `and` and `or`.

use super::ground::is_ground;
use crate::rego::check::names::Symbol;
use crate::rego::check::variables::{Skip, VariableWalk};
use crate::rego::syntax::{ExpressionId, ExpressionKind, Nodes, Part, TermId, TermKind};

/// Gives the variables of the closures of an expression to `found`, all that are in them among them.
pub(super) fn variables_of_closures(nodes: &Nodes<Symbol>, id: ExpressionId, found: &mut Vec<Symbol>) {
    let expression = nodes.expression(id);
    let mut walk = VariableWalk::new(nodes, Skip::NOTHING, |name, _| found.push(name));
    let mut comprehensions = Vec::new();
    match expression.kind {
        ExpressionKind::Every { body, .. } | ExpressionKind::Not { body, .. } => walk.body(body),
        ExpressionKind::And(logical) | ExpressionKind::Or(logical) => {
            walk.body(logical.left);
            walk.body(logical.right);
        }
        _ => in_terms_of(nodes, id, Grounds::Entered, &mut comprehensions),
    }
    in_withs_of(nodes, id, Grounds::Entered, &mut comprehensions);
    comprehensions.into_iter().for_each(|comprehension| walk.term(comprehension));
}

/// The outermost comprehensions in the terms of an expression, but for those that OPA does not look into when it orders
/// bodies.
pub(super) fn comprehensions(nodes: &Nodes<Symbol>, id: ExpressionId) -> Vec<TermId> {
    let mut found = Vec::new();
    in_terms_of(nodes, id, Grounds::Passed, &mut found);
    in_withs_of(nodes, id, Grounds::Passed, &mut found);
    found
}

/// What is done with sets and objects that are ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grounds {
    Entered,
    Passed,
}

fn in_terms_of(nodes: &Nodes<Symbol>, id: ExpressionId, grounds: Grounds, found: &mut Vec<TermId>) {
    match nodes.expression(id).kind {
        ExpressionKind::Term(term) => {
            let _ = in_term(nodes, term, grounds, found);
        }
        ExpressionKind::Call(list) | ExpressionKind::Some { symbols: list, .. } => {
            for term in nodes.terms(list) {
                let _ = in_term(nodes, *term, grounds, found);
            }
        }
        _ => {}
    }
}

fn in_withs_of(nodes: &Nodes<Symbol>, id: ExpressionId, grounds: Grounds, found: &mut Vec<TermId>) {
    for with in nodes.withs(nodes.expression(id).with) {
        let _ = in_term(nodes, with.target, grounds, found);
        let _ = in_term(nodes, with.value, grounds, found);
    }
}

/// Adds the outermost comprehensions of a term to `found`; whether the term is ground.
fn in_term(nodes: &Nodes<Symbol>, term: TermId, grounds: Grounds, found: &mut Vec<TermId>) -> bool {
    match nodes.term(term).kind {
        TermKind::Null | TermKind::Boolean(_) | TermKind::Number(_) | TermKind::String { .. } => true,
        TermKind::Var(_) => false,
        TermKind::Ref(parts) => {
            let mut ground = true;
            for (place, part) in nodes.terms(parts).iter().enumerate() {
                ground &= in_term(nodes, *part, grounds, found) || place == 0;
            }
            ground
        }
        TermKind::Call(list) | TermKind::Array(list) => in_all(nodes, nodes.terms(list), grounds, found),
        TermKind::Object(list) | TermKind::Set(list) => {
            let height = found.len();
            let ground = in_all(nodes, nodes.terms(list), grounds, found);
            if ground && grounds == Grounds::Passed {
                found.truncate(height);
            }
            ground
        }
        TermKind::ArrayComprehension { .. }
        | TermKind::SetComprehension { .. }
        | TermKind::ObjectComprehension { .. } => {
            found.push(term);
            grounds == Grounds::Entered || is_ground(nodes, term)
        }
        TermKind::TemplateString { parts, .. } => {
            for part in nodes.parts(parts) {
                match part {
                    Part::Term(term) => {
                        let _ = in_term(nodes, *term, grounds, found);
                    }
                    Part::Expression(expression) => {
                        in_terms_of(nodes, *expression, grounds, found);
                        in_withs_of(nodes, *expression, grounds, found);
                    }
                }
            }
            false
        }
    }
}

fn in_all(nodes: &Nodes<Symbol>, terms: &[TermId], grounds: Grounds, found: &mut Vec<TermId>) -> bool {
    let mut ground = true;
    for term in terms {
        ground &= in_term(nodes, *term, grounds, found);
    }
    ground
}
