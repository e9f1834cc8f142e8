//! Attempts to read braces as an operand of `and`, `or`.

/// The number of an attempt.
#[derive(Debug, Clone, Copy)]
pub(super) struct AttemptId(u32);

/// The attempts of a statement.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    /// The attempt each is made in, and whether it failed.
    all: Vec<(Option<AttemptId>, bool)>,
    current: Option<AttemptId>,
}

impl Attempts {
    pub(super) fn current(&self) -> Option<AttemptId> {
        self.current
    }

    pub(super) fn begin(&mut self) {
        let id = AttemptId(super::next_number(&self.all));
        self.all.push((self.current, false));
        self.current = Some(id);
    }

    pub(super) fn end(&mut self, failed: bool) {
        let Some((outer, of_this)) = self.current.and_then(|id| self.all.get_mut(id.0 as usize)) else { return };
        *of_this = failed;
        self.current = *outer;
    }

    pub(super) fn clear(&mut self) {
        self.all.clear();
        self.current = None;
    }

    /// Whether an attempt failed, or one around it.
    pub(super) fn failed(&self, mut attempt: Option<AttemptId>) -> bool {
        while let Some((outer, failed)) = attempt.and_then(|id| self.all.get(id.0 as usize)) {
            if *failed {
                return true;
            }
            attempt = *outer;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_within_a_failed_attempt_is_of_a_failed_attempt() {
        let mut attempts = Attempts::default();
        attempts.begin();
        let outer = attempts.current();
        attempts.begin();
        let inner = attempts.current();
        attempts.end(false);
        assert!(!attempts.failed(inner) && !attempts.failed(None));
        attempts.end(true);
        assert!(attempts.failed(outer) && attempts.failed(inner) && attempts.current().is_none());
    }
}
