//! Keys without `?`: places that a colon further on makes one.

use super::cursor::Mark;
use super::failure::Outcome;
use super::scanner::{Scanner, column};

/// How far before its colon a key without `?` may begin.
const KEY_LENGTH: usize = 1024;

/// A place that may turn out to be a key.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct SimpleKey {
    pub possible: bool,
    pub required: bool,
    pub token: usize,
    pub mark: Mark,
}

impl Scanner {
    /// Whether a key may still stand where one was thought possible.
    pub(super) fn key_is_valid(&mut self, number: usize) -> Outcome<bool> {
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

    pub(super) fn save_key(&mut self) -> Outcome<()> {
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
    pub(super) fn drop_key(&mut self) -> Outcome<()> {
        match self.keys.last().copied().filter(|key| key.possible) {
            Some(key) if key.required => self.error(key.mark, "could not find expected ':'"),
            Some(_) => {
                self.forget_key(self.keys.len().saturating_sub(1));
                Ok(())
            }
            None => Ok(()),
        }
    }

    pub(super) fn forget_key(&mut self, number: usize) {
        if let Some(key) = self.keys.get_mut(number) {
            key.possible = false;
            self.key_of_token.remove(&key.token);
        }
    }
}
