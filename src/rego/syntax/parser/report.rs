//! The errors and hints found while reading.

use super::{Parser, State};
use crate::rego::syntax::location::Location;
use crate::rego::syntax::options::Keyword;
use crate::rego::syntax::token::Token;
use std::borrow::Cow;

/// An error before its row, line and words are looked up: most are given up with their reading.
struct Report {
    /// The error before it; 0 for none.
    before: u32,
    /// The token that does not belong where it stands; none where the words are the whole message.
    token: Option<Token>,
    words: Cow<'static, str>,
    /// The last of its hints; 0 for none.
    hints: u32,
    location: Location,
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

    /// The errors up to a number, in the order found: places and messages.
    fn errors(&self, mut last: u32) -> Vec<(Location, String)> {
        let mut found = Vec::new();
        while let Some(report) = self.errors.get((last as usize).wrapping_sub(1)) {
            found.push((report.location, self.message(report)));
            last = report.before;
        }
        found.reverse();
        found
    }

    fn message(&self, report: &Report) -> String {
        let words = &report.words;
        let mut message = match report.token {
            None => words.clone().into_owned(),
            Some(Token::Illegal) => "illegal token".to_owned(),
            Some(token) => {
                let kind = if token.is_keyword() { "keyword" } else { "token" };
                let colon = if words.is_empty() { "" } else { ": " };
                format!("unexpected {} {kind}{colon}{words}", token.name())
            }
        };
        let hints = self.hints(report.hints);
        if !hints.is_empty() {
            let word = if hints.len() == 1 { "hint" } else { "hints" };
            message.push_str(&format!(" ({word}: {})", hints.join(", ")));
        }
        message
    }
}

impl Parser<'_> {
    pub(super) fn has_errors(&self) -> bool {
        self.state.errors != 0
    }

    /// The errors of the reading that holds.
    pub(in super::super) fn errors(&self) -> Vec<(Location, String)> {
        self.reports.errors(self.state.errors)
    }

    pub(super) fn hint(&mut self, hint: impl Into<Cow<'static, str>>) {
        self.reports.hints.push((self.state.hints, hint.into()));
        self.state.hints = u32::try_from(self.reports.hints.len()).unwrap_or(u32::MAX);
    }

    pub(in super::super) fn error(&mut self, location: Location, message: impl Into<Cow<'static, str>>) {
        self.report(location, None, message.into());
    }

    pub(super) fn error_here(&mut self, message: impl Into<Cow<'static, str>>) {
        self.error(self.here(), message);
    }

    /// Tells that the current token does not belong where it stands, and what does.
    pub(super) fn unexpected(&mut self, note: impl Into<Cow<'static, str>>) {
        self.report(self.here(), Some(self.state.token), note.into());
    }

    fn report(&mut self, location: Location, token: Option<Token>, words: Cow<'static, str>) {
        let hints = std::mem::take(&mut self.state.hints);
        self.reports.errors.push(Report { before: self.state.errors, token, words, hints, location });
        self.state.errors = u32::try_from(self.reports.errors.len()).unwrap_or(u32::MAX);
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
