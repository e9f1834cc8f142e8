//! The errors and hints found while reading.

use super::{Parser, State};
use crate::rego::syntax::location::Location;
use crate::rego::syntax::options::Keyword;
use crate::rego::syntax::token::Token;
use std::borrow::Cow;

/// An error before its row and line are looked up.
#[derive(Clone)]
pub(in super::super) struct Report {
    /// The error before it; 0 for none.
    before: u32,
    pub(in super::super) message: Cow<'static, str>,
    pub(in super::super) location: Location,
}

/// All errors and hints of all readings. Each names the one before it, so that a reading can be given up and taken up.
#[derive(Default)]
pub(in super::super) struct Reports {
    errors: Vec<Report>,
    hints: Vec<(u32, Cow<'static, str>)>,
}

impl Reports {
    fn hints(&self, mut last: u32) -> Vec<&str> {
        let mut found = Vec::new();
        while let Some((before, hint)) = self.hints.get((last as usize).wrapping_sub(1)) {
            found.push(&**hint);
            last = *before;
        }
        found.reverse();
        found
    }

    /// The errors up to a number, in the order found.
    fn errors(&self, mut last: u32) -> Vec<Report> {
        let mut found = Vec::new();
        while let Some(report) = self.errors.get((last as usize).wrapping_sub(1)) {
            found.push(report.clone());
            last = report.before;
        }
        found.reverse();
        found
    }
}

impl Parser<'_> {
    pub(super) fn has_errors(&self) -> bool {
        self.state.errors != 0
    }

    /// The errors of the reading that holds.
    pub(in super::super) fn errors(&self) -> Vec<Report> {
        self.reports.errors(self.state.errors)
    }

    pub(super) fn hint(&mut self, hint: impl Into<Cow<'static, str>>) {
        self.reports.hints.push((self.state.hints, hint.into()));
        self.state.hints = u32::try_from(self.reports.hints.len()).unwrap_or(u32::MAX);
    }

    pub(super) fn error(&mut self, location: Location, message: impl Into<Cow<'static, str>>) {
        let mut message = message.into();
        if self.state.hints != 0 {
            let hints = self.reports.hints(self.state.hints);
            let word = if hints.len() == 1 { "hint" } else { "hints" };
            message = format!("{message} ({word}: {})", hints.join(", ")).into();
            self.state.hints = 0;
        }
        self.reports.errors.push(Report { before: self.state.errors, message, location });
        self.state.errors = u32::try_from(self.reports.errors.len()).unwrap_or(u32::MAX);
    }

    pub(super) fn error_here(&mut self, message: impl Into<Cow<'static, str>>) {
        self.error(self.here(), message);
    }

    /// Tells that the current token does not belong where it stands, and what does.
    pub(super) fn unexpected(&mut self, note: &str) {
        let token = self.state.token;
        if token == Token::Illegal {
            return self.error_here("illegal token");
        }
        let (name, kind) = (token.name(), if token.is_keyword() { "keyword" } else { "token" });
        if note.is_empty() {
            self.error_here(format!("unexpected {name} {kind}"));
        } else {
            self.error_here(format!("unexpected {name} {kind}: {note}"));
        }
    }

    pub(super) fn unexpected_token(&mut self) {
        self.unexpected("");
    }

    pub(super) fn restore(&mut self, state: State) {
        self.state = state;
    }

    /// Hints at the import that `x in xs`, `x and y`, `x or y` in a body may lack.
    pub(super) fn hint_missing_infix_keyword(&mut self) {
        if self.state.hints != 0 {
            return;
        }
        let keyword = match self.state.token {
            Token::Identifier => match Keyword::of(self.literal()) {
                Some(keyword @ (Keyword::In | Keyword::And | Keyword::Or)) => keyword,
                _ => return,
            },
            Token::Comma => {
                let before = self.state;
                self.scan();
                let term = self.with_future_keywords(Self::infix_call);
                self.restore(before);
                if term.is_none_or(|term| self.is_membership(term).is_none()) {
                    return;
                }
                Keyword::In
            }
            _ => return,
        };
        let example = match keyword {
            Keyword::And => "x and y",
            Keyword::Or => "x or y",
            _ => "x in xs",
        };
        self.hint(format!("`import future.keywords.{}` for `{example}` expressions", keyword.as_str()));
    }
}
