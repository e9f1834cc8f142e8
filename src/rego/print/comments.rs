//! Comments, in their places between and behind what they stand by.

use super::Printer;
use crate::rego::syntax::{Comment, Location, Module, Span};

/// The comments that are still to be written.
pub(super) struct Comments<'a> {
    waiting: std::iter::Peekable<std::slice::Iter<'a, Comment>>,
}

impl<'a> Comments<'a> {
    pub(super) fn of(module: &'a Module) -> Self {
        Self { waiting: module.comments.iter().peekable() }
    }

    /// The next comment that begins before a byte of the source.
    fn before(&mut self, offset: u32) -> Option<&'a Comment> {
        self.waiting.next_if(|comment| comment.location.text.offset < offset)
    }
}

impl Printer<'_> {
    /// Writes the comments before a statement: a line each, at their columns, since a METADATA block is one only at the
    /// first; with empty lines where there were some, since they end such a block.
    pub(super) fn comments_before(&mut self, offset: u32) {
        let module = self.module;
        let mut last = None;
        while let Some(comment) = self.comments.before(offset) {
            let (row, column) = module.row_and_column(comment.location).unwrap_or((0, 1));
            if last.is_some_and(|last| row > last + 1) {
                self.out.push('\n');
            }
            self.out.extend(std::iter::repeat_n(' ', column.saturating_sub(1) as usize));
            self.comment(comment);
            self.out.push('\n');
            last = Some(row);
        }
        let starts = row_of(module, offset);
        if last.is_some_and(|last| starts > last + 1) {
            self.out.push('\n');
        }
    }

    /// Whether comments stand before a byte of the source.
    pub(super) fn has_comments_before(&mut self, offset: u32) -> bool {
        self.comments.waiting.peek().is_some_and(|comment| comment.location.text.offset < offset)
    }

    /// Writes the comments before a byte of the source, within a block: behind what was written last where they stood
    /// behind something, else on lines of their own.
    pub(super) fn trailing_comments(&mut self, offset: u32) {
        while let Some(comment) = self.comments.before(offset) {
            let column = self.module.row_and_column(comment.location).map_or(1, |(_, column)| column);
            if !self.stands_alone(comment) && !self.ends_in_comment() {
                self.out.push(' ');
            } else if column == 1 {
                self.out.push('\n');
            } else {
                self.new_line();
            }
            self.comment(comment);
        }
    }

    /// Ends a statement: with the comment behind it, if there is one on its last line.
    pub(super) fn finish(&mut self, end: u32) {
        let row = row_of(self.module, end);
        let behind = |comment: &Comment, module: &Module| row_of(module, comment.location.text.offset) <= row;
        while let Some(comment) = self.comments.waiting.peek().copied()
            && behind(comment, self.module)
        {
            self.trailing_comments(comment.location.text.offset + 1);
        }
        self.out.push('\n');
    }

    fn comment(&mut self, comment: &Comment) {
        self.out.push('#');
        self.out.push_str(self.module.span(comment.text));
        self.last_comment_end = Some(self.out.len());
    }

    /// Whether nothing stands before a comment on its line.
    fn stands_alone(&self, comment: &Comment) -> bool {
        let before = self.module.source.get(..comment.location.text.offset as usize).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        line.chars().all(char::is_whitespace)
    }

    /// Whether the line that is being written ends in a comment already.
    fn ends_in_comment(&self) -> bool {
        self.last_comment_end == Some(self.out.len())
    }
}

fn row_of(module: &Module, offset: u32) -> u32 {
    let location = Location { at: offset.min(u32::MAX - 1), text: Span::default() };
    module.row_and_column(location).map_or(0, |(row, _)| row)
}
