//! What is known of the types in a query.

use super::Checker;
use crate::rego::check::Compiled;
use crate::rego::check::names::Symbol;
use crate::rego::check::program::numbered;
use crate::rego::check::walk::{Enter, Node, of_body, walk};
use crate::rego::syntax::TermKind;
use crate::rego::types::Type;
use std::collections::BTreeSet;

/// What OPA tells of a type it does not know.
const UNKNOWN: &str = "<nil>";

/// The refs of a program's query in the order of a walk, then its variables by name, each with its type.
pub(in crate::rego::check) fn of_query(compiled: &Compiled<'_>) -> Vec<(String, String)> {
    let Compiled { program, units, graph } = compiled;
    let Some(asked) = units.iter().find(|unit| unit.asked.is_some()) else { return Vec::new() };
    let Some(query) = asked.asked.as_ref().map(|asked| asked.rule) else { return Vec::new() };
    let mut checker = Checker::new(units, program, graph, asked);
    let others = graph.order().filter(|(unit, rule)| (*unit, *rule) != (asked.number, query));
    for (unit, rule) in others {
        if let Some(unit) = units.get(unit as usize) {
            checker.unit = unit;
            checker.rule(rule);
        }
    }
    checker.unit = asked;
    checker.rule(query);
    let mut told = Vec::new();
    let mut variables: BTreeSet<(String, Symbol)> = BTreeSet::new();
    let mut references = Vec::new();
    let mut heads = Vec::new();
    let Some(body) = asked.nodes.rule(query).map(|rule| rule.body) else { return Vec::new() };
    walk(&asked.nodes, of_body(&asked.nodes, body), |node| {
        let Node::Term(term) = node else { return Enter::Yes };
        match asked.nodes.term(term).kind {
            TermKind::Ref(parts) => {
                references.push((term, parts));
                heads.extend(asked.nodes.terms(parts).first().copied());
            }
            TermKind::Var(name) if !heads.contains(&term) => {
                let text = numbered(&program.rewritten_text(asked, term), asked, units);
                let _ = variables.insert((text, name));
            }
            _ => {}
        }
        Enter::Yes
    });
    for (term, parts) in references {
        let of = checker.type_of_reference(checker.terms(parts));
        told.push((numbered(&program.rewritten_text(asked, term), asked, units), checker.shown(of)));
    }
    for (text, name) in variables {
        let of = checker.variables.get(name);
        told.push((text, checker.shown(of)));
    }
    told
}

impl Checker<'_, '_> {
    fn shown(&self, of: Type) -> String {
        if of.is_unknown() { UNKNOWN.to_owned() } else { self.types.text(of) }
    }
}
