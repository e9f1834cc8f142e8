//! Rules with one value, and functions.

use super::events::{Node, Operation};
use super::{Failure, Flow, Machine};
use crate::eval::Value;
use crate::eval::plan::{self, Kind, NodeId, RuleId};

impl<'p> Machine<'p> {
    /// Goes on, out of the rules at a place, with the one value they give. Those behind the first that gives one are
    /// evaluated after that: they may only give the same.
    pub(super) fn rules(&mut self, at: &'p plan::Node, operands: &[Value], give: Told<'_, 'p>) -> Flow {
        let mut found = Found { given: None, stops: false };
        let candidates = self.candidates(at, operands);
        let mut done = None;
        for (group, rule) in candidates.rules {
            if done == Some(group) {
                continue;
            }
            if self.rule(rule, at, operands, candidates.ends_early, &mut found, give)? {
                done = Some(group);
            }
            if candidates.ends_early && found.given.is_some() {
                break;
            }
        }
        if let (None, Some(default)) = (&found.given, at.default) {
            let _ = self.rule(default, at, operands, candidates.ends_early, &mut found, give)?;
        }
        Ok(found.stops)
    }

    /// Gives the value of a rule, and tells whether it has one.
    fn rule(
        &mut self,
        id: RuleId,
        at: &plan::Node,
        operands: &[Value],
        ends_early: bool,
        found: &mut Found,
        give: Told<'_, 'p>,
    ) -> Result<bool, Failure> {
        let plan = self.plan;
        let Some(rule) = plan.rules.get(id) else { return Ok(false) };
        let mut holds = false;
        self.in_rule(rule, |machine| {
            machine.tell(Operation::Enter, Node::Rule(rule));
            machine.unify_operands(&rule.arguments, operands, &mut |machine| {
                machine.body(&rule.body, 0, &mut |machine| {
                    machine.tell(Operation::Exit, if ends_early { Node::Early(rule) } else { Node::Rule(rule) });
                    let Some(term) = &rule.value else { return Ok(true) };
                    let Some(value) = machine.value(term)? else { return Ok(false) };
                    holds = true;
                    match &found.given {
                        Some(known) if known.value != value => {
                            let message = machine.conflict(at, known, &Given { value, rule: id });
                            return Err(machine.failure_at("eval_conflict_error", message, machine.place_of(id)));
                        }
                        Some(_) => {}
                        None => {
                            found.given = Some(Given { value: value.clone(), rule: id });
                            found.stops = machine.outside(|machine| give(machine, &value))?;
                            // The others are looked at all the same: they may be in conflict.
                            if found.stops {
                                return Ok(ends_early);
                            }
                        }
                    }
                    machine.tell(Operation::Redo, Node::Rule(rule));
                    Ok(ends_early)
                })
            })
        })?;
        Ok(holds)
    }

    /// OPA's words for rules that give several values.
    fn conflict(&self, at: &plan::Node, known: &Given, other: &Given) -> String {
        let mut text = if at.kind == Kind::Function {
            format!("function {} produced conflicting values for the same inputs:", at.path)
        } else {
            format!("rule {} produced conflicting values:", at.path)
        };
        for given in [known, other] {
            let value = given.value.to_string();
            let place = self.place_of(given.rule);
            let (row, column) = self.plan.row_and_column(place);
            let name = self.plan.files.get(place.file).map(|file| file.file.as_str()).unwrap_or_default();
            text.push_str(&match name {
                "" => format!("\n  {value} at {row}:{column}"),
                name => format!("\n  {value} at {name}:{row}"),
            });
        }
        text
    }

    /// Tells that the rules at a place are looked up, which OPA does even where it knows what they make.
    pub(super) fn look_up(&mut self, node: NodeId, operands: &[Value]) {
        if let Some(at) = self.plan.nodes.get(node) {
            self.tell_index(at, operands);
        }
    }

    /// Goes on with the result of a function.
    pub(super) fn function(&mut self, node: NodeId, operands: Vec<Value>, give: Told<'_, 'p>) -> Flow {
        self.look_up(node, &operands);
        let at = (node, operands);
        if let Some(known) = self.state.calls.get(&at) {
            let known = known.clone();
            return give(self, &known);
        }
        let plan = self.plan;
        let Some(rules) = plan.nodes.get(node) else { return Ok(false) };
        self.deeper(|machine| {
            machine.rules(rules, &at.1, &mut |machine, value| {
                machine.state.calls.insert(at.clone(), value.clone());
                give(machine, value)
            })
        })
    }

    /// Goes on with the value of complete rules.
    pub(super) fn complete(&mut self, node: NodeId, give: Told<'_, 'p>) -> Flow {
        self.look_up(node, &[]);
        if let Some(known) = self.state.documents.get(&node) {
            return match known.clone() {
                Some(known) => give(self, &known),
                None => Ok(false),
            };
        }
        let plan = self.plan;
        let Some(at) = plan.nodes.get(node) else { return Ok(false) };
        let mut holds = false;
        let flow = self.deeper(|machine| {
            machine.rules(at, &[], &mut |machine, value| {
                holds = true;
                machine.state.documents.insert(node, Some(value.clone()));
                give(machine, value)
            })
        })?;
        if !holds {
            self.state.documents.insert(node, None);
        }
        Ok(flow)
    }
}

/// What to do with the value of rules.
type Told<'n, 'p> = &'n mut dyn FnMut(&mut Machine<'p>, &Value) -> Flow;

/// What the rules at a place gave.
struct Found {
    given: Option<Given>,
    /// Whether what went on with it wants no more.
    stops: bool,
}

/// What a rule gave.
struct Given {
    value: Value,
    rule: RuleId,
}
