//! Infix operators, by precedence.

use super::{Parser, State};
use crate::rego::syntax::token::Token;
use crate::rego::syntax::tree::{List, TermId, TermKind, Text};

/// The levels of precedence, weakest first.
const MEMBERSHIP: u32 = 0;
const RELATION: u32 = 1;
const FACTOR: u32 = 5;

/// The steps to the operands of an infix call: one for each level, and one for the call itself.
const STEPS: u32 = FACTOR + 2;

/// How near the limit a term may lie so that an infix call in its place, or a step below it, is too deep.
const MARGIN: u32 = STEPS + 2;

/// What a term was read from. Nested terms keep one each on the stack: the state is at hand only where it may be needed.
pub(super) struct BeforeTerm {
    start: u32,
    state: Option<Box<State>>,
}

/// The level of an operator.
const fn level_of(token: Token) -> Option<u32> {
    Some(match token {
        Token::In => MEMBERSHIP,
        Token::Equal | Token::NotEqual | Token::Less | Token::Greater | Token::LessEqual | Token::GreaterEqual => {
            RELATION
        }
        Token::Bar => 2,
        Token::Intersect => 3,
        Token::Plus | Token::Minus => 4,
        Token::Times | Token::Divide | Token::Remainder => FACTOR,
        _ => return None,
    })
}

