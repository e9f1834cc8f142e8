//! What takes several lines: bodies, and what has comments inside.

use super::{Printer, Work};
use crate::rego::syntax::{Body, Span, TermId};

/// A body, a line an expression, that ends before a byte of the source.
pub(super) fn block<'a>(open: &'a str, body: Body, end: u32, close: &'a str) -> [Work<'a>; 3] {
    [Work::Open(open), Work::Line(body, 0), Work::EndOfBlock(end, close)]
}

impl<'a> Printer<'a> {
    pub(super) fn open(&mut self, word: &str) {
        self.out.push_str(word);
        self.indent += 1;
    }

    pub(super) fn end_of_block(&mut self, end: u32, close: &str) {
        self.trailing_comments(end);
        self.indent = self.indent.saturating_sub(1);
        self.new_line();
        self.out.push_str(close);
    }

    pub(super) fn line(&mut self, body: Body, from: usize) {
        let module = self.module;
        let Some(id) = module.body(body).get(from) else { return };
        self.new_line_at(module.expression(*id).location.text.offset);
        self.work.push(Work::Line(body, from + 1));
        if from > 0 {
            self.work.push(Work::Apart(self.out.len()));
        }
        self.work.push(Work::Expression(*id));
    }

    /// Begins a line for what stands at a byte of the source, behind the comments before it.
    pub(super) fn new_line_at(&mut self, start: u32) {
        self.trailing_comments(start);
        self.new_line();
    }

    /// Keeps an expression apart from the one on the line before, which would go on with it otherwise.
    pub(super) fn apart(&mut self, start: usize) {
        let text = self.out.get(start..).unwrap_or_default();
        if text.starts_with('-') || text.starts_with("or(") || text.starts_with("and(") {
            self.out.insert_str(start, "; ");
        }
    }

    /// Members in brackets, with commas between them: on one line, or, if comments stand inside, a line each. A member is
    /// a term, or a key with its value.
    pub(super) fn bracketed(&mut self, open: &'a str, members: &[TermId], width: usize, close: &'a str, span: Span) {
        let module = self.module;
        let has_comments = self.has_comments_within(span);
        let mut works = Vec::with_capacity(members.len() * 2 + 2);
        works.push(if has_comments { Work::Open(open) } else { Work::Word(open) });
        for (place, member) in members.chunks(width).enumerate() {
            let [first, rest @ ..] = member else { continue };
            if has_comments {
                works.push(Work::NewLine(module.term(*first).location.text.offset));
            } else if place > 0 {
                works.push(Work::Word(", "));
            }
            works.push(self.inside(*first));
            for value in rest {
                works.extend([Work::Word(": "), self.inside(*value)]);
            }
            if has_comments {
                works.push(Work::Word(","));
            }
        }
        // Without a comma the union would be a comprehension.
        if let [only] | [_, only] = members
            && !has_comments
            && members.len() == width
            && close != ")"
            && self.begins_with_bare_union(*only)
        {
            works.push(Work::Word(","));
        }
        works.push(if has_comments { Work::EndOfBlock(span.end() - 1, close) } else { Work::Word(close) });
        self.then(&works);
    }

    /// A comprehension: its terms, and its body, on one line, or, if comments stand inside, a line an expression.
    pub(super) fn comprehension(&mut self, open: &'a str, terms: &[TermId], body: Body, close: &'a str, span: Span) {
        self.out.push_str(open);
        let mut works = Vec::with_capacity(6);
        for (place, term) in terms.iter().enumerate() {
            if place > 0 {
                works.push(Work::Word(": "));
            }
            // What binds less would be read as a member.
            works.push(Work::Term(*term, super::Binding::Whole));
        }
        if self.has_comments_within(span) {
            works.extend(block(" |", body, span.end() - 1, close));
        } else {
            works.extend([Work::Word(" | "), Work::Inline(body), Work::Word(close)]);
        }
        self.then(&works);
    }
}
