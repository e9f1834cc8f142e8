//! A query: a body that is asked of a program.
//!
//! It goes through the stages as the body of a rule that nothing leads to. What its expressions give is held by
//! variables, as OPA's `rego` package does it before it evaluates a query.

use super::lower;
use super::names::{Interner, Symbol};
use super::program::{Program, operator};
use super::rewrite::{NOWHERE, call, equality_operator};
use super::stage::Stage;
use super::unit::{Unit, UnitImport};
use super::walk::{Enter, Node, walk};
use crate::rego::syntax::{
    Body, Expression, ExpressionId, ExpressionKind, Head, List, Module, Rule, RuleId, TermId, TermKind,
};

/// A query, and what its names mean.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'m> {
    /// The module its nodes are in.
    pub module: &'m Module,
    /// Its expressions.
    pub body: Body,
    /// The package whose rules its names mean, `data` first; empty for none.
    pub package: &'m [String],
    /// Paths, and the names they get.
    pub imports: &'m [(Vec<String>, Option<String>)],
    /// Whether the values of its expressions are held.
    pub captured: bool,
}

/// The query of a unit.
#[derive(Debug, Clone)]
pub struct AskedRule {
    /// The rule that has its body.
    pub rule: RuleId,
    /// The variables that hold the values of expressions.
    pub captured: Vec<(ExpressionId, Symbol)>,
    /// Whether there are to be such variables.
    captures: bool,
    /// The author's variable that those variables are told as.
    pub(super) wildcard: Symbol,
}

/// The name of the rule; no rule of an author is called so.
const NAME: &str = "policy query";

/// What stands for the author's variable of one that holds a value.
const HOLDER: &str = "$term";

/// The unit of a query.
pub(super) fn lowered<'m>(asked: &Asked<'m>) -> (Unit<'m>, Interner<'m>) {
    let (mut unit, mut interner) = lower::lower(asked.module);
    unit.package = path(&mut unit, &mut interner, asked.package);
    for (names, alias) in asked.imports {
        let parts = path(&mut unit, &mut interner, names);
        let parts = unit.nodes.add_terms(&parts);
        let path = unit.nodes.add_term(TermKind::Ref(parts), NOWHERE);
        let alias = alias.as_deref().map(|alias| interner.symbol(alias));
        unit.imports.push(UnitImport { path, alias, location: NOWHERE });
    }
    let name = unit.nodes.add_term(TermKind::Var(interner.symbol(NAME)), NOWHERE);
    let reference = unit.nodes.add_terms(&[name]);
    let value = unit.nodes.add_term(TermKind::Boolean(true), NOWHERE);
    let head = Head {
        name: None,
        reference,
        arguments: List::EMPTY,
        key: None,
        value: Some(value),
        assign: false,
        generated_value: true,
        has_if: true,
        has_contains: false,
        location: NOWHERE,
    };
    let rule = unit.nodes.add_rule(Rule {
        head,
        body: asked.body,
        otherwise: None,
        default: false,
        chained: false,
        generated_body: false,
        location: NOWHERE,
    });
    unit.rules = vec![rule];
    let wildcard = interner.symbol(HOLDER);
    unit.asked = Some(AskedRule { rule, captured: Vec::new(), captures: asked.captured, wildcard });
    lower::note_names(&mut unit);
    (unit, interner)
}

fn path<'m>(unit: &mut Unit<'m>, interner: &mut Interner<'m>, names: &'m [String]) -> Vec<TermId> {
    let mut parts = Vec::with_capacity(names.len());
    for (place, name) in names.iter().enumerate() {
        let symbol = interner.symbol(name);
        let kind = if place == 0 { TermKind::Var(symbol) } else { TermKind::String { value: symbol, raw: false } };
        parts.push(unit.nodes.add_term(kind, NOWHERE));
    }
    parts
}

