//! Rules with one value, and functions.

use super::{Failure, Machine};
use crate::eval::plan::{Kind, Node, NodeId, Rule, RuleId, Term};
use regorus::Value;

impl<'p> Machine<'p> {
    /// Evaluates in the variables of a rule.
    pub(super) fn in_rule<T>(
        &mut self,
        rule: &Rule,
        work: impl FnOnce(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let place = self.place;
        let outer = std::mem::replace(&mut self.frame, vec![None; rule.slots]);
        let result = work(self);
        self.frame = outer;
        self.place = place;
        result
    }

    /// The one value of the rules at a place; `None` where none holds.
    pub(super) fn rules(&mut self, at: &'p Node, operands: &[Value]) -> Result<Option<Value>, Failure> {
        let mut found: Option<Given> = None;
        for rule in &at.rules {
            self.rule(*rule, at, operands, &mut found)?;
            if at.is_constant && found.is_some() {
                break;
            }
        }
        if let (None, Some(default)) = (&found, at.default) {
            self.rule(default, at, operands, &mut found)?;
        }
        Ok(found.map(|given| given.value))
    }

    /// Adds the value of a rule, or of the first `else` of it that has one, to what was found.
    fn rule(&mut self, id: RuleId, at: &Node, operands: &[Value], found: &mut Option<Given>) -> Result<(), Failure> {
        let plan = self.plan;
        let mut next = Some(id);
        while let Some(id) = next {
            let Some(rule) = plan.rules.get(id) else { break };
            let enough = matches!(rule.value, Some(Term::Constant(_)));
            let mut holds = false;
            self.in_rule(rule, |machine| {
                machine.unify_operands(&rule.arguments, operands, &mut |machine| {
                    machine.body(&rule.body, 0, &mut |machine| {
                        let Some(term) = &rule.value else { return Ok(true) };
                        let Some(value) = machine.value(term)? else { return Ok(false) };
                        holds = true;
                        match &*found {
                            Some(known) if known.value != value => {
                                let message = machine.conflict(at, known, &Given { value, rule: id });
                                Err(machine.failure_at("eval_conflict_error", message, machine.place_of(id)))
                            }
                            Some(_) => Ok(enough),
                            None => {
                                *found = Some(Given { value, rule: id });
                                Ok(enough)
                            }
                        }
                    })
                })
            })?;
            if holds {
                break;
            }
            next = rule.otherwise;
        }
        Ok(())
    }

    /// OPA's words for rules that give several values.
    fn conflict(&self, at: &Node, known: &Given, other: &Given) -> String {
        let mut text = if at.kind == Kind::Function {
            format!("function {} produced conflicting values for the same inputs:", at.path)
        } else {
            format!("rule {} produced conflicting values:", at.path)
        };
        for given in [known, other] {
            let value = crate::eval::values::rego(&given.value);
            let place = self.place_of(given.rule);
            let file = self.plan.files.get(place.file);
            let row = file.and_then(|file| file.module.row_and_column(place.location)).map_or(0, |(row, _)| row);
            let name = file.map(|file| file.name.as_str()).unwrap_or_default();
            text.push_str(&format!("\n  {value} at {name}:{row}"));
        }
        text
    }

    /// The result of a function; `None` where it is undefined.
    pub(super) fn function(&mut self, node: NodeId, operands: Vec<Value>) -> Result<Option<Value>, Failure> {
        let at = (node, operands);
        if let Some(known) = self.state.calls.get(&at) {
            return Ok(known.clone());
        }
        let plan = self.plan;
        let Some(rules) = plan.nodes.get(node) else { return Ok(None) };
        let result = self.deeper(|machine| machine.rules(rules, &at.1))?;
        self.state.calls.insert(at, result.clone());
        Ok(result)
    }
}

/// What a rule gave.
struct Given {
    value: Value,
    rule: RuleId,
}
