//! The variables met so far, scope in scope.

use crate::rego::check::names::Symbol;
use rustc_hash::FxHashMap;

/// How a variable came into a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Occurrence {
    /// As an argument of the function.
    Argument,
    /// By being used.
    Seen,
    /// By `:=`.
    Assigned,
    /// By `some` or `every`.
    Declared,
}

/// A variable in a scope.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) name: Symbol,
    /// The variable it is replaced with; itself, if it is not replaced.
    pub(super) becomes: Symbol,
    pub(super) occurrence: Occurrence,
    /// How often it was met.
    pub(super) count: u32,
    /// Whether it stands somewhere in what was rewritten.
    pub(super) met: bool,
    /// The entry of the same name in a scope outside, and the scope it is in.
    outer: Option<u32>,
    scope: u32,
}

/// The variables met so far, scope in scope.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    entries: Vec<Entry>,
    starts: Vec<usize>,
    innermost: FxHashMap<Symbol, u32>,
}

impl Scopes {
    /// Forgets all scopes, and begins one with entries of another.
    pub(super) fn begin(&mut self, entries: &[Entry]) {
        self.entries.clear();
        self.starts.clear();
        self.innermost.clear();
        self.enter();
        for entry in entries {
            self.insert(entry.name, entry.becomes, entry.occurrence);
            if let Some(new) = self.entries.last_mut() {
                new.count = entry.count;
            }
        }
    }

    pub(super) fn enter(&mut self) {
        self.starts.push(self.entries.len());
    }

    pub(super) fn leave(&mut self) {
        let start = self.starts.pop().unwrap_or(0);
        for entry in self.entries.drain(start..) {
            match entry.outer {
                Some(outer) => drop(self.innermost.insert(entry.name, outer)),
                None => drop(self.innermost.remove(&entry.name)),
            }
        }
    }

    /// The entries of the innermost scope.
    pub(super) fn current(&self) -> &[Entry] {
        self.entries.get(self.starts.last().copied().unwrap_or(0)..).unwrap_or_default()
    }

    pub(super) fn insert(&mut self, name: Symbol, becomes: Symbol, occurrence: Occurrence) {
        let number = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        let outer = self.innermost.insert(name, number);
        let scope = u32::try_from(self.starts.len()).unwrap_or(u32::MAX);
        self.entries.push(Entry { name, becomes, occurrence, count: 1, met: false, outer, scope });
    }

    /// The innermost entry of a variable.
    pub(super) fn find(&self, name: Symbol) -> Option<&Entry> {
        self.innermost.get(&name).and_then(|number| self.entries.get(*number as usize))
    }

    /// The entry of a variable in the innermost scope.
    pub(super) fn find_here(&self, name: Symbol) -> Option<&Entry> {
        self.find(name).filter(|entry| entry.scope as usize == self.starts.len())
    }

    /// What a variable is replaced with.
    pub(super) fn declared(&self, name: Symbol) -> Option<Symbol> {
        self.find(name).map(|entry| entry.becomes)
    }

    /// Counts one more use.
    pub(super) fn seen(&mut self, name: Symbol) {
        let number = self.innermost.get(&name).copied();
        if let Some(entry) = number.and_then(|number| self.entries.get_mut(number as usize)) {
            entry.count += 1;
            entry.met = true;
        }
    }

    /// Notes that a variable stands somewhere without counting it as used.
    pub(super) fn met(&mut self, name: Symbol) {
        let number = self.innermost.get(&name).copied();
        if let Some(entry) = number.and_then(|number| self.entries.get_mut(number as usize)) {
            entry.met = true;
        }
    }

    /// How often a variable was met.
    pub(super) fn count(&self, name: Symbol) -> u32 {
        self.find(name).map_or(0, |entry| entry.count)
    }
}
