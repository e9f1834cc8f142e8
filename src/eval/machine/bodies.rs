//! Bodies and their expressions.

use super::events::{Node, Operation};
use super::{Flow, Machine, Next};
use crate::eval::Value;
use crate::eval::plan::{Body, Expression, ExpressionKind};

impl<'p> Machine<'p> {
    /// Goes on for each way in which the expressions from `at` on hold.
    pub(super) fn body(&mut self, body: &'p [Expression], at: usize, next: Next<'_, 'p>) -> Flow {
        let Some(expression) = body.get(at) else { return next(self) };
        self.tick()?;
        self.at(expression);
        self.tell(Operation::Eval, Node::Expression(expression));
        self.in_expression(expression, &mut |machine| {
            let flow = machine.body(body, at + 1, next)?;
            machine.at(expression);
            Ok(flow)
        })
    }

    /// Whether the body of a closure holds in some way.
    pub(super) fn holds(&mut self, body: &'p Body) -> Result<bool, super::Failure> {
        self.in_closure(|machine| {
            machine.tell(Operation::Enter, Node::Body(body));
            let mut holds = false;
            let _ = machine.body(body, 0, &mut |machine| {
                machine.tell(Operation::Exit, Node::Body(body));
                machine.tell(Operation::Redo, Node::Body(body));
                holds = true;
                Ok(true)
            })?;
            Ok(holds)
        })
    }

    fn in_expression(&mut self, expression: &'p Expression, next: Next<'_, 'p>) -> Flow {
        if expression.with.is_empty() {
            return self.either(expression, next);
        }
        self.with(&expression.with, &mut |machine, next| machine.either(expression, next), next)
    }

    fn either(&mut self, expression: &'p Expression, next: Next<'_, 'p>) -> Flow {
        if expression.negated {
            return self.negation(expression, next);
        }
        let mut holds = false;
        let flow = self.statement(expression, &mut |machine| {
            holds = true;
            let flow = next(machine)?;
            machine.tell(Operation::Redo, Node::Expression(expression));
            Ok(flow)
        })?;
        if !holds {
            self.tell(Operation::Fail, Node::Expression(expression));
        }
        Ok(flow)
    }

    fn negation(&mut self, expression: &'p Expression, next: Next<'_, 'p>) -> Flow {
        let holds = self.in_closure(|machine| {
            machine.at(expression);
            machine.tell(Operation::Enter, Node::Negated(expression, true));
            machine.tell(Operation::Eval, Node::Negated(expression, false));
            let mut holds = false;
            let _ = machine.statement(expression, &mut |machine| {
                machine.tell(Operation::Exit, Node::Negated(expression, true));
                machine.tell(Operation::Redo, Node::Negated(expression, true));
                holds = true;
                // As in OPA, the other ways in which it holds are gone through too.
                Ok(false)
            })?;
            if !holds {
                machine.tell(Operation::Fail, Node::Negated(expression, false));
            }
            Ok(holds)
        })?;
        if holds {
            self.tell(Operation::Fail, Node::Expression(expression));
            return Ok(false);
        }
        next(self)
    }

    fn statement(&mut self, expression: &'p Expression, next: Next<'_, 'p>) -> Flow {
        match &expression.kind {
            ExpressionKind::Term(term) => self.each(term, &mut |machine, value| {
                if value == Value::Bool(false) { Ok(false) } else { next(machine) }
            }),
            ExpressionKind::Equal(left, right) => self.unify(left, right, next),
            ExpressionKind::Call { function, arguments, output } => {
                self.call(function, arguments, output.as_ref(), next)
            }
            ExpressionKind::Every { key, value, domain, body } => {
                if self.every(expression, [key.as_ref(), Some(value)], domain, body)? { next(self) } else { Ok(false) }
            }
            ExpressionKind::Not(body) => {
                if self.holds(body)? {
                    Ok(false)
                } else {
                    next(self)
                }
            }
            ExpressionKind::And(left, right) => {
                if self.holds(left)? && self.holds(right)? {
                    next(self)
                } else {
                    Ok(false)
                }
            }
            ExpressionKind::Or(left, right) => {
                if self.holds(left)? || self.holds(right)? {
                    next(self)
                } else {
                    Ok(false)
                }
            }
            ExpressionKind::Nothing => next(self),
        }
    }
}
