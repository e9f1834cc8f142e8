//! What a rule wants to lie at places, and the ways in which it may hold.

use super::found::Found;
use super::paths::Places;
use super::reader::{Constants, Reader};
use crate::eval::Value;
use crate::eval::plan::{Body, ExpressionKind, Function, Rule};

/// In how many ways a rule may hold before they are no longer told apart.
const MOST_PATHS: usize = 32;

/// Whether no rule lies at a path of `data`, nor on the way there, nor behind it.
pub(in crate::eval::plan) type Bases<'b> = &'b dyn Fn(&[Value]) -> bool;

/// What a rule wants.
#[derive(Debug, Default)]
pub(super) struct Entries {
    /// What it always wants.
    pub(super) always: Vec<Found>,
    /// Of each of these one of several.
    pub(super) either: Vec<Vec<Vec<Found>>>,
    /// Places at which keys lie of what lies at others.
    pub(super) keys: Vec<(usize, usize)>,
}

impl Entries {
    pub(super) fn of_rule(rule: &Rule, bases: Bases<'_>, places: &mut Places) -> Self {
        let mut reader = Reader { rule, bases, places, outer: &[], entries: Self::default() };
        if !has_effects(&rule.body) {
            reader.body(&rule.body, &mut Constants::new());
        }
        reader.entries
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Found> {
        self.always.iter().chain(self.either.iter().flatten().flatten())
    }

    /// The ways in which the rule may hold.
    pub(super) fn paths(&self) -> Vec<Vec<Found>> {
        let mut paths = vec![self.always.clone()];
        for ways in &self.either {
            if paths.len() * ways.len() > MOST_PATHS {
                return vec![self.always.clone()];
            }
            let longer = |path: &Vec<Found>, way: &Vec<Found>| path.iter().chain(way).cloned().collect();
            paths = paths.iter().flat_map(|path| ways.iter().map(move |way| longer(path, way))).collect();
        }
        paths
    }
}

/// Whether a body prints or records cases, which it must do even where the rule does not hold.
fn has_effects(body: &Body) -> bool {
    body.iter().any(|expression| match &expression.kind {
        ExpressionKind::Call { function: Function::Builtin(name), .. } => {
            name == "internal.print" || name == "internal.test_case"
        }
        ExpressionKind::Every { body, .. } | ExpressionKind::Not(body) => has_effects(body),
        ExpressionKind::And(left, right) | ExpressionKind::Or(left, right) => has_effects(left) || has_effects(right),
        _ => false,
    })
}
