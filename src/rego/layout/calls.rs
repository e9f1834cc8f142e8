//! Calls.

use super::Writer;
use crate::rego::syntax::{ExpressionId, ExpressionKind, List, TermId, TermKind, sign_of};

impl Writer<'_> {
    fn operator(&self, list: List<TermId>) -> String {
        self.module.terms(list).first().map(|operator| self.written(*operator)).unwrap_or_default()
    }

    fn sign(&self, list: List<TermId>) -> Option<&'static str> {
        sign_of(&self.operator(list))
    }

    fn is_membership(&self, list: List<TermId>) -> bool {
        matches!(self.operator(list).as_str(), "internal.member_2" | "internal.member_3")
    }

    /// A call that is an expression.
    pub(super) fn call_expression(&mut self, list: List<TermId>) {
        let terms = self.module.terms(list).to_vec();
        if self.is_membership(list) {
            return self.membership(terms.get(1..).unwrap_or_default(), false);
        }
        match (self.sign(list), terms.as_slice()) {
            (Some(sign), [_, left, right]) => self.infix(sign, *left, *right, false),
            (Some(sign), [_, left, right, output]) => {
                self.term(*output, false);
                self.write(" = ");
                self.infix(sign, *left, *right, false);
            }
            _ => self.plain_call(&terms),
        }
    }

    /// A call that is a term.
    pub(super) fn call(&mut self, list: List<TermId>, grouped: bool) {
        let terms = self.module.terms(list).to_vec();
        if self.is_membership(list) {
            return self.membership(terms.get(1..).unwrap_or_default(), true);
        }
        match (self.sign(list), terms.as_slice()) {
            (Some(sign), [_, left, right]) => {
                if grouped {
                    self.write("(");
                }
                self.infix(sign, *left, *right, true);
                if grouped {
                    self.write(")");
                }
            }
            _ => self.plain_call(&terms),
        }
    }

    fn infix(&mut self, sign: &str, left: TermId, right: TermId, grouped: bool) {
        self.term(left, grouped);
        self.write(" ");
        self.write(sign);
        self.write(" ");
        self.term(right, grouped);
    }

    fn plain_call(&mut self, terms: &[TermId]) {
        let Some((operator, arguments)) = terms.split_first() else { return };
        match self.kind(*operator) {
            TermKind::Ref(parts) => self.reference(self.module.terms(parts)),
            _ => {
                let text = self.written(*operator);
                self.write(&text);
            }
        }
        self.write("(");
        let location = self.module.term(*operator).location;
        self.list(arguments, location, false);
        self.write(")");
    }

    pub(super) fn membership(&mut self, operands: &[TermId], grouped: bool) {
        let is_grouped = grouped && operands.len() == 3;
        if is_grouped {
            self.write("(");
        }
        for (place, operand) in operands.iter().enumerate() {
            if place > 0 {
                self.write(if place + 1 == operands.len() { " in " } else { ", " });
            }
            self.term(*operand, true);
        }
        if is_grouped {
            self.write(")");
        }
    }

    pub(super) fn is_union_expression(&self, id: ExpressionId) -> bool {
        match self.module.expression(id).kind {
            ExpressionKind::Call(list) => list.len() == 3 && self.operator(list) == "or",
            _ => false,
        }
    }

    pub(super) fn is_union(&self, term: TermId) -> bool {
        matches!(self.kind(term), TermKind::Call(list) if self.operator(list) == "or")
    }

    /// The operand that is written first, where a call is written between its operands.
    pub(super) fn leading_operand(&self, list: List<TermId>) -> Option<TermId> {
        if self.sign(list).is_none() && !self.is_membership(list) {
            return None;
        }
        match self.module.terms(list) {
            [_, left, _] => Some(*left),
            [_, .., output] => Some(*output),
            _ => None,
        }
    }

    /// Whether an expression is written with a brace first.
    pub(super) fn leads_with_brace(&self, id: ExpressionId) -> bool {
        match self.module.expression(id).kind {
            ExpressionKind::Term(term) => self.term_leads_with_brace(term),
            ExpressionKind::Call(list) => {
                self.leading_operand(list).is_some_and(|term| self.term_leads_with_brace(term))
            }
            _ => false,
        }
    }

    fn term_leads_with_brace(&self, term: TermId) -> bool {
        match self.kind(term) {
            TermKind::Set(list) => !list.is_empty(),
            TermKind::Object(_) | TermKind::SetComprehension { .. } | TermKind::ObjectComprehension { .. } => true,
            TermKind::Ref(parts) => {
                self.module.terms(parts).first().is_some_and(|head| self.term_leads_with_brace(*head))
            }
            TermKind::Call(list) if list.len() == 3 => {
                self.leading_operand(list).is_some_and(|left| self.term_leads_with_brace(left))
            }
            _ => false,
        }
    }
}
