//! Heads of rules.

use super::Parser;
use crate::rego::syntax::location::Location;
use crate::rego::syntax::token::Token;
use crate::rego::syntax::tree::{Head, List, TermId, TermKind};

impl Head {
    pub(in super::super) const fn new(reference: List<TermId>, location: Location) -> Self {
        Self {
            name: None,
            reference,
            arguments: List::EMPTY,
            key: None,
            value: None,
            assign: false,
            generated_value: false,
            has_if: false,
            has_contains: false,
            location,
        }
    }
}

impl Parser<'_> {
    /// A head; its first identifier is current.
    pub(super) fn head(&mut self, default: bool) -> Option<Head> {
        let location = self.here();
        let variable = self.variable();
        let Some(term) = self.finish_head_term(variable) else {
            self.unexpected("expected rule head name");
            return None;
        };
        let mut head = self.head_of(term)?;
        match self.state.token {
            Token::Contains => {
                if !head.arguments.is_empty() {
                    let name = self.name_of(&head);
                    self.unexpected(format!(
                        "the contains keyword can only be used with multi-value rule definitions (e.g., {name} contains <VALUE> {{ ... }})"
                    ));
                }
                self.scan();
                head.key = self.infix_call();
                head.has_contains = true;
                if head.key.is_none() {
                    let name = self.name_of(&head);
                    self.unexpected(format!("expected rule key term (e.g., {name} contains <VALUE> {{ ... }})"));
                }
                head.location = self.extended(location);
                return Some(head);
            }
            Token::Unify => {
                self.scan();
                head.value = self.infix_call();
                if head.value.is_none() {
                    let name = self.name_of(&head);
                    self.unexpected(format!("expected rule value term (e.g., {name}[<nil>] = <VALUE> {{ ... }})"));
                }
            }
            Token::Assign => {
                self.scan();
                head.assign = true;
                head.value = self.infix_call();
                if head.value.is_none() {
                    let name = self.name_of(&head);
                    let note = if !head.arguments.is_empty() {
                        format!("expected function value term (e.g., {name}(...) := <VALUE> {{ ... }})")
                    } else if default {
                        format!("expected default rule value term (e.g., default {name} := <VALUE>)")
                    } else {
                        format!("expected rule value term (e.g., {name} := <VALUE> {{ ... }})")
                    };
                    self.unexpected(note);
                }
            }
            _ => {}
        }
        if head.value.is_none() && (head.reference.len() != 2 || !head.arguments.is_empty()) {
            head.generated_value = true;
            head.value = Some(self.new_term(TermKind::Boolean(true), Location::NONE));
        }
        head.location = self.extended(location);
        Some(head)
    }

    fn name_of(&self, head: &Head) -> String {
        self.written_reference(head.reference)
    }

    /// The ref or call a head begins with.
    fn finish_head_term(&mut self, variable: TermId) -> Option<TermId> {
        let start = self.state.start;
        if self.scan_touching()
            && matches!(
                self.state.token,
                Token::Plus
                    | Token::Minus
                    | Token::Times
                    | Token::Divide
                    | Token::Remainder
                    | Token::Intersect
                    | Token::Bar
                    | Token::Equal
                    | Token::NotEqual
                    | Token::Greater
                    | Token::GreaterEqual
                    | Token::Less
                    | Token::LessEqual
            )
        {
            self.unexpected_token();
        }
        if matches!(self.state.token, Token::LeftParenthesis | Token::Dot | Token::LeftBracket) {
            return self.reference(variable, start);
        }
        Some(self.rooted(variable))
    }

    /// The head that a term begins.
    fn head_of(&mut self, term: TermId) -> Option<Head> {
        match self.kind(term) {
            TermKind::Var(name) => {
                let list = self.list_of(&[term]);
                let mut head = Head::new(list, Location::NONE);
                head.name = Some(name);
                Some(head)
            }
            TermKind::Ref(list) => Some(self.head_of_reference(list)),
            TermKind::Call(call) => {
                let operator = self.nth(call, 0)?;
                let TermKind::Ref(list) = self.kind(operator) else { return None };
                if !self.begins_with_variable(list) {
                    let written = self.written(operator);
                    self.unexpected(format!("rule head ref {written} invalid"));
                    return None;
                }
                let mut head = self.head_of_reference(list);
                head.arguments = List { start: call.start + 1, length: call.length - 1, of: call.of };
                Some(head)
            }
            _ => None,
        }
    }

    /// The head of a ref: one of a single part has a name.
    pub(in super::super) fn head_of_reference(&self, list: List<TermId>) -> Head {
        let mut head = Head::new(list, Location::NONE);
        if list.len() < 2
            && let Some(TermKind::Var(name)) = self.nth(list, 0).map(|term| self.kind(term))
        {
            head.name = Some(name);
        }
        head
    }

    pub(in super::super) fn begins_with_variable(&self, list: List<TermId>) -> bool {
        self.nth(list, 0).is_some_and(|head| matches!(self.kind(head), TermKind::Var(_)))
    }
}
