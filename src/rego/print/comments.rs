//! Comments, in their places between and behind what they stand by.

use super::Printer;
use crate::rego::syntax::{Comment, Location, Module, Span};

/// The comments that are still to be written.
pub(super) struct Comments<'a> {
    waiting: std::iter::Peekable<std::slice::Iter<'a, Comment>>,
    /// Where the one written last ends in what was written, and its row in the source.
    last: Option<(usize, u32)>,
}

impl<'a> Comments<'a> {
    pub(super) fn of(module: &'a Module) -> Self {
        Self { waiting: module.comments.iter().peekable(), last: None }
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

    /// Whether comments stand within a piece of the source.
    pub(super) fn has_comments_within(&self, span: Span) -> bool {
        let all = &self.module.comments;
        let next = all.partition_point(|comment| comment.location.text.offset < span.offset);
        all.get(next).is_some_and(|comment| comment.location.text.offset < span.end())
    }

    /// Writes the comments before a byte of the source, within a statement: behind what was written last where they stood
    /// behind something, else on lines of their own. Only those of the first column stay there, in blocks as they were,
    /// since a METADATA block is one there alone.
    pub(super) fn trailing_comments(&mut self, offset: u32) {
        while let Some(comment) = self.comments.before(offset) {
            let (row, column) = self.module.row_and_column(comment.location).unwrap_or((0, 1));
            let after = self.comments.last.filter(|(end, _)| *end == self.out.len()).map(|(_, row)| row);
            if !self.stands_alone(comment) && after.is_none() {
                self.out.push(' ');
            } else if column == 1 {
                self.out.push('\n');
                if after.is_some_and(|after| row > after + 1) {
                    self.out.push('\n');
                }
            } else {
                self.new_line();
                if self.indent == 0 {
                    self.out.push(' ');
                }
            }
            self.comment(comment);
        }
    }

    /// Ends a statement: with the comments behind it on its last line, and all that stand within it.
    pub(super) fn finish(&mut self, end: u32) {
        let row = row_of(self.module, end.saturating_sub(1));
        let behind = |comment: &Comment, module: &Module| {
            let place = comment.location.text.offset;
            let between = module.source.get(end as usize..place as usize).unwrap_or_default();
            // Another statement may stand on the line, with the comment in it.
            let begins_another = |one: char| one.is_alphanumeric() || matches!(one, '_' | '"' | '`' | '$');
            row_of(module, place) <= row && !between.contains(begins_another)
        };
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
        self.comments.last = Some((self.out.len(), row_of(self.module, comment.location.text.offset)));
    }

    /// Whether nothing stands before a comment on its line.
    fn stands_alone(&self, comment: &Comment) -> bool {
        let before = self.module.source.get(..comment.location.text.offset as usize).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        line.chars().all(char::is_whitespace)
    }
}

fn row_of(module: &Module, offset: u32) -> u32 {
    let location = Location { at: offset.min(u32::MAX - 1), text: Span::default() };
    module.row_and_column(location).map_or(0, |(row, _)| row)
}
