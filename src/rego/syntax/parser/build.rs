//! New nodes, and changes of nodes.

use super::{Parser, next_number, set_apart};
use crate::rego::syntax::location::Location;
use crate::rego::syntax::token::Token;
use crate::rego::syntax::tree::{
    Body, Expression, ExpressionId, ExpressionKind, List, Rule, RuleId, TermId, TermKind, Text,
};
use std::marker::PhantomData;

impl Parser<'_> {
    #[inline]
    pub(in super::super) fn new_term(&mut self, kind: TermKind, location: Location) -> TermId {
        self.nodes.add_term(kind, location)
    }

    pub(in super::super) fn kind(&self, id: TermId) -> TermKind {
        self.nodes.term(id).kind
    }

    pub(in super::super) fn place_of(&self, id: TermId) -> Location {
        self.nodes.term(id).location
    }

    pub(super) fn set_place(&mut self, id: TermId, location: Location) {
        self.nodes.set_location(id, location);
    }

    /// The terms put aside since a mark, as a list.
    pub(super) fn list_since(&mut self, mark: usize) -> List<TermId> {
        let start = next_number(&self.nodes.term_lists);
        self.nodes.term_lists.extend_from_slice(self.terms.get(mark..).unwrap_or_default());
        self.terms.truncate(mark);
        List { start, length: next_number(&self.nodes.term_lists) - start, of: PhantomData }
    }

    pub(in super::super) fn list_of(&mut self, terms: &[TermId]) -> List<TermId> {
        let start = next_number(&self.nodes.term_lists);
        self.nodes.term_lists.extend_from_slice(terms);
        List { start, length: next_number(terms), of: PhantomData }
    }

    pub(in super::super) fn nth(&self, list: List<TermId>, place: usize) -> Option<TermId> {
        self.nodes.terms(list).get(place).copied()
    }

    pub(super) fn new_expression(&mut self, kind: ExpressionKind, location: Location) -> ExpressionId {
        let id = ExpressionId(next_number(&self.nodes.expressions));
        self.nodes.expressions.push(Expression {
            kind,
            with: List::EMPTY,
            index: 0,
            negated: false,
            generated: false,
            location,
        });
        id
    }

    pub(super) fn change(&mut self, id: ExpressionId, change: impl FnOnce(&mut Expression)) {
        if let Some(expression) = self.nodes.expressions.get_mut(id.0 as usize) {
            change(expression);
        }
    }

    /// A body of the expressions put aside since a mark.
    pub(super) fn body_since(&mut self, mark: usize) -> Body {
        let start = next_number(&self.nodes.bodies);
        let gathered = self.expressions.get(mark..).unwrap_or_default();
        for (index, id) in (0..).zip(gathered) {
            if let Some(expression) = self.nodes.expressions.get_mut(id.0 as usize) {
                expression.index = index;
            }
        }
        self.nodes.bodies.extend_from_slice(gathered);
        self.expressions.truncate(mark);
        List { start, length: next_number(&self.nodes.bodies) - start, of: PhantomData }
    }

    pub(super) fn body_of(&mut self, id: ExpressionId) -> Body {
        let start = next_number(&self.nodes.bodies);
        self.change(id, |expression| expression.index = 0);
        self.nodes.bodies.push(id);
        List { start, length: 1, of: PhantomData }
    }

    /// The body that stands for none: `true`.
    pub(in super::super) fn implicit_body(&mut self, location: Location) -> Body {
        let term = self.new_term(TermKind::Boolean(true), location);
        let id = self.new_expression(ExpressionKind::Term(term), location);
        self.change(id, |expression| expression.generated = true);
        self.body_of(id)
    }

    pub(in super::super) fn new_rule(&mut self, rule: Rule) -> RuleId {
        let id = RuleId(next_number(&self.nodes.rules));
        self.nodes.rules.push(rule);
        id
    }

    /// The name of an operator.
    pub(super) fn operator_name(&mut self, token: Token) -> Text {
        match self.names.operators.get(token as usize).copied().flatten() {
            Some(name) => name,
            None => {
                let name = set_apart(&mut self.apart, token.name());
                if let Some(place) = self.names.operators.get_mut(token as usize) {
                    *place = Some(name);
                }
                name
            }
        }
    }

    /// The next wildcard's name.
    pub(super) fn wildcard(&mut self) -> Text {
        let number = self.state.wildcards;
        self.state.wildcards += 1;
        match self.names.wildcards.get(number as usize) {
            Some(name) => *name,
            None => set_apart(&mut self.apart, &format!("${number}")),
        }
    }
}
