//! The names of a program, each stored once.

use rustc_hash::{FxBuildHasher, FxHashMap};

/// A name: of a variable, of a rule, of a part of a path, the value of a string, or the text of a number.
///
/// Equal names are equal symbols. The order of symbols means nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(u32);

/// Marks the variables that stages make.
const MADE: u32 = 1 << 31;

macro_rules! well_known {
    ($($(#[$documentation:meta])* $symbol:ident = $text:literal),* $(,)?) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Place { $($symbol),* }

        impl Symbol {
            $(
                #[doc = concat!("`", $text, "`")]
                pub const $symbol: Self = Self(Place::$symbol as u32);
            )*
        }

        /// The names every program has, by their symbols.
        const WELL_KNOWN: &[&str] = &[$($text),*];
    };
}

well_known! {
    DATA = "data",
    INPUT = "input",
    FUTURE = "future",
    REGO = "rego",
    EQ = "eq",
    ASSIGN = "assign",
    EQUAL = "equal",
    INTERNAL = "internal",
    MEMBER_2 = "member_2",
    MEMBER_3 = "member_3",
    PRINT = "print",
    TEMPLATE_STRING = "template_string",
    METADATA = "metadata",
    CHAIN = "chain",
    RULE = "rule",
    V1 = "v1",
    V2 = "v2",
    WILDCARD = "_",
    EMPTY = "",
    ARGUMENTS = "args",
    TEST_CASE = "test_case",
}

impl Symbol {
    /// The variable a stage made as the `ordinal`th of its module.
    #[must_use]
    pub const fn made(ordinal: u32) -> Self {
        Self(ordinal | MADE)
    }

    /// Which of its module's made variables it is; `None` for a name that was read.
    #[must_use]
    pub const fn ordinal(self) -> Option<u32> {
        if self.0 & MADE == 0 { None } else { Some(self.0 & !MADE) }
    }

    /// Its place among the names of a program; those of made variables are beyond all others.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The names that were read, by symbol.
#[derive(Debug, Default)]
pub struct Names {
    text: String,
    ends: Vec<u32>,
}

impl Names {
    /// The name of a symbol that was read; that of a made variable, which has none yet, is empty.
    #[must_use]
    pub fn text(&self, symbol: Symbol) -> &str {
        let place = symbol.index();
        let start = place.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        let range = start.zip(self.ends.get(place).copied());
        range.and_then(|(start, end)| self.text.get(start as usize..end as usize)).unwrap_or_default()
    }

    /// Whether a variable stands for `_`.
    #[must_use]
    pub fn is_wildcard(&self, symbol: Symbol) -> bool {
        self.text(symbol).starts_with('$')
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All names and their symbols.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Symbol, &str)> {
        (0..).map(Symbol).take(self.len()).map(|symbol| (symbol, self.text(symbol)))
    }

    /// One more name, which must be none of those there are.
    pub(super) fn push(&mut self, name: &str) -> Symbol {
        let symbol = Symbol(u32::try_from(self.ends.len()).unwrap_or(MADE - 1));
        self.text.push_str(name);
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        symbol
    }
}

/// Names on their way to symbols. They are borrowed from the modules they stand in.
#[derive(Debug)]
pub struct Interner<'a> {
    symbols: FxHashMap<&'a str, Symbol>,
    order: Vec<&'a str>,
}

impl Default for Interner<'_> {
    fn default() -> Self {
        Self::with_room(WELL_KNOWN.len())
    }
}

impl<'a> Interner<'a> {
    /// No names but those every program has, with room for so many.
    #[must_use]
    pub fn with_room(names: usize) -> Self {
        let symbols = FxHashMap::with_capacity_and_hasher(names, FxBuildHasher);
        let mut interner = Self { symbols, order: Vec::with_capacity(names) };
        for name in WELL_KNOWN {
            let _ = interner.symbol(name);
        }
        interner
    }

    /// The symbol of a name.
    pub fn symbol(&mut self, name: &'a str) -> Symbol {
        // Most names were met before.
        if let Some(symbol) = self.symbols.get(name) {
            return *symbol;
        }
        let symbol = Symbol(u32::try_from(self.order.len()).unwrap_or(MADE - 1));
        self.order.push(name);
        let _ = self.symbols.insert(name, symbol);
        symbol
    }

    /// The symbol of a name, if it was met.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Symbol> {
        self.symbols.get(name).copied()
    }

    /// All names, by their symbols.
    #[must_use]
    pub fn into_met(self) -> Vec<&'a str> {
        self.order
    }

    /// The symbols here for the names that another has met.
    pub fn absorb(&mut self, met: &[&'a str]) -> Vec<Symbol> {
        met.iter().map(|name| self.symbol(name)).collect()
    }

    /// The names alone.
    #[must_use]
    pub fn names(&self) -> Names {
        let mut names = Names::default();
        names.text.reserve(self.order.iter().map(|name| name.len()).sum());
        for name in &self.order {
            let _ = names.push(name);
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_are_equal_symbols() {
        let mut interner = Interner::default();
        let (first, other, again) = (interner.symbol("allow"), interner.symbol("deny"), interner.symbol("allow"));
        assert_eq!(first, again);
        assert_ne!(first, other);
        assert_eq!(interner.names().text(other), "deny");
        assert_eq!(interner.symbol("data"), Symbol::DATA);
    }

    #[test]
    fn names_of_two_modules_meet() {
        let (mut first, mut second) = (Interner::default(), Interner::default());
        let (_, b) = (first.symbol("a"), first.symbol("b"));
        let theirs = second.symbol("b");
        let symbols = first.absorb(&second.into_met());
        assert_eq!(symbols[theirs.index()], b);
    }

    #[test]
    fn made_variables_are_no_names() {
        assert_eq!(Symbol::made(3).ordinal(), Some(3));
        assert_eq!(Symbol::DATA.ordinal(), None);
        assert_eq!(Interner::default().names().text(Symbol::made(0)), "");
    }
}
