//! Variables that are declared for nothing.

use super::Locals;
use super::scopes::Occurrence;
use crate::rego::check::declared::declared_in_expression;
use crate::rego::check::names::Symbol;
use crate::rego::check::walk::{Node, each_variable, of_body};
use crate::rego::syntax::{Body, ExpressionId, ExpressionKind, Location};
use rustc_hash::FxHashSet;

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
        if !self.program.options.strict || self.refused > 0 || !self.unused.is_empty() {
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
                each_variable(nodes, &[Node::Expression(**id)], |variable| found |= variable == becomes);
                found
            };
            let expressions = nodes.body(body);
            let place = expressions.iter().find(holds).or(expressions.first());
            let location = place.map_or(Location::NONE, |id| nodes.expression(*id).location);
            self.unused.push((location, format!("assigned var {} unused", self.program.name(self.unit, name))));
        }
    }

    /// Tells variables that `some` declares and nothing uses.
    pub(super) fn unused_declared(&mut self, body: Body, rewritten: Body, used: &[Symbol], at: &DeclaredAt) {
        if self.refused > 0 || !self.unused.is_empty() {
            return;
        }
        let declared: Vec<(Symbol, Symbol)> = self
            .scopes
            .current()
            .iter()
            .filter(|entry| entry.occurrence == Occurrence::Declared)
            .map(|entry| (entry.name, entry.becomes))
            .collect();
        if declared.is_empty() {
            return;
        }
        let mut met = FxHashSet::default();
        each_variable(&self.unit.nodes, &of_body(&self.unit.nodes, rewritten), |name| {
            let _ = met.insert(name);
        });
        for name in used {
            let _ = met.insert(self.scopes.declared(*name).unwrap_or(*name));
        }
        for (name, becomes) in declared {
            if met.contains(&becomes) || name.ordinal().is_some() {
                continue;
            }
            let first = self.unit.nodes.body(body).first().map(|id| self.unit.nodes.expression(*id).location);
            let place = at.0.iter().find(|(declared, _)| *declared == name).map(|(_, location)| *location);
            let location = place.or(first).unwrap_or(Location::NONE);
            self.unused.push((location, format!("declared var {} unused", self.program.name(self.unit, name))));
        }
    }
}
