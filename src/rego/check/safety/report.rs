//! What is told of variables that nothing binds.

use super::reorder::Unsafe;
use crate::rego::check::errors::{CheckError, Code, Place};
use crate::rego::check::names::Symbol;
use crate::rego::check::program::Program;
use crate::rego::check::stage::Stage;
use crate::rego::check::unit::Unit;
use crate::rego::check::variables::{Skip, VariableWalk};
use crate::rego::syntax::{ExpressionId, ExpressionKind, Keyword, Location, RuleId, TermId};
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;

/// Tells the unsafe variables of the bodies of rules.
pub(super) fn report(unit: &mut Unit<'_>, program: &Program<'_>, failed: &[(RuleId, Vec<Unsafe>)]) {
    let scopes = Scopes::new(unit);
    let mut errors = Vec::new();
    for (rule, found) in failed {
        let scope = scopes.of(unit, program, *rule);
        let variables = by_variable(unit, found);
        let targets = targets_of_assignments(unit, found);
        let is_target = |variable: Symbol| targets.contains(&variable) || targets.contains(&unit.origin(variable));
        let told: Vec<(Symbol, Cow<'_, str>, Location)> = variables
            .into_iter()
            .filter_map(|(variable, location)| Some((variable, as_told(unit, program, variable)?, location)))
            .collect();
        let others = told.iter().any(|(variable, ..)| !is_target(*variable));
        for (_, name, location) in told.iter().filter(|(variable, ..)| !(others && is_target(*variable))) {
            let hint = if Keyword::of(name.as_bytes()).is_some() {
                format!(" (hint: `import future.keywords.{name}` to import a future keyword)")
            } else {
                String::new()
            };
            errors.push(error(unit, *location, format!("var {name} is unsafe{scope}{hint}")));
        }
        if told.is_empty() {
            for location in of_made_variables(unit, program, found) {
                errors.push(error(unit, location, format!("expression is unsafe{scope}")));
            }
        }
    }
    for error in errors {
        unit.tell(Stage::BodySafety, error);
    }
}

fn error(unit: &Unit<'_>, location: Location, message: String) -> CheckError {
    let place = location.is_some().then_some(Place { unit: unit.number, location });
    CheckError::new(Code::UnsafeVariable, place, message)
}

/// The name OPA tells a variable by; `None` for one that stands for none of the author's.
pub(super) fn as_told<'p>(unit: &Unit<'_>, program: &'p Program<'_>, variable: Symbol) -> Option<Cow<'p, str>> {
    let variable = unit.origin(variable);
    if variable.ordinal().is_some() {
        return None;
    }
    let name = program.name(unit, variable);
    if name.starts_with("__local") {
        return None;
    }
    Some(if name.starts_with('$') { Cow::Borrowed("_") } else { name })
}

/// What OPA compares places by: row and column, no place last.
type Key = (bool, Option<(u32, u32)>);

fn key(unit: &Unit<'_>, location: Location) -> Key {
    let place = unit.module.row_and_column(location);
    (place.is_none(), place)
}

fn location_of(unit: &Unit<'_>, expression: ExpressionId) -> Location {
    unit.nodes.expression(expression).location
}

/// Each variable with the first place of an expression it is unsafe in, in the order of the places.
fn by_variable(unit: &Unit<'_>, found: &[Unsafe]) -> Vec<(Symbol, Location)> {
    let mut first: FxHashMap<Symbol, (Key, Location)> = FxHashMap::default();
    for Unsafe { expression, variable } in found {
        let location = location_of(unit, *expression);
        let key = key(unit, location);
        let entry = first.entry(*variable).or_insert((key, location));
        if key < entry.0 {
            *entry = (key, location);
        }
    }
    let mut variables: Vec<_> = first.into_iter().collect();
    variables.sort_unstable_by_key(|(variable, (key, _))| (*key, *variable));
    variables.into_iter().map(|(variable, (_, location))| (variable, location)).collect()
}

