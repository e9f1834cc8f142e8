//! What stands between tokens: blanks, comments and line breaks.

use super::cursor::{is_blank, is_break};
use super::scanner::Scanner;

/// How far the library looks for the next comment.
const COMMENT_DISTANCE: usize = 512;

impl Scanner {
    /// Goes over blanks, comments and line breaks. A tab may stand only where no key can begin.
    pub(super) fn skip_to_token(&mut self) {
        loop {
            while self.cursor.character() == ' '
                || (self.cursor.character() == '\t' && (self.flow_level > 0 || !self.key_allowed))
            {
                self.cursor.skip();
            }
            if self.cursor.character() == '#' {
                self.skip_comments();
            }
            if self.cursor.take_break().is_none() {
                return;
            }
            if self.flow_level == 0 {
                self.key_allowed = true;
            }
        }
    }

    /// Goes over a comment and those behind it, with the blanks and tabs between them.
    fn skip_comments(&mut self) {
        loop {
            self.cursor.skip_to_line_end();
            let gap = (0..COMMENT_DISTANCE).find(|places| {
                let character = self.cursor.ahead(*places);
                !is_blank(character) && !is_break(character)
            });
            let Some(gap) = gap.filter(|gap| self.cursor.ahead(*gap) == '#') else { return };
            let next = self.cursor.mark.index + gap;
            while self.cursor.mark.index < next {
                if self.cursor.take_break().is_none() {
                    self.cursor.skip();
                }
            }
        }
    }

    /// Goes over a comment on the line of the token before it.
    pub(super) fn skip_line_comment(&mut self) {
        if self.cursor.newlines > 0 {
            return;
        }
        let gap = (0..COMMENT_DISTANCE).find(|places| !is_blank(self.cursor.ahead(*places)));
        if gap.is_some_and(|gap| self.cursor.ahead(gap) == '#') {
            self.cursor.skip_to_line_end();
        }
    }
}
