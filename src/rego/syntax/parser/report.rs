//! The errors and hints found while reading.

use super::{Parser, State};
use crate::rego::syntax::location::Location;
use crate::rego::syntax::options::Keyword;
use crate::rego::syntax::token::Token;
use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;
use std::borrow::Cow;

/// An error before its row, line and words are looked up: most are given up with their reading.
#[derive(PartialEq, Eq, Hash)]
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

/// The most errors that are told: behind an error OPA reads on, and tells of what it read before again and again.
const MOST: usize = 100_000;

/// A link of a chain of errors.
#[derive(PartialEq, Eq, Hash)]
enum Link {
    Error(Report),
    /// The errors of a chain from `last` up to `behind`, told again behind others. Where the chain does not lead to
    /// `behind`, all of it, and none of the others.
    Again {
        before: u32,
        last: u32,
        behind: u32,
    },
}

/// All errors and hints of all readings. Each names the one before it, so that a reading can be given up and taken up.
/// One that is found again behind the same others has the same number, so that a reading ends the same as the last time.
#[derive(Default)]
pub(in super::super) struct Reports {
    links: IndexSet<Link, FxBuildHasher>,
    hints: IndexSet<(u32, Cow<'static, str>), FxBuildHasher>,
}

/// The number of what stands at a place; 0 is none.
fn number_of(place: usize) -> u32 {
    u32::try_from(place + 1).unwrap_or(u32::MAX)
}

impl Reports {
    fn hints(&self, mut last: u32) -> Vec<&str> {
        let mut found = Vec::new();
        while let Some((before, hint)) = self.hints.get_index((last as usize).wrapping_sub(1)) {
            found.push(&**hint);
            last = *before;
        }
        found.reverse();
        found
    }

    /// The errors up to a number, in the order found: places and messages.
    fn errors(&self, mut last: u32) -> Vec<(Location, String)> {
        let mut found = Vec::new();
        // Where each chain told again ends, and what stands before it.
        let mut chains: Vec<(u32, u32)> = Vec::new();
        while found.len() < MOST {
            if let Some((_, before)) = chains.pop_if(|(behind, _)| *behind == last) {
                last = before;
                continue;
            }
            match self.links.get_index((last as usize).wrapping_sub(1)) {
                None => break,
                Some(Link::Error(report)) => {
                    found.push((report.location, self.message(report)));
                    last = report.before;
                }
                Some(Link::Again { before, last: inner, behind }) => {
                    chains.push((*behind, *before));
                    last = *inner;
                }
            }
        }
        found.reverse();
        found
    }

    fn link(&mut self, link: Link) -> u32 {
        number_of(self.links.insert_full(link).0)
    }

    /// The errors from `behind` up to `last` told behind others; the last of them.
    pub(super) fn again(&mut self, last: u32, behind: u32, others: u32) -> u32 {
        if last == behind {
            others
        } else if behind == others || last == 0 {
            last
        } else {
            self.link(Link::Again { before: others, last, behind })
        }
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
        let (place, _) = self.reports.hints.insert_full((self.state.hints, hint.into()));
        self.state.hints = number_of(place);
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

    // Out of the frames of what is nested.
    #[cold]
    #[inline(never)]
    fn report(&mut self, location: Location, token: Option<Token>, words: Cow<'static, str>) {
        let hints = std::mem::take(&mut self.state.hints);
        let report = Report { before: self.state.errors, token, words, hints, location };
        self.state.errors = self.reports.link(Link::Error(report));
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
