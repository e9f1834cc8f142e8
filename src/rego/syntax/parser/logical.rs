//! `and` and `or`.

use super::Parser;
use crate::rego::syntax::builtins::is_void;
use crate::rego::syntax::location::{Location, Span};
use crate::rego::syntax::token::Token;
use crate::rego::syntax::tree::{Body, ExpressionId, ExpressionKind, Logical, TermKind};

/// An operand of `and`, `or`, `not`.
#[derive(Clone, Copy)]
pub(super) struct Operand {
    pub(super) body: Body,
    /// Whether it is written in braces.
    pub(super) explicit: bool,
    pub(super) location: Location,
}

impl Parser<'_> {
    /// `{ … } and …`: the brace is current. None where the braces are no left operand; the place is as before then.
    // Out of the frames of what is nested.
    #[inline(never)]
    pub(super) fn explicit_left_operand(&mut self) -> Option<Option<ExpressionId>> {
        let brace = self.here();
        let before = self.state;
        self.attempts.begin();
        self.scan();
        if let Some(body) = self.body(Token::RightBrace) {
            self.scan();
            if matches!(self.state.token, Token::And | Token::Or) {
                self.attempts.end(false);
                if self.is_ambiguous_union(body) {
                    self.refuse_ambiguous_union(brace, body, "");
                    return Some(None);
                }
                let chain = self.logical_chain(Operand { body, explicit: true, location: brace });
                return Some(chain.and_then(|chain| self.attach_with(chain)));
            }
        }
        self.attempts.end(true);
        self.restore(before);
        None
    }

    /// What may follow an operand that can stand alone.
    pub(super) fn logical_tail(&mut self, operand: Operand) -> Option<ExpressionId> {
        let expression = if matches!(self.state.token, Token::And | Token::Or) {
            self.logical_chain(operand)?
        } else {
            self.nodes.body(operand.body).first().copied()?
        };
        self.attach_with(expression)
    }

    /// `or` chains of `and` chains behind a left operand; an operator is current.
    // Out of the frames of what is nested.
    #[inline(never)]
    pub(super) fn logical_chain(&mut self, left: Operand) -> Option<ExpressionId> {
        self.deeper(|parser| {
            let mut left = parser.and_chain(left)?;
            while parser.is(Token::Or) {
                parser.scan();
                let right = parser.logical_operand("or")?;
                let right = parser.and_chain(right)?;
                left = parser.join(left, right, "or");
            }
            parser.nodes.body(left.body).first().copied()
        })
    }

    /// `and` chains behind a left operand; the operand itself where no `and` follows.
    fn and_chain(&mut self, left: Operand) -> Option<Operand> {
        if !self.is(Token::And) {
            return Some(left);
        }
        self.deeper(|parser| {
            let mut left = left;
            while parser.is(Token::And) {
                parser.scan();
                let right = parser.logical_operand("and")?;
                left = parser.join(left, right, "and");
            }
            Some(left)
        })
    }

    fn join(&mut self, left: Operand, right: Operand, operator: &'static str) -> Operand {
        self.refuse_void_operand(left.body, operator);
        self.refuse_void_operand(right.body, operator);
        let location = self.extended(left.location);
        let logical = Logical {
            left: left.body,
            right: right.body,
            explicit_left: left.explicit,
            explicit_right: right.explicit,
            location,
        };
        let kind = if operator == "and" { ExpressionKind::And(logical) } else { ExpressionKind::Or(logical) };
        let expression = self.new_expression(kind, location);
        Operand { body: self.body_of(expression), explicit: false, location }
    }

    /// One operand; `operator` is the one it belongs to, empty where reading it is an attempt.
    fn logical_operand(&mut self, operator: &'static str) -> Option<Operand> {
        if self.is(Token::LeftBrace) {
            return self.braced_operand(operator);
        }
        let not = self.negation();
        if let Some(not) = not
            && self.not_bodies
            && self.is(Token::LeftBrace)
        {
            return self.not_body(not);
        }
        if self.is(Token::LeftParenthesis) && self.has_logical_keywords() && (not.is_none() || self.not_bodies) {
            let prefix = if not.is_some() { "not " } else { "" };
            if let Some(group) = self.logical_group(true, prefix) {
                let group = group?;
                return Some(match not {
                    Some(not) => self.negated_operand(group, not),
                    None => group,
                });
            }
        }
        let start = self.state.start;
        let expression = self.term_expression()?;
        let mut location = Location { at: start, text: Span::between(start, self.state.last_end) };
        self.change(expression, |expression| expression.location = location);
        let mut operand = expression;
        match not {
            Some(not) if self.not_bodies => {
                operand = self.implicit_not(expression, not);
                location = self.nodes.expression(operand).location;
            }
            Some(_) => self.change(expression, |expression| expression.negated = true),
            None => {}
        }
        Some(Operand { body: self.body_of(operand), explicit: false, location })
    }

    fn braced_operand(&mut self, operator: &'static str) -> Option<Operand> {
        let brace = self.here();
        let before = self.state;
        self.scan();
        let empty = self.is(Token::RightBrace);
        let Some(body) = self.body(Token::RightBrace) else {
            if !empty && !operator.is_empty() {
                let failed = self.state;
                self.restore(before);
                if self.infix_call().is_some() {
                    let operand = Self::placed(brace, brace.at, self.state.last_end);
                    self.refuse_brace_led_operand(brace, operand, operator);
                } else {
                    self.restore(failed);
                }
            }
            return None;
        };
        self.scan();
        if self.is_ambiguous_union(body) {
            self.refuse_ambiguous_union(brace, body, "");
        }
        Some(Operand { body, explicit: true, location: brace })
    }

    /// A group of operands in parentheses; `(` is current. None where the parentheses are those of a term: the place is
    /// as before then. `operand` tells whether the group is itself an operand, `prefix` what stands before it.
    // Out of the frames of what is nested.
    #[inline(never)]
    pub(super) fn logical_group(&mut self, operand: bool, prefix: &str) -> Option<Option<Operand>> {
        if !self.enter(1) {
            return Some(None);
        }
        let group = self.logical_group_once(operand, prefix);
        self.leave(1);
        group
    }

    fn logical_group_once(&mut self, operand: bool, prefix: &str) -> Option<Option<Operand>> {
        let before = self.state;
        let open = self.here();
        self.scan();
        if self.is(Token::RightParenthesis) {
            if operand {
                self.error(open, "empty parenthesized group");
                return Some(None);
            }
            self.restore(before);
            return None;
        }
        let Some(left) = self.logical_operand("") else {
            self.restore(before);
            return None;
        };
        let expressions = self.nodes.body(left.body);
        let (first, single) = (expressions.first().copied(), expressions.len() == 1);
        match self.state.token {
            Token::And | Token::Or => {
                let chain = self.logical_chain(left).and_then(|chain| self.attach_with(chain));
                Some(chain.and_then(|chain| {
                    self.close_group()?;
                    Some(Operand { body: self.body_of(chain), explicit: false, location: self.extended(open) })
                }))
            }
            Token::With if !left.explicit && single => {
                let place = self.here();
                if first.and_then(|first| self.attach_with(first)).is_none() {
                    return Some(None);
                }
                if matches!(self.state.token, Token::And | Token::Or) {
                    self.refuse_with_on_operand(place, self.state.token.name());
                    return Some(None);
                }
                if self.close_group().is_none() {
                    return Some(None);
                }
                if operand || matches!(self.state.token, Token::And | Token::Or) {
                    return Some(Some(Operand { location: self.extended(open), explicit: false, ..left }));
                }
                self.restore(before);
                None
            }
            _ if left.explicit => {
                let braces = self.text(Span::between(left.location.at, self.state.last_end));
                self.restore(before);
                self.scan();
                let term = self.term();
                self.restore(before);
                if term.is_some() {
                    return None;
                }
                self.hint(format!("drop the parens to keep the body: `{prefix}{braces}`"));
                self.error(open, "`(...)` in an operand position cannot contain a body");
                Some(None)
            }
            _ if single && first.is_some_and(|first| self.is_group(first)) => {
                if self.close_group().is_none() {
                    return Some(None);
                }
                Some(Some(Operand { location: self.extended(open), explicit: false, ..left }))
            }
            _ => {
                self.restore(before);
                None
            }
        }
    }

    /// Whether an expression of a group makes the parentheses more than those of a term.
    fn is_group(&self, id: ExpressionId) -> bool {
        let expression = self.nodes.expression(id);
        expression.negated
            || matches!(expression.kind, ExpressionKind::And(_) | ExpressionKind::Or(_) | ExpressionKind::Not { .. })
    }

    fn close_group(&mut self) -> Option<()> {
        if !self.is(Token::RightParenthesis) {
            self.error_here("expected ) to close parenthesized group");
            return None;
        }
        self.scan();
        Some(())
    }

    /// Whether braces hold a union with `|` first, so that they look like a set comprehension.
    pub(super) fn is_ambiguous_union(&self, body: Body) -> bool {
        let Some(first) = self.nodes.body(body).first() else { return false };
        let expression = self.nodes.expression(*first);
        let ExpressionKind::Call(list) = expression.kind else { return false };
        let Some(operator) = self.nth(list, 0) else { return false };
        self.operator_of(list) == Some(b"or")
            && self.source(self.place_of(operator)) == b"|"
            && !self.source(expression.location).trim_ascii().starts_with(b"(")
    }

    pub(super) fn refuse_ambiguous_union(&mut self, brace: Location, body: Body, prefix: &str) {
        let end = self.state.last_end;
        let braces = self.text(Span::between(brace.at, end));
        let mut union = braces.clone();
        if let Some(first) = self.nodes.body(body).first() {
            let text = self.nodes.expression(*first).location.text;
            if text.offset > brace.at && text.end() <= end {
                union = format!(
                    "{}({}){}",
                    self.text(Span::between(brace.at, text.offset)),
                    self.text(text),
                    self.text(Span::between(text.end(), end))
                );
            }
        }
        self.hint(format!("write `{prefix}({braces})` for the comprehension, or `{prefix}{union}` for the set union"));
        self.error(
            brace,
            "ambiguous `{ ... | ... }` operand: read as a body holding a set-union expression, not as a comprehension",
        );
    }

    pub(super) fn refuse_brace_led_operand(&mut self, place: Location, operand: Location, operator: &str) {
        let operand = self.text(operand.text);
        self.hint(format!("wrap the operand to keep the value: `({operand}) {operator} ...`"));
        self.error(place, format!("operand of `{operator}` cannot begin with `{{` unless the braces hold a body"));
    }

    pub(super) fn refuse_with_on_operand(&mut self, place: Location, operator: &str) {
        self.hint(format!(
            "Wrap the operand in `(...)` or `{{...}}` to scope, or move `with` after the `{operator}` expression to apply it to the whole expression"
        ));
        self.error(place, format!("`with` modifier is not allowed on operand of `{operator}`"));
    }

    pub(super) fn is_empty_object(&self, id: ExpressionId) -> bool {
        let expression = self.nodes.expression(id);
        let ExpressionKind::Term(term) = expression.kind else { return false };
        expression.with.is_empty() && matches!(self.kind(term), TermKind::Object(list) if list.is_empty())
    }

    /// Tells that an operand does nothing but call functions without a value.
    fn refuse_void_operand(&mut self, body: Body, operator: &str) {
        let mut found = None;
        for id in self.nodes.body(body) {
            let expression = self.nodes.expression(*id);
            let ExpressionKind::Call(list) = expression.kind else { return };
            let name = self.nth(list, 0).map(|operator| self.written(operator)).unwrap_or_default();
            if expression.negated || !is_void(&name) {
                return;
            }
            found.get_or_insert((name, expression.location));
        }
        let Some((name, location)) = found else { return };
        self.hint(format!("`{name}` produces no value and always succeeds, so the operand can never fail; move it out of the operand, or add an expression that can fail"));
        self.error(location, format!("operand of `{operator}` cannot consist only of calls to `{name}`"));
    }
}
