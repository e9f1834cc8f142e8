//! A YAML text cut into tokens, as libyaml cuts it: with what it takes for a key, and how far it looks ahead.

use super::cursor::{Cursor, Mark};
use super::failure::{Failure, Outcome};
use super::token::{Token, TokenKind};
use std::collections::{HashMap, VecDeque};

/// How far before its colon a key without `?` may begin.
const KEY_LENGTH: usize = 1024;

/// How many tokens stand ready before one is taken.
const READY: usize = 3;

/// How far the library looks for the next comment.
const COMMENT_DISTANCE: usize = 512;

/// A place that may turn out to be a key.
#[derive(Debug, Clone, Copy, Default)]
struct SimpleKey {
    possible: bool,
    required: bool,
    token: usize,
    mark: Mark,
}

pub(super) struct Scanner {
    pub(super) cursor: Cursor,
    tokens: VecDeque<Token>,
    /// How many tokens were taken.
    taken: usize,
    pub(super) flow_level: usize,
    /// The column of the innermost block; -1 outside of any.
    pub(super) indent: isize,
    indents: Vec<isize>,
    /// One for each level of brackets.
    keys: Vec<SimpleKey>,
    /// Where in `keys` the key of a token is.
    key_of_token: HashMap<usize, usize>,
    pub(super) key_allowed: bool,
}

fn column(mark: Mark) -> isize {
    isize::try_from(mark.column).unwrap_or(isize::MAX)
}

impl Scanner {
    pub fn new(text: &str) -> Self {
        let mark = Mark::default();
        let start = Token { kind: TokenKind::StreamStart, start: mark, end: mark };
        Self {
            cursor: Cursor::new(text),
            tokens: VecDeque::from([start]),
            taken: 0,
            flow_level: 0,
            indent: -1,
            indents: Vec::new(),
            keys: vec![SimpleKey::default()],
            key_of_token: HashMap::new(),
            key_allowed: true,
        }
    }

    /// The next token, not yet taken.
    pub fn peek(&mut self) -> Outcome<&Token> {
        while self.needs_more()? {
            let fetched = self.fetch();
            if self.cursor.is_at_barrier() {
                return Err(Failure("control characters are not allowed".to_owned()));
            }
            fetched?;
        }
        self.tokens.front().ok_or_else(|| Failure("unknown problem parsing YAML content".to_owned()))
    }

    /// Takes the token that was peeked at.
    pub fn advance(&mut self) -> Option<Token> {
        let token = self.tokens.pop_front()?;
        self.taken += 1;
        Some(token)
    }

    fn needs_more(&mut self) -> Outcome<bool> {
        if self.tokens.len() < READY {
            return Ok(true);
        }
        match self.key_of_token.get(&self.taken) {
            Some(&key) => self.key_is_valid(key),
            None => Ok(false),
        }
    }

    fn push(&mut self, kind: TokenKind, start: Mark) {
        self.tokens.push_back(Token { kind, start, end: self.cursor.mark });
    }

    /// Puts a token before the one with a number.
    fn insert(&mut self, number: usize, kind: TokenKind, mark: Mark) {
        let place = number.saturating_sub(self.taken).min(self.tokens.len());
        self.tokens.insert(place, Token { kind, start: mark, end: mark });
    }

    fn next_number(&self) -> usize {
        self.taken + self.tokens.len()
    }

    pub(super) fn error<T>(&self, context: Mark, problem: &str) -> Outcome<T> {
        Err(Failure::scanning(context, self.cursor.mark, problem))
    }

    fn fetch(&mut self) -> Outcome<()> {
        let before = self.cursor.mark;
        self.skip_to_token();
        self.unroll(column(self.cursor.mark), before);
        if self.cursor.is_at_end() {
            return self.end_of_stream();
        }
        let (character, mark) = (self.cursor.character(), self.cursor.mark);
        if mark.column == 0 && character == '%' {
            self.leave_blocks()?;
            return self.directive();
        }
        if self.cursor.is_document_indicator() {
            self.leave_blocks()?;
            (0..3).for_each(|_| self.cursor.skip());
            self.push(if character == '-' { TokenKind::DocumentStart } else { TokenKind::DocumentEnd }, mark);
            return Ok(());
        }
        self.fetch_content(character)?;
        if !matches!(self.tokens.back(), Some(Token { kind: TokenKind::BlockEntry, .. })) {
            self.skip_line_comment();
        }
        Ok(())
    }