/// The variables on the left of `:=` in expressions that are unsafe, as they are and as the author wrote them.
fn targets_of_assignments(unit: &Unit<'_>, found: &[Unsafe]) -> FxHashSet<Symbol> {
    let mut targets = FxHashSet::default();
    for Unsafe { expression, .. } in found.iter().filter(|found| unit.is_assigned(found.expression)) {
        if let Some(target) = target_of(unit, *expression) {
            let mut walk = VariableWalk::new(&unit.nodes, Skip::NOTHING, |name, _| {
                let _ = (targets.insert(name), targets.insert(unit.origin(name)));
            });
            walk.term(target);
        }
    }
    targets
}

fn target_of(unit: &Unit<'_>, expression: ExpressionId) -> Option<TermId> {
    let ExpressionKind::Call(call) = unit.nodes.expression(expression).kind else { return None };
    match unit.nodes.terms(call) {
        [_, target, _] => Some(*target),
        _ => None,
    }
}

/// The places of expressions in which made variables are unsafe, of several with the same ones the first.
fn of_made_variables(unit: &Unit<'_>, program: &Program<'_>, found: &[Unsafe]) -> Vec<Location> {
    let mut sorted: Vec<&Unsafe> = found.iter().collect();
    sorted.sort_by_key(|found| (key(unit, location_of(unit, found.expression)), found.expression));
    let mut seen = FxHashSet::default();
    let mut locations = Vec::new();
    for group in sorted.chunk_by(|left, right| left.expression == right.expression) {
        let mut news = false;
        for Unsafe { variable, .. } in group {
            let made = variable.ordinal().is_some() || program.name(unit, *variable).starts_with("__local");
            news |= made && seen.insert(*variable);
        }
        if let (true, Some(first)) = (news, group.first()) {
            locations.push(location_of(unit, first.expression));
        }
    }
    locations
}

/// Which rows of a module hold rules of more than one name, where errors say which rule they are in.
pub(super) struct Scopes {
    shared: FxHashSet<u32>,
}

impl Scopes {
    /// The rows of a unit.
    pub fn new(unit: &Unit<'_>) -> Self {
        let mut first: FxHashMap<u32, RuleId> = FxHashMap::default();
        let mut shared = FxHashSet::default();
        for rule in &unit.rules {
            let mut next = Some(*rule);
            while let Some(id) = next {
                next = unit.nodes.rule(id).and_then(|rule| rule.otherwise);
                if let Some(row) = row_of(unit, id)
                    && !is_same_name(unit, *first.entry(row).or_insert(id), id)
                {
                    let _ = shared.insert(row);
                }
            }
        }
        Self { shared }
    }

    /// What errors in a rule say of it.
    pub fn of(&self, unit: &Unit<'_>, program: &Program<'_>, rule: RuleId) -> String {
        match row_of(unit, rule) {
            Some(row) if self.shared.contains(&row) => {
                format!(" in rule {}", program.reference_text(unit, name_of(unit, rule)))
            }
            _ => String::new(),
        }
    }
}

fn row_of(unit: &Unit<'_>, rule: RuleId) -> Option<u32> {
    let rule = unit.nodes.rule(rule)?;
    unit.module.row_and_column(rule.location).map(|(row, _)| row)
}

/// The parts of a rule's name up to the first that is not ground.
fn name_of<'u>(unit: &'u Unit<'_>, rule: RuleId) -> &'u [TermId] {
    let parts = unit.nodes.rule(rule).map_or(&[][..], |rule| unit.nodes.terms(rule.head.reference));
    let ground = parts.iter().skip(1).take_while(|part| super::ground::is_ground(&unit.nodes, **part)).count();
    parts.get(..parts.len().min(ground + 1)).unwrap_or_default()
}

fn is_same_name(unit: &Unit<'_>, left: RuleId, right: RuleId) -> bool {
    let (left, right) = (name_of(unit, left), name_of(unit, right));
    left.len() == right.len()
        && left.iter().zip(right).all(|(left, right)| super::equal::terms_are_equal(&unit.nodes, *left, *right))
}
