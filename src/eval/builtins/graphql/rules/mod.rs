//! The rules that a query keeps, told in the words and the order of gqlparser.

mod depth;
mod directives;
mod fields;
mod fragments;
mod operations;
mod overlap;
mod suggestions;
mod values;
mod variables;
mod walk;

use std::collections::{HashMap, HashSet};

use super::lexer::Place;
use super::schema::{Schema, Wrong};
use super::tree::{Asked, Definition, Field, Kind, Literal, Operation, QueryDocument, Variable};

/// The most steps that the comparison of fields and the search for depth take.
const MOST_STEPS: usize = 500_000;

/// The deepest that selections may nest, fragments included.
const DEEPEST: usize = 400;

/// What the walk finds out of a field that is asked for.
#[derive(Clone, Copy, Default)]
struct FieldNotes<'a> {
    definition: Option<&'a Field>,
    parent: Option<&'a Definition>,
}

/// What the walk finds out of a literal.
#[derive(Clone, Copy, Default)]
struct LiteralNotes<'a> {
    definition: Option<&'a Definition>,
    expected: Option<&'a Kind>,
    has_default: bool,
    variable: Option<&'a Variable>,
}

/// A walk through a query that holds it against the rules.
struct Walk<'a> {
    schema: &'a Schema,
    document: &'a QueryDocument,
    faults: Vec<Wrong>,
    /// The operation that is walked through; nothing in fragments of their own.
    operation: Option<&'a Operation>,
    fields: HashMap<*const Asked, FieldNotes<'a>>,
    literals: HashMap<*const Literal, LiteralNotes<'a>>,
    used_variables: HashSet<*const Variable>,
    /// The fragments that the operation or fragment has been followed into.
    entered: HashSet<&'a str>,
    used_fragments: HashSet<&'a str>,
    is_in_fragments: bool,
    fragments_searched_for_cycles: HashSet<&'a str>,
    seen_fragments: HashSet<&'a str>,
    seen_operations: HashSet<&'a str>,
    misplaced_directives: HashSet<(&'a str, Option<Place>)>,
    /// The pairs of fragments that have been compared, and whether as ones of which only one can be there.
    compared_pairs: HashMap<(&'a str, &'a str), bool>,
    /// The fragments that the fields of a selection have been compared with.
    compared: HashSet<&'a str>,
    steps: usize,
    depth: usize,
    is_given_up: bool,
}

/// What is wrong with a query, in the order in which it is found.
pub(super) fn validate(schema: &Schema, document: &QueryDocument) -> Vec<Wrong> {
    let mut walk = Walk {
        schema,
        document,
        faults: Vec::new(),
        operation: None,
        fields: HashMap::new(),
        literals: HashMap::new(),
        used_variables: HashSet::new(),
        entered: HashSet::new(),
        used_fragments: HashSet::new(),
        is_in_fragments: false,
        fragments_searched_for_cycles: HashSet::new(),
        seen_fragments: HashSet::new(),
        seen_operations: HashSet::new(),
        misplaced_directives: HashSet::new(),
        compared_pairs: HashMap::new(),
        compared: HashSet::new(),
        steps: 0,
        depth: 0,
        is_given_up: false,
    };
    walk.whole();
    if walk.is_given_up {
        return vec![Wrong { message: "the query is too complex".to_owned(), place: None }];
    }
    walk.faults
}

impl<'a> Walk<'a> {
    fn fault(&mut self, place: Option<Place>, message: String) {
        self.faults.push(Wrong { message, place });
    }

    fn field_notes(&self, field: &Asked) -> FieldNotes<'a> {
        self.fields.get(&std::ptr::from_ref(field)).copied().unwrap_or_default()
    }

    fn notes(&self, literal: &Literal) -> LiteralNotes<'a> {
        self.literals.get(&std::ptr::from_ref(literal)).copied().unwrap_or_default()
    }

    /// Goes one level deeper; nothing where that is too deep, or has taken too many steps.
    fn deeper<T>(&mut self, what: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.step()?;
        self.is_given_up = self.depth >= DEEPEST;
        if self.is_given_up {
            return None;
        }
        self.depth += 1;
        let done = what(self);
        self.depth -= 1;
        Some(done)
    }

    /// Counts a step; nothing where there have been too many.
    fn step(&mut self) -> Option<()> {
        self.steps += 1;
        self.is_given_up |= self.steps > MOST_STEPS;
        (!self.is_given_up).then_some(())
    }
}