    fn fetch_content(&mut self, character: char) -> Outcome<()> {
        let in_flow = self.flow_level > 0;
        let space_follows = self.cursor.is_space_ahead(1);
        match character {
            '[' => self.open(TokenKind::FlowSequenceStart),
            '{' => self.open(TokenKind::FlowMappingStart),
            ']' => self.close(TokenKind::FlowSequenceEnd),
            '}' => self.close(TokenKind::FlowMappingEnd),
            ',' => {
                self.drop_key()?;
                self.key_allowed = true;
                self.indicator(TokenKind::FlowEntry);
                Ok(())
            }
            '-' if space_follows => self.block_entry(),
            '?' if in_flow || space_follows => self.explicit_key(),
            ':' if in_flow || space_follows => self.value(),
            '*' | '&' => {
                self.save_key()?;
                self.key_allowed = false;
                self.anchor(character == '*')
            }
            '!' => {
                self.save_key()?;
                self.key_allowed = false;
                self.tag()
            }
            '|' | '>' if !in_flow => {
                self.drop_key()?;
                self.key_allowed = true;
                self.block_scalar(character == '|')
            }
            '\'' | '"' => {
                self.save_key()?;
                self.key_allowed = false;
                self.quoted_scalar(character)
            }
            _ if self.starts_plain(character) => {
                self.save_key()?;
                self.key_allowed = false;
                self.plain_scalar()
            }
            _ => self.error(self.cursor.mark, "found character that cannot start any token"),
        }
    }

    fn starts_plain(&self, character: char) -> bool {
        match character {
            '-' => !super::cursor::is_blank(self.cursor.ahead(1)),
            '?' | ':' => self.flow_level == 0 && !self.cursor.is_space_ahead(1),
            ',' | '[' | ']' | '{' | '}' | '#' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' => false,
            _ => !self.cursor.is_space_ahead(0),
        }
    }

    /// Takes the one character of an indicator.
    fn indicator(&mut self, kind: TokenKind) {
        let mark = self.cursor.mark;
        self.cursor.skip();
        self.push(kind, mark);
    }

    pub(super) fn finish(&mut self, kind: TokenKind, start: Mark) {
        self.push(kind, start);
    }

    pub(super) fn finish_before(&mut self, kind: TokenKind, start: Mark, end: Mark) {
        self.tokens.push_back(Token { kind, start, end });
    }

    fn end_of_stream(&mut self) -> Outcome<()> {
        self.cursor.end_line();
        self.leave_blocks()?;
        self.push(TokenKind::StreamEnd, self.cursor.mark);
        Ok(())
    }

    fn leave_blocks(&mut self) -> Outcome<()> {
        self.unroll(-1, self.cursor.mark);
        self.drop_key()?;
        self.key_allowed = false;
        Ok(())
    }

    fn open(&mut self, kind: TokenKind) -> Outcome<()> {
        self.save_key()?;
        self.keys.push(SimpleKey::default());
        self.flow_level += 1;
        self.key_allowed = true;
        self.indicator(kind);
        Ok(())
    }

    fn close(&mut self, kind: TokenKind) -> Outcome<()> {
        self.drop_key()?;
        if self.flow_level > 0 {
            self.flow_level -= 1;
            if let Some(key) = self.keys.pop() {
                self.key_of_token.remove(&key.token);
            }
        }
        self.key_allowed = false;
        self.indicator(kind);
        Ok(())
    }

    fn block_entry(&mut self) -> Outcome<()> {
        if self.flow_level == 0 {
            self.allowed("block sequence entries are not allowed in this context")?;
            self.roll(self.cursor.mark, None, TokenKind::BlockSequenceStart);
        }
        self.drop_key()?;
        self.key_allowed = true;
        self.indicator(TokenKind::BlockEntry);
        Ok(())
    }

