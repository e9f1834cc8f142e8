//! How deep a text may be nested.

use super::Parser;

/// OPA's limit, in calls of its parser's functions.
pub(in super::super) const LIMIT: u32 = 100_000;

/// How deep a text may be nested to be read on the stack of the caller.
pub(in super::super) const SHALLOW: u32 = 600;

impl Parser<'_> {
    /// Goes `steps` deeper; tells an error and stays where that is too deep.
    pub(super) fn enter(&mut self, steps: u32) -> bool {
        if self.depth + steps > self.limit {
            self.refuse_depth();
            return false;
        }
        self.depth += steps;
        self.deepest = self.deepest.max(self.depth);
        true
    }

    #[cold]
    fn refuse_depth(&mut self) {
        self.too_deep = true;
        if self.limit < LIMIT {
            // On the stack of the caller nothing more is read then: all is read again on a deeper one.
            self.limit = 0;
        }
        self.error_here("max parsing recursion depth exceeded");
    }

    pub(super) fn leave(&mut self, steps: u32) {
        self.depth -= steps;
    }

    /// Does something one step deeper.
    pub(super) fn deeper<T>(&mut self, act: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if !self.enter(1) {
            return None;
        }
        let result = act(self);
        self.leave(1);
        result
    }
}