/// Gives the values of a query's expressions variables; those that must hold are asked for once more behind the others.
pub(super) fn capture(unit: &mut Unit<'_>, program: &Program<'_>) {
    let Some(mut asked) = unit.asked.clone().filter(|asked| asked.captures) else { return };
    let Some(rule) = unit.nodes.rule(asked.rule).copied() else { return };
    unit.begin(Stage::Captures);
    let mut body = unit.nodes.body(rule.body).to_vec();
    let holds = body.len() > 1 || iterates(unit, program, &body);
    for id in body.clone() {
        let expression = *unit.nodes.expression(id);
        if expression.negated {
            continue;
        }
        let name = match expression.kind {
            ExpressionKind::Term(term) => {
                let (name, variable) = holder(unit, &asked, term);
                let equality = equality_operator(&mut unit.nodes, expression.location);
                let terms = unit.nodes.add_terms(&[equality, term, variable]);
                set_kind(unit, id, ExpressionKind::Call(terms));
                name
            }
            ExpressionKind::Call(terms) if gives_a_value(unit, program, terms) => {
                let mut all = unit.nodes.terms(terms).to_vec();
                let Some(first) = all.first().copied() else { continue };
                let (name, variable) = holder(unit, &asked, first);
                all.push(variable);
                let terms = unit.nodes.add_terms(&all);
                set_kind(unit, id, ExpressionKind::Call(terms));
                name
            }
            _ => continue,
        };
        asked.captured.push((id, name));
        if holds {
            let term = unit.nodes.add_term(TermKind::Var(name), expression.location);
            let must = call(&mut unit.nodes, &[], expression.location);
            set_kind(unit, must, ExpressionKind::Term(term));
            body.push(must);
        }
    }
    let body = unit.nodes.add_body(&body);
    if let Some(rule) = unit.nodes.rule_mut(asked.rule) {
        rule.body = body;
    }
    unit.asked = Some(asked);
}

fn set_kind(unit: &mut Unit<'_>, id: ExpressionId, kind: ExpressionKind) {
    if let Some(expression) = unit.nodes.expression_mut(id) {
        *expression = Expression { kind, ..*expression };
    }
}

fn holder(unit: &mut Unit<'_>, asked: &AskedRule, at: TermId) -> (Symbol, TermId) {
    let name = unit.make(Some(asked.wildcard));
    let location = unit.nodes.term(at).location;
    (name, unit.nodes.add_term(TermKind::Var(name), location))
}

/// Whether a call has a value and does not give it to an argument.
fn gives_a_value(unit: &Unit<'_>, program: &Program<'_>, terms: List<TermId>) -> bool {
    let Some(path) = operator(unit, terms) else { return false };
    if matches!(path.as_slice(), [Symbol::EQ | Symbol::ASSIGN]) {
        return false;
    }
    let is_void = program.builtin(&path).is_some_and(|builtin| builtin.void);
    !is_void && program.arity(&path).is_some_and(|arity| arity + 1 == terms.len())
}

/// Whether a body may hold in several ways.
fn iterates(unit: &Unit<'_>, program: &Program<'_>, body: &[ExpressionId]) -> bool {
    let mut found = false;
    walk(&unit.nodes, body.iter().copied().map(Node::Expression), |node| {
        let Node::Term(term) = node else { return Enter::Yes };
        match unit.nodes.term(term).kind {
            _ if found => return Enter::No,
            TermKind::ArrayComprehension { .. }
            | TermKind::SetComprehension { .. }
            | TermKind::ObjectComprehension { .. } => return Enter::No,
            TermKind::Ref(parts) => {
                let names = super::program::ground_names(&unit.nodes, parts);
                let is_relation = program.builtin(&names).is_some_and(|builtin| builtin.relation);
                let behind = unit.nodes.terms(parts).iter().skip(1);
                found |= is_relation || behind.copied().any(|part| unit.variable(part).is_some());
            }
            _ => {}
        }
        Enter::Yes
    });
    found
}
