//! Variables that are declared for nothing.

use super::Locals;
use super::scopes::{Entry, Occurrence};
use crate::rego::check::declared::declared_in_expression;
use crate::rego::check::names::Symbol;
use crate::rego::check::walk::{Node, each_variable};
use crate::rego::syntax::{Body, ExpressionId, ExpressionKind, Location};

/// The variables the expressions of a body declared before it was rewritten; none where no `some` stands in it.
pub(super) struct DeclaredAt(Vec<(Symbol, Location)>);

impl Locals<'_, '_> {
    /// What the `some`, `every`, `not`, `and`, `or` of a body declare.
    pub(super) fn declared_at(&self, body: Body) -> DeclaredAt {
        let nodes = &self.unit.nodes;
        let expressions = nodes.body(body);
        let kind = |id: &ExpressionId| nodes.expression(*id).kind;
        if !expressions.iter().any(|id| matches!(kind(id), ExpressionKind::Some { .. })) {
            return DeclaredAt(Vec::new());
        }
        let mut at = Vec::new();
        for id in expressions {
            if !matches!(kind(id), ExpressionKind::Term(_) | ExpressionKind::Call(_)) {
                let mut declared = Vec::new();
                declared_in_expression(nodes, *id, &mut declared);
                at.extend(declared.into_iter().map(|name| (name, nodes.expression(*id).location)));
            }
        }
        DeclaredAt(at)
    }

    /// Tells variables that `:=` declares and nothing uses; only the first body of a rule that has some is told of.
    pub(super) fn unused_assigned(&mut self, body: Body, used: &[Symbol]) {
        if !self.unit.is_strict(self.program.options) || self.refused > 0 || !self.unused.is_empty() {
            return;
        }
        let unused: Vec<(Symbol, Symbol)> = self
            .scopes
            .current()
            .iter()
            .filter(|entry| entry.occurrence == Occurrence::Assigned && entry.count <= 1)
            .filter(|entry| !self.program.names.is_wildcard(entry.name) && !used.contains(&entry.becomes))
            .filter(|entry| !used.contains(&entry.name) || self.scopes.declared(entry.name) != Some(entry.becomes))
            .map(|entry| (entry.name, entry.becomes))
            .collect();
        for (name, becomes) in unused {
            let nodes = &self.unit.nodes;
            let holds = |id: &&ExpressionId| {
                let mut found = false;
                each_variable(nodes, [Node::Expression(**id)], |variable| found |= variable == becomes);
                found
            };
            let expressions = nodes.body(body);
            let place = expressions.iter().find(holds).or(expressions.first());
            let location = place.map_or(Location::NONE, |id| nodes.expression(*id).location);
            self.unused.push((location, format!("assigned var {} unused", self.program.name(self.unit, name))));
        }
    }

    /// Tells variables that `some` declares and nothing uses.
    pub(super) fn unused_declared(&mut self, body: Body, used: &[Symbol], at: &DeclaredAt) {
        if self.refused > 0 || !self.unused.is_empty() {
            return;
        }
        let is_used = |entry: &&Entry| used.contains(&entry.name) && self.scopes.find_here(entry.name).is_some();
        let unused: Vec<Symbol> = self
            .scopes
            .current()
            .iter()
            .filter(|entry| entry.occurrence == Occurrence::Declared && !entry.met && !is_used(entry))
            .map(|entry| entry.name)
            .filter(|name| name.ordinal().is_none() && !self.program.names.text(*name).starts_with("__local"))
            .collect();
        for name in unused {
            let first = self.unit.nodes.body(body).first().map(|id| self.unit.nodes.expression(*id).location);
            let place = at.0.iter().find(|(declared, _)| *declared == name).map(|(_, location)| *location);
            let location = place.or(first).unwrap_or(Location::NONE);
            self.unused.push((location, format!("declared var {} unused", self.program.name(self.unit, name))));
        }
    }
}
