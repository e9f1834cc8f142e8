//! Variables with the name of a built-in function.

use super::Locals;
use super::scopes::Occurrence;
use crate::rego::check::declared::declared_variables;
use crate::rego::check::names::Symbol;
use crate::rego::check::variables::{Skip, VariableWalk};
use crate::rego::check::walk::{Enter, Node, of_body, of_head, walk};
use crate::rego::syntax::{Body, RuleId};

impl Locals<'_, '_> {
    /// Gives variables of a body that have the name of a built-in function names of their own, so that no later stage takes
    /// them for it. Operators, declared variables, and what stands in a `with` of the rule are left alone.
    pub(super) fn builtin_names(&mut self, rule: RuleId, body: Body) {
        let program = self.program;
        let mut found = Vec::new();
        let mut walk = VariableWalk::new(&self.unit.nodes, Skip::FOR_SAFETY, |name, _| {
            if program.is_builtin_name(name) {
                found.push(name);
            }
        });
        walk.body(body);
        if found.is_empty() {
            return;
        }
        let mut spared = Vec::new();
        declared_variables(&self.unit.nodes, body, &mut spared);
        self.names_in_withs(rule, &mut spared);
        found.sort_by_key(|name| program.names.text(*name));
        found.dedup();
        for name in found {
            if !spared.contains(&name) && self.scopes.declared(name).is_none() {
                let becomes = self.unit.make(Some(name));
                self.scopes.insert(name, becomes, Occurrence::Seen);
            }
        }
    }

    /// The variables of targets and values of all `with` of a rule, its head and its `else` among them.
    fn names_in_withs(&self, rule: RuleId, names: &mut Vec<Symbol>) {
        let nodes = &self.unit.nodes;
        let mut next = Some(rule);
        while let Some(rule) = next.and_then(|id| nodes.rule(id)) {
            walk(nodes, of_head(nodes, &rule.head).chain(of_body(nodes, rule.body)), |node| {
                if let Node::With { target, value } = node {
                    let skip = Skip { call_heads: true, ..Skip::NOTHING };
                    let mut walk = VariableWalk::new(nodes, skip, |name, _| names.push(name));
                    walk.term(target);
                    walk.term(value);
                }
                Enter::Yes
            });
            next = rule.otherwise;
        }
    }
}