impl Parser<'_> {
    /// An infix call or a single term; `a, b in c` may stand here.
    pub(super) fn infix_call(&mut self) -> Option<TermId> {
        self.climb(None, MEMBERSHIP, true, self.state.start)
    }

    /// The same where a comma parts members of a list.
    pub(super) fn infix_call_in_list(&mut self) -> Option<TermId> {
        self.climb(None, MEMBERSHIP, false, self.state.start)
    }

    /// The place of a term that is read alone at first, and then as the beginning of an infix call.
    pub(super) fn before_term(&self) -> BeforeTerm {
        let state = (self.depth + MARGIN > self.limit).then(|| Box::new(self.state));
        BeforeTerm { start: self.state.start, state }
    }

    /// The same where the first term was read already, from `before` on.
    pub(super) fn infix_call_behind(&mut self, first: TermId, before: BeforeTerm) -> Option<TermId> {
        if self.depth + STEPS + 1 > self.limit {
            // That this is too deep is told of the first term.
            self.restore(*before.state?);
            return self.infix_call_in_list();
        }
        self.climb(Some(first), MEMBERSHIP, false, before.start)
    }

    /// A term, perhaps read already, with the operators of a level and above behind it.
    fn climb(&mut self, first: Option<TermId>, lowest: u32, key_value: bool, start: u32) -> Option<TermId> {
        if lowest > FACTOR {
            return self.term();
        }
        let steps = if lowest == MEMBERSHIP { STEPS } else { FACTOR + 1 - lowest };
        if !self.enter(steps) {
            return None;
        }
        let innermost = self.depth;
        let result =
            first.or_else(|| self.term()).and_then(|operand| self.levels(operand, innermost, lowest, key_value, start));
        self.depth = innermost - steps;
        result
    }

    /// The operators behind a term, strongest first, down to a level. The strongest are read at the depth `innermost`.
    fn levels(&mut self, mut left: TermId, innermost: u32, lowest: u32, key_value: bool, start: u32) -> Option<TermId> {
        let mut above = FACTOR + 1;
        loop {
            // Only the level of the operator has anything to say, but for that of `in`, which looks at commas too.
            let level = level_of(self.state.token).filter(|level| *level < above).unwrap_or(MEMBERSHIP);
            if level < lowest {
                return Some(left);
            }
            self.depth = innermost - (FACTOR - level);
            if level == MEMBERSHIP {
                return self.membership(left, key_value, start);
            }
            left = self.operators(level, left, start)?;
            above = level;
        }
    }

    /// The operators of one level behind a left operand. Every further one is one step deeper.
    fn operators(&mut self, level: u32, mut left: TermId, start: u32) -> Option<TermId> {
        let mut steps = 0;
        let result = loop {
            let operator = self.operator();
            let from = self.state.start;
            let Some(right) = self.climb(None, level + 1, false, from) else { break Some(left) };
            left = self.call(&[operator, left, right], start);
            if level_of(self.state.token) != Some(level) {
                break Some(left);
            }
            if !self.enter(1) {
                break None;
            }
            steps += 1;
        };
        self.leave(steps);
        result
    }

    /// `in` behind a left operand, or behind a comma and a second one.
    fn membership(&mut self, mut left: TermId, key_value: bool, start: u32) -> Option<TermId> {
        let mut steps = 0;
        if key_value && self.is(Token::Comma) {
            match self.membership_with_key(left, start) {
                Some(call) => {
                    if !self.is(Token::In) {
                        return Some(call);
                    }
                    if !self.enter(1) {
                        return None;
                    }
                    steps = 1;
                    left = call;
                }
                None => {
                    self.scan_ahead_reference();
                    return Some(left);
                }
            }
        }
        let result = loop {
            self.scan_ahead_reference();
            if !self.is(Token::In) {
                break Some(left);
            }
            let operator = self.named_operator(self.names.member);
            let from = self.state.start;
            let Some(right) = self.climb(None, RELATION, false, from) else { break Some(left) };
            left = self.call(&[operator, left, right], start);
            if !self.is(Token::In) {
                break Some(left);
            }
            if !self.enter(1) {
                break None;
            }
            steps += 1;
        };
        self.leave(steps);
        result
    }

    fn membership_with_key(&mut self, left: TermId, start: u32) -> Option<TermId> {
        let before = self.state;
        self.scan();
        if let Some(middle) = self.climb(None, RELATION, false, start)
            && self.is(Token::In)
        {
            let operator = self.named_operator(self.names.member_with_key);
            let from = self.state.start;
            if let Some(right) = self.climb(None, RELATION, false, from) {
                return Some(self.call(&[operator, left, middle, right], start));
            }
        }
        self.restore(before);
        None
    }

    /// A call of an infix operator, placed at its left operand.
    fn call(&mut self, terms: &[TermId], start: u32) -> TermId {
        let left = terms.get(1).copied().map_or(self.here(), |left| self.place_of(left));
        let list = self.list_of(terms);
        let location = Self::placed(left, start, self.state.last_end);
        self.new_term(TermKind::Call(list), location)
    }

    /// The current token as an operator; goes on behind it.
    pub(super) fn operator(&mut self) -> TermId {
        let location = self.here();
        let name = self.operator_name(self.state.token);
        let variable = self.new_term(TermKind::Var(name), location);
        let list = self.list_of(&[variable]);
        self.scan();
        self.new_term(TermKind::Ref(list), location)
    }

    fn named_operator(&mut self, member: Text) -> TermId {
        let location = self.here();
        let internal = self.new_term(TermKind::Var(self.names.internal), location);
        let member = self.new_term(TermKind::String { value: member, raw: false }, location);
        let list = self.list_of(&[internal, member]);
        self.scan();
        self.new_term(TermKind::Ref(list), location)
    }

    /// Whether a call is `x in xs` (2 operands) or `k, v in xs` (3): its list of terms, and how many OPA expects.
    pub(super) fn is_membership(&self, term: TermId) -> Option<(List<TermId>, usize)> {
        let TermKind::Call(list) = self.kind(term) else { return None };
        let TermKind::Ref(parts) = self.kind(self.nth(list, 0)?) else { return None };
        let [head, name] = self.nodes.terms(parts) else { return None };
        match (self.kind(*head), self.kind(*name)) {
            (TermKind::Var(head), TermKind::String { value, .. }) if self.bytes(head) == b"internal" => {
                match self.bytes(value) {
                    b"member_2" => Some((list, 3)),
                    b"member_3" => Some((list, 4)),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}
