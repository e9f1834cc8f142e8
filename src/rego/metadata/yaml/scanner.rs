//! A YAML text cut into tokens, as libyaml cuts it: with what it takes for a key, and how far it looks ahead.

use super::cursor::{Cursor, Mark};
use super::failure::{Failure, Outcome};
use super::key::SimpleKey;
use super::token::{Token, TokenKind};
use std::collections::{BTreeMap, VecDeque};

/// How many brackets, and how many blocks, may stand in each other.
const DEPTH_LIMIT: usize = 10_000;

/// How many tokens stand ready before one is taken.
const READY: usize = 3;

/// Cuts tokens off a text.
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
    pub(super) keys: Vec<SimpleKey>,
    /// Where in `keys` the key of a token is.
    pub(super) key_of_token: BTreeMap<usize, usize>,
    pub(super) key_allowed: bool,
}

pub(super) fn column(mark: Mark) -> isize {
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
            key_of_token: BTreeMap::new(),
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

    pub(super) fn next_number(&self) -> usize {
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
        // The new level bears the number of its bracket, so that closing it makes the bracket forgotten as a key: the
        // library no longer looks ahead for its sake.
        self.keys.push(SimpleKey { token: self.next_number(), ..SimpleKey::default() });
        self.flow_level += 1;
        if self.flow_level > DEPTH_LIMIT {
            return self.error(self.cursor.mark, &format!("exceeded max depth of {DEPTH_LIMIT}"));
        }
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
            self.roll(self.cursor.mark, None, TokenKind::BlockSequenceStart)?;
        }
        self.drop_key()?;
        self.key_allowed = true;
        self.indicator(TokenKind::BlockEntry);
        Ok(())
    }

    fn explicit_key(&mut self) -> Outcome<()> {
        if self.flow_level == 0 {
            self.allowed("mapping keys are not allowed in this context")?;
            self.roll(self.cursor.mark, None, TokenKind::BlockMappingStart)?;
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
            self.roll(key.mark, Some(key.token), TokenKind::BlockMappingStart)?;
            self.forget_key(last);
            self.key_allowed = false;
        } else {
            if self.flow_level == 0 {
                self.allowed("mapping values are not allowed in this context")?;
                self.roll(self.cursor.mark, None, TokenKind::BlockMappingStart)?;
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
    fn roll(&mut self, mark: Mark, before: Option<usize>, kind: TokenKind) -> Outcome<()> {
        if self.flow_level > 0 || self.indent >= column(mark) {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column(mark);
        if self.indents.len() > DEPTH_LIMIT {
            let key = self.keys.last().map(|key| key.mark).unwrap_or_default();
            return self.error(key, &format!("exceeded max depth of {DEPTH_LIMIT}"));
        }
        match before {
            Some(number) => self.insert(number, kind, mark),
            None => self.insert(self.next_number(), kind, mark),
        }
        Ok(())
    }

    /// Ends the blocks that are deeper than a column.
    fn unroll(&mut self, column: isize, mark: Mark) {
        while self.flow_level == 0 && self.indent > column {
            self.insert(self.next_number(), TokenKind::BlockEnd, mark);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }
}
