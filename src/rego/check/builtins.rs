//! The built-in functions of a program, by the names in its text.

use super::names::{Interner, Symbol};
use crate::rego::capabilities::{Builtin, Capabilities};
use rustc_hash::FxHashMap;

/// The built-in functions whose names stand somewhere in the modules.
#[derive(Debug, Default)]
pub struct Builtins {
    /// The places of those of one part, by the symbols of their names; [`NONE`] for other names.
    plain: Vec<u32>,
    /// Those of several.
    dotted: FxHashMap<Vec<Symbol>, usize>,
    /// Whether the name of one begins with `data`, as those of rules do.
    in_data: bool,
    /// Whether one is deprecated.
    deprecated: bool,
    /// What the names of those end with that have no value.
    void: Vec<Symbol>,
}

/// No place.
const NONE: u32 = u32::MAX;

impl Builtins {
    pub(super) fn new(capabilities: &Capabilities, interner: &Interner<'_>) -> Self {
        let mut builtins = Self::default();
        for (place, builtin) in capabilities.builtins().iter().enumerate() {
            let Some(path) = builtin.name.split('.').map(|part| interner.find(part)).collect::<Option<Vec<Symbol>>>()
            else {
                continue;
            };
            builtins.deprecated |= builtin.deprecated;
            builtins.void.extend(path.last().filter(|_| builtin.void));
            builtins.in_data |= path.first() == Some(&Symbol::DATA);
            match path.as_slice() {
                [name] => {
                    let known = builtins.plain.len().max(name.index() + 1);
                    builtins.plain.resize(known, NONE);
                    if let Some(slot) = builtins.plain.get_mut(name.index()) {
                        *slot = u32::try_from(place).unwrap_or(NONE);
                    }
                }
                _ => drop(builtins.dotted.insert(path, place)),
            }
        }
        builtins
    }

    /// Whether one of them is deprecated.
    pub(super) const fn any_deprecated(&self) -> bool {
        self.deprecated
    }

    /// What the names of those end with that have no value.
    pub(super) fn void(&self) -> &[Symbol] {
        &self.void
    }

    /// The place of a function among those of the capabilities.
    #[must_use]
    pub fn find(&self, path: &[Symbol]) -> Option<usize> {
        match path {
            // What stages made has the name of no function, and is beyond all that is known.
            [name] => self.plain.get(name.index()).filter(|place| **place != NONE).map(|place| *place as usize),
            [Symbol::DATA, ..] if !self.in_data => None,
            _ => self.dotted.get(path).copied(),
        }
    }
}

impl super::Program<'_> {
    /// The built-in function a path names.
    #[must_use]
    pub fn builtin(&self, path: &[Symbol]) -> Option<&Builtin> {
        self.builtins.find(path).and_then(|place| self.options.capabilities.builtins().get(place))
    }

    /// How many arguments the function of a path takes; `None` where there is no such function. A rule that is no function
    /// takes none.
    #[must_use]
    pub fn arity(&self, path: &[Symbol]) -> Option<usize> {
        self.builtin(path).map(|builtin| builtin.arity).or_else(|| self.rules.arity(path))
    }

    /// Whether a variable has the name of a built-in function.
    pub(super) fn is_builtin_name(&self, name: Symbol) -> bool {
        self.builtins.find(&[name]).is_some()
    }
}