    fn explicit_key(&mut self) -> Outcome<()> {
        if self.flow_level == 0 {
            self.allowed("mapping keys are not allowed in this context")?;
            self.roll(self.cursor.mark, None, TokenKind::BlockMappingStart);
        }
        self.drop_key()?;
        self.key_allowed = self.flow_level == 0;
        self.indicator(TokenKind::Key);
        Ok(())
    }

    fn value(&mut self) -> Outcome<()> {
        let last = self.keys.len().saturating_sub(1);
        if self.key_is_valid(last)? {
            let key = self.keys.get(last).copied().unwrap_or_default();
            self.insert(key.token, TokenKind::Key, key.mark);
            self.roll(key.mark, Some(key.token), TokenKind::BlockMappingStart);
            self.forget_key(last);
            self.key_allowed = false;
        } else {
            if self.flow_level == 0 {
                self.allowed("mapping values are not allowed in this context")?;
                self.roll(self.cursor.mark, None, TokenKind::BlockMappingStart);
            }
            self.key_allowed = self.flow_level == 0;
        }
        self.indicator(TokenKind::Value);
        Ok(())
    }

    fn allowed(&self, problem: &str) -> Outcome<()> {
        if self.key_allowed { Ok(()) } else { self.error(self.cursor.mark, problem) }
    }

    /// Begins a block, if the column is deeper than the block around it.
    fn roll(&mut self, mark: Mark, before: Option<usize>, kind: TokenKind) {
        if self.flow_level > 0 || self.indent >= column(mark) {
            return;
        }
        self.indents.push(self.indent);
        self.indent = column(mark);
        match before {
            Some(number) => self.insert(number, kind, mark),
            None => self.insert(self.next_number(), kind, mark),
        }
    }

    /// Ends the blocks that are deeper than a column.
    fn unroll(&mut self, column: isize, mark: Mark) {
        while self.flow_level == 0 && self.indent > column {
            self.insert(self.next_number(), TokenKind::BlockEnd, mark);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    /// Whether a key may still stand where one was thought possible.
    fn key_is_valid(&mut self, number: usize) -> Outcome<bool> {
        let now = self.cursor.mark;
        let Some(key) = self.keys.get_mut(number).filter(|key| key.possible) else { return Ok(false) };
        if key.mark.line >= now.line && key.mark.index + KEY_LENGTH >= now.index {
            return Ok(true);
        }
        if key.required {
            let mark = key.mark;
            return self.error(mark, "could not find expected ':'");
        }
        key.possible = false;
        Ok(false)
    }

    fn save_key(&mut self) -> Outcome<()> {
        if !self.key_allowed {
            return Ok(());
        }
        let mark = self.cursor.mark;
        let required = self.flow_level == 0 && self.indent == column(mark);
        let token = self.next_number();
        self.drop_key()?;
        if let Some(last) = self.keys.last_mut() {
            *last = SimpleKey { possible: true, required, token, mark };
        }
        self.key_of_token.insert(token, self.keys.len().saturating_sub(1));
        Ok(())
    }

    /// What might have been a key is none.
    fn drop_key(&mut self) -> Outcome<()> {
        match self.keys.last().copied().filter(|key| key.possible) {
            Some(key) if key.required => self.error(key.mark, "could not find expected ':'"),
            Some(_) => {
                self.forget_key(self.keys.len().saturating_sub(1));
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn forget_key(&mut self, number: usize) {
        if let Some(key) = self.keys.get_mut(number) {
            key.possible = false;
            self.key_of_token.remove(&key.token);
        }
    }

    /// Goes over blanks, comments and line breaks. A tab may stand only where no key can begin.
    fn skip_to_token(&mut self) {
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
                !super::cursor::is_blank(character) && !super::cursor::is_break(character)
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
    fn skip_line_comment(&mut self) {
        if self.cursor.newlines > 0 {
            return;
        }
        let gap = (0..COMMENT_DISTANCE).find(|places| !super::cursor::is_blank(self.cursor.ahead(*places)));
        if gap.is_some_and(|gap| self.cursor.ahead(gap) == '#') {
            self.cursor.skip_to_line_end();
        }
    }
}
