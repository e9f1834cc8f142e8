//! Bodies, expressions.

use super::Writer;
use super::calls::Position;
use super::names::{dotted, variable};
use crate::rego::syntax::{Body, Expression, ExpressionId, ExpressionKind, TermKind};

impl Writer<'_> {
    /// The expressions of a body, a line each.
    pub(super) fn body(&mut self, body: Body) {
        let module = self.module;
        for (place, id) in module.body(body).iter().enumerate() {
            if place > 0 {
                self.out.push(';');
            }
            self.line(module.expression(*id).location);
            self.expression(*id);
        }
    }

    /// A body whose terms are told by variables, whose names are given.
    pub(super) fn query(&mut self, body: Body) -> Vec<Option<String>> {
        let module = self.module;
        let mut captured = Vec::new();
        for (place, id) in module.body(body).iter().enumerate() {
            if place > 0 {
                self.out.push_str("; ");
            }
            let name = self.is_told(module.expression(*id)).then(|| format!("policy_value_{place}"));
            if let Some(name) = &name {
                self.out.push_str(name);
                self.out.push_str(" = ");
            }
            self.line(module.expression(*id).location);
            self.expression(*id);
            captured.push(name);
        }
        captured
    }

    /// Whether an expression has a value other than that it holds.
    fn is_told(&self, expression: &Expression) -> bool {
        !expression.negated
            && match expression.kind {
                ExpressionKind::Term(_) => true,
                ExpressionKind::Call(terms) => {
                    let terms = self.module.terms(terms);
                    let operator = terms.first().and_then(|operator| dotted(self.module, *operator));
                    operator.is_some_and(|name| {
                        let known = crate::rego::capabilities::Capabilities::current().builtin(&name);
                        !matches!(name.as_str(), "eq" | "assign" | "print" | "walk")
                            && known.is_none_or(|builtin| builtin.arity + 1 == terms.len())
                    })
                }
                _ => false,
            }
    }

    pub(super) fn expression(&mut self, id: ExpressionId) {
        let expression = *self.module.expression(id);
        self.deeper(expression.location.at, |writer| writer.write_expression(&expression));
    }

    fn write_expression(&mut self, expression: &Expression) {
        let module = self.module;
        if expression.negated {
            self.out.push_str("not ");
        }
        match expression.kind {
            ExpressionKind::Term(term) => self.term_at(term, Position::Top),
            ExpressionKind::Call(terms) => self.call(terms, Position::Top),
            ExpressionKind::Some { symbols, .. } => {
                self.out.push_str("some ");
                let symbols = module.terms(symbols);
                match symbols {
                    [only] if matches!(module.term(*only).kind, TermKind::Call(_)) => {
                        self.term_at(*only, Position::Top);
                    }
                    several => self.separated(several),
                }
            }
            ExpressionKind::Every { key, value, domain, body, .. } => {
                self.out.push_str("every ");
                for (term, sign) in [(key, ", "), (Some(value), " in ")] {
                    if let Some(term) = term {
                        if let TermKind::Var(name) = module.term(term).kind {
                            let name = variable(module.text(name));
                            self.out.push_str(&name);
                        }
                        self.out.push_str(sign);
                    }
                }
                self.term_at(domain, Position::Operand);
                self.out.push_str(" {");
                self.body(body);
                self.out.push('}');
            }
            ExpressionKind::Not { body, .. } => match module.body(body) {
                [only] if self.is_simple(*only) => {
                    self.out.push_str("not ");
                    self.expression(*only);
                }
                _ => {
                    self.holds(&[body]);
                    self.out.push_str(" == 0");
                }
            },
            ExpressionKind::And(sides) => {
                self.holds(&[sides.left, sides.right]);
                self.out.push_str(" > 0");
            }
            ExpressionKind::Or(sides) => {
                self.holds(&[sides.left]);
                self.out.push_str(" + ");
                self.holds(&[sides.right]);
                self.out.push_str(" > 0");
            }
        }
        for with in module.withs(expression.with) {
            self.with(with.target, with.value);
        }
    }

    fn is_simple(&self, id: ExpressionId) -> bool {
        let expression = self.module.expression(id);
        !expression.negated
            && expression.with.is_empty()
            && matches!(expression.kind, ExpressionKind::Term(_) | ExpressionKind::Call(_))
    }

    /// How often bodies hold together.
    fn holds(&mut self, bodies: &[Body]) {
        self.out.push_str("count([true |");
        for (place, body) in bodies.iter().enumerate() {
            if place > 0 {
                self.out.push(';');
            }
            self.body(*body);
        }
        self.out.push_str("])");
    }
}
