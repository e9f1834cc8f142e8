//! The places that refs and variables of a rule lead to.

use super::Probe;
use super::found::{Found, Wanted, is_scalar};
use super::reader::{Constants, Reader};
use crate::eval::Value;
use crate::eval::plan::{Slot, Term};

/// A ref as far as it is known.
pub(super) enum Root {
    Input,
    Data,
    Argument(usize),
}

/// A ref, and what is known of its parts.
pub(super) struct Path {
    pub(super) root: Root,
    pub(super) keys: Vec<Value>,
    /// What stands behind the keys that are known.
    pub(super) rest: Vec<Option<Slot>>,
}

impl Reader<'_> {
    /// A lookup of a key in base data: `data.groups[input.group]`.
    pub(super) fn key_of_base(&mut self, path: &Path) -> bool {
        let (Root::Data, [Some(slot)]) = (&path.root, path.rest.as_slice()) else { return false };
        if !(self.bases)(&path.keys) {
            return false;
        }
        let Some(key) = self.place_of(*slot) else { return false };
        let whole = self.places.number(Probe::Data(path.keys.clone()));
        if !self.entries.keys.contains(&(key, whole)) {
            self.entries.keys.push((key, whole));
            self.places.count(key, 1);
        }
        true
    }

    pub(super) fn want_at(&mut self, path: &Path, wanted: Wanted) -> bool {
        let Some(place) = self.valid(path) else { return false };
        self.insert(Found { place, wanted, split_at: None });
        true
    }

    /// The place a ref leads to, if one can look there.
    pub(super) fn valid(&mut self, path: &Path) -> Option<usize> {
        if !path.rest.is_empty() {
            return None;
        }
        let probe = match path.root {
            Root::Input => Probe::Input(path.keys.clone()),
            Root::Data if (self.bases)(&path.keys) => Probe::Data(path.keys.clone()),
            Root::Data | Root::Argument(_) => return None,
        };
        Some(self.places.number(probe))
    }

    /// A ref with what is known of it; refs into variables are those the variables stand for.
    pub(super) fn path(&self, term: &Term, constants: &Constants) -> Option<Path> {
        let (mut path, parts) = match term {
            Term::Input(parts) => (Path { root: Root::Input, keys: Vec::new(), rest: Vec::new() }, parts),
            Term::Data(parts) => (Path { root: Root::Data, keys: Vec::new(), rest: Vec::new() }, parts),
            Term::Of(head, parts) => match **head {
                Term::Variable(slot) => (self.path_of(slot)?, parts),
                _ => return None,
            },
            _ => return None,
        };
        for part in parts {
            let key = match part {
                Term::Constant(value) => Ok(value.clone()),
                Term::Variable(slot) => constants.get(slot).cloned().filter(is_scalar).ok_or(Some(*slot)),
                _ => Err(None),
            };
            match key {
                Ok(key) if path.rest.is_empty() => path.keys.push(key),
                Ok(_) => path.rest.push(None),
                Err(open) => path.rest.push(open),
            }
        }
        Some(path)
    }

    pub(super) fn path_or_variable(&self, term: &Term, constants: &Constants) -> Option<Path> {
        match term {
            Term::Variable(slot) => self.path_of(*slot),
            term => self.path(term, constants),
        }
    }

    /// The ref that a variable stands for.
    pub(super) fn path_of(&self, slot: Slot) -> Option<Path> {
        let known = self.entries.always.iter().chain(self.outer);
        let place = known.filter(|found| found.wanted == Wanted::Variable(slot)).map(|found| found.place).next();
        if let Some(place) = place {
            let (root, keys) = match self.places.probes.get(place)?.clone() {
                Probe::Input(keys) => (Root::Input, keys),
                Probe::Data(keys) => (Root::Data, keys),
                Probe::Argument(place) => (Root::Argument(place), Vec::new()),
            };
            return Some(Path { root, keys, rest: Vec::new() });
        }
        let is_it = |argument: &Term| matches!(argument, Term::Variable(other) if *other == slot);
        let place = self.rule.arguments.iter().position(is_it)?;
        Some(Path { root: Root::Argument(place), keys: Vec::new(), rest: Vec::new() })
    }

    /// The place of what a variable stands for.
    pub(super) fn place_of(&mut self, slot: Slot) -> Option<usize> {
        let path = self.path_of(slot)?;
        let probe = match path.root {
            Root::Input => Probe::Input(path.keys),
            Root::Data => Probe::Data(path.keys),
            Root::Argument(place) => Probe::Argument(place),
        };
        Some(self.places.number(probe))
    }
}
