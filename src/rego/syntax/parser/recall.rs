//! Terms and bodies that were read before.
//!
//! Where braces may hold a body or a value, OPA reads them as the one, goes back, and reads them as the other, and so with
//! the braces in them; behind an error it goes on where it is, and reads again what the error was found in. Its time
//! doubles with every level. Here a term or a body is read at most twice in each state it can be met in.

use super::{Parser, State};
use crate::rego::syntax::token::Token;
use crate::rego::syntax::tree::{Body, TermId};

/// What is read.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum What {
    Term,
    /// Up to a bracket.
    Body(Token),
}

/// What decides how it is read.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Start {
    /// With 1 for all errors: behind others less is told, whatever they are.
    state: State,
    what: What,
    trying_future: bool,
}

/// What came of it.
#[derive(Clone, Copy)]
pub(super) enum Read {
    Term(Option<TermId>),
    Body(Option<Body>),
}

/// How it was read.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    read: Read,
    /// The errors it was read behind.
    behind: u32,
    after: State,
    /// The steps it took below where it began.
    steps: u32,
}

impl Parser<'_> {
    fn start_of(&self, what: What) -> Start {
        let state = State { errors: self.state.errors.min(1), ..self.state };
        Start { state, what, trying_future: self.trying_future }
    }

    /// Whether something that begins here may have been read before. A first reading is not remembered: most are the
    /// only ones.
    fn may_be_known(&self) -> bool {
        self.state.start < self.furthest
    }

    /// Recalls how something was read, or reads it.
    fn read_again(&mut self, what: What, read: impl FnOnce(&mut Self) -> Read) -> Read {
        match self.recall(what) {
            Some(known) => known,
            None => self.read_and_remember(what, read),
        }
    }

    /// What came of the same reading before; goes on behind it.
    fn recall(&mut self, what: What) -> Option<Read> {
        let known = self.readings.get(&self.start_of(what)).copied()?;
        if self.depth + known.steps > self.limit || known.after.comments as usize > self.comments.len() {
            return None;
        }
        let errors = self.reports.again(known.after.errors, known.behind, self.state.errors);
        self.state = State { errors, ..known.after };
        self.deepest = self.deepest.max(self.depth + known.steps);
        Some(known.read)
    }

    fn read_and_remember(&mut self, what: What, read: impl FnOnce(&mut Self) -> Read) -> Read {
        let before = self.state;
        let outer = std::mem::replace(&mut self.deepest, self.depth);
        let read = read(self);
        let steps = self.deepest - self.depth;
        self.deepest = self.deepest.max(outer);
        // A term without errors is known by its place.
        let known = matches!(read, Read::Term(Some(_))) && self.state.errors == before.errors;
        if !known && !self.too_deep {
            self.remember(what, &before, read, steps);
        }
        read
    }

    // Out of the frames of what is nested.
    #[inline(never)]
    fn remember(&mut self, what: What, before: &State, read: Read, steps: u32) {
        let after = std::mem::replace(&mut self.state, *before);
        let _ = self.readings.insert(self.start_of(what), Reading { read, behind: before.errors, after, steps });
        self.state = after;
    }

    /// A body up to its closing bracket, which stays current.
    pub(super) fn body(&mut self, end: Token) -> Option<Body> {
        let body = if self.may_be_known() { self.body_again(end) } else { self.body_anew(end) };
        self.furthest = self.furthest.max(self.state.start);
        body
    }

    fn body_anew(&mut self, end: Token) -> Option<Body> {
        self.deeper(|parser| parser.query(false, end))
    }

    // Out of the frames of what is nested.
    #[inline(never)]
    fn body_again(&mut self, end: Token) -> Option<Body> {
        match self.read_again(What::Body(end), |parser| Read::Body(parser.body_anew(end))) {
            Read::Body(body) => body,
            Read::Term(_) => None,
        }
    }

    /// A term that is not known by its place, and what may follow it.
    pub(super) fn term_anew(&mut self) -> Option<TermId> {
        let term = if self.may_be_known() { self.term_again() } else { self.whole_term() };
        self.furthest = self.furthest.max(self.state.start);
        term
    }

    // Out of the frames of what is nested.
    #[inline(never)]
    fn term_again(&mut self) -> Option<TermId> {
        match self.read_again(What::Term, |parser| Read::Term(parser.whole_term())) {
            Read::Term(term) => term,
            Read::Body(_) => None,
        }
    }
}
