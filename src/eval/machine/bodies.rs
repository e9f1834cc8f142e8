//! Bodies and their expressions.

use super::{Flow, Machine, Next, failure::Place};
use crate::eval::plan::{Expression, ExpressionKind};
use regorus::Value;

impl<'p> Machine<'p> {
    /// Goes on for each way in which the expressions from `at` on hold.
    pub(super) fn body(&mut self, body: &'p [Expression], at: usize, next: Next<'_, 'p>) -> Flow {
        let Some(expression) = body.get(at) else { return next(self) };
        self.tick()?;
        self.place = Place { file: expression.file, location: expression.location };
        self.expression(expression, &mut |machine| machine.body(body, at + 1, next))
    }

    /// Whether a body holds in some way.
    pub(super) fn holds(&mut self, body: &'p [Expression]) -> Result<bool, super::Failure> {
        let place = self.place;
        let mut holds = false;
        let _ = self.body(body, 0, &mut |_| {
            holds = true;
            Ok(true)
        })?;
        self.place = place;
        Ok(holds)
    }

    fn expression(&mut self, expression: &'p Expression, next: Next<'_, 'p>) -> Flow {
        if expression.negated {
            let place = self.place;
            let mut holds = false;
            let _ = self.with(
                &expression.with,
                &mut |machine, _| {
                    machine.statement(expression, &mut |_| {
                        holds = true;
                        Ok(true)
                    })
                },
                &mut |_| Ok(true),
            )?;
            self.place = place;
            return if holds { Ok(false) } else { next(self) };
        }
        if expression.with.is_empty() {
            return self.statement(expression, next);
        }
        self.with(&expression.with, &mut |machine, next| machine.statement(expression, next), next)
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
                if self.every(key.as_ref(), value, domain, body)? {
                    next(self)
                } else {
                    Ok(false)
                }
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
