//! Expressions and bodies as text.

use super::blocks::block;
use super::terms::{Call, infix, membership, operator_name};
use super::{Binding, Printer, Work};
use crate::rego::syntax::{Body, ExpressionId, ExpressionKind, List, Logical, Span, TermId, TermKind, With};

impl<'a> Printer<'a> {
    pub(super) fn expression(&mut self, id: ExpressionId) {
        let module = self.module;
        let expression = *module.expression(id);
        let withs = module.withs(expression.with);
        self.work.extend(withs.iter().rev().map(|with| Work::With(*with)));
        if expression.negated {
            self.out.push_str("not ");
        }
        match expression.kind {
            ExpressionKind::Term(term) => self.work.push(Work::Term(term, Binding::Membership)),
            ExpressionKind::Call(terms) => {
                let span = expression.location.text;
                let end = withs.first().map_or(span.end(), |with| with.location.text.offset);
                self.call_expression(terms, Span::between(span.offset, end));
            }
            ExpressionKind::Some { symbols, .. } => {
                self.out.push_str("some ");
                let mut works = Vec::new();
                match module.terms(symbols) {
                    [only] => works.extend(self.declared(*only)),
                    several => self.separated(several, &mut works),
                }
                self.then(&works);
            }
            ExpressionKind::Every { key, value, domain, body, .. } => {
                self.out.push_str("every ");
                let mut works = membership(key, value, domain);
                works.extend(block(" {", body, expression.location.text.end(), "}"));
                self.then(&works);
            }
            ExpressionKind::Not { body, explicit, .. } => {
                self.out.push_str("not ");
                if self.is_not(body, explicit) {
                    return self.then(&[Work::Word("("), Work::Inline(body), Work::Word(")")]);
                }
                self.work.push(Work::Operand { body, explicit, alone: true });
            }
            ExpressionKind::And(sides) => self.logical(sides, " and "),
            ExpressionKind::Or(sides) => self.logical(sides, " or "),
        }
    }

    /// What stands behind `some`: a variable, or a membership without parentheses.
    fn declared(&self, term: TermId) -> Vec<Work<'a>> {
        if let TermKind::Call(terms) = self.module.term(term).kind
            && let Call::Membership { key, value, domain } = Call::of(self.module, self.module.terms(terms))
        {
            return membership(key, value, domain);
        }
        vec![Work::Term(term, Binding::Membership)]
    }

    /// A call at the top of an expression, where `=` and `:=` may stand too.
    fn call_expression(&mut self, terms: List<TermId>, span: Span) {
        let module = self.module;
        let all = module.terms(terms);
        if let [operator, left, right] = all {
            let sign = match operator_name(module, *operator) {
                Some((None, "eq")) => Some(" = "),
                Some((None, "assign")) => Some(" := "),
                _ => None,
            };
            if let Some(sign) = sign {
                let side = |term| Work::Term(term, Binding::Membership);
                return self.then(&[side(*left), Work::Word(sign), side(*right)]);
            }
        }
        match Call::of(module, all) {
            Call::Membership { key, value, domain } => self.then(&membership(key, value, domain)),
            Call::Infix { left, sign, right, binding } => self.then(&infix(left, sign, right, binding)),
            Call::Union(left, right) => {
                let works = self.union(left, right);
                self.then(&works);
            }
            Call::Plain => self.plain_call(terms, span),
        }
    }

    pub(super) fn with(&mut self, with: With) {
        self.out.push_str(" with ");
        let value = Work::Term(with.value, Binding::Membership);
        self.then(&[Work::Term(with.target, Binding::Whole), Work::Word(" as "), value]);
    }

    /// Two operands. They are folded from the left, and `and` before `or`.
    fn logical(&mut self, sides: Logical, sign: &'static str) {
        let left = Work::Operand { body: sides.left, explicit: sides.explicit_left, alone: false };
        let right = Work::Operand { body: sides.right, explicit: sides.explicit_right, alone: true };
        let needs_group = self.is_or(sides.left, sides.explicit_left) && sign == " and ";
        if needs_group {
            return self.then(&[Work::Word("("), left, Work::Word(")"), Work::Word(sign), right]);
        }
        self.then(&[left, Work::Word(sign), right]);
    }

    fn is_or(&self, body: Body, explicit: bool) -> bool {
        let first = self.module.body(body).first().map(|id| self.module.expression(*id));
        !explicit && first.is_some_and(|first| matches!(first.kind, ExpressionKind::Or(_)) && first.with.is_empty())
    }

    fn is_not(&self, body: Body, explicit: bool) -> bool {
        let first = self.module.body(body).first().map(|id| self.module.expression(*id));
        !explicit && first.is_some_and(|first| matches!(first.kind, ExpressionKind::Not { .. }))
    }

    /// An operand: braces around a body, or an expression, in parentheses where something else would be read. `alone`: it
    /// stands behind its operator.
    pub(super) fn operand(&mut self, body: Body, explicit: bool, alone: bool) {
        if explicit {
            self.out.push_str("{ ");
            return self.then(&[Work::Inline(body), Work::Word(" }")]);
        }
        let Some(id) = self.module.body(body).first() else { return };
        let expression = self.module.expression(*id);
        let is_logical = matches!(expression.kind, ExpressionKind::And(_) | ExpressionKind::Or(_));
        if !expression.with.is_empty() || (is_logical && alone) {
            return self.then(&[Work::Word("("), Work::Expression(*id), Work::Word(")")]);
        }
        self.then(&[Work::Expression(*id), Work::Wrap(self.out.len())]);
    }

    pub(super) fn wrap(&mut self, start: usize) {
        if self.out.get(start..).is_some_and(|text| text.starts_with('{')) {
            self.out.insert(start, '(');
            self.out.push(')');
        }
    }

    pub(super) fn inline(&mut self, body: Body) {
        let mut works = Vec::new();
        for (place, id) in self.module.body(body).iter().enumerate() {
            if place > 0 {
                works.push(Work::Word("; "));
            }
            works.push(Work::Expression(*id));
        }
        self.then(&works);
    }
}
