//! What the expressions of one rule want.

use super::Want;
use super::entries::{Bases, Entries};
use super::found::{Found, Wanted, is_scalar, wanted};
use super::glob::{glob_part, split};
use super::paths::Places;
use super::refs::Path;
use crate::eval::Value;
use crate::eval::plan::{Body, Expression, ExpressionKind, Function, Rule, Slot, Term};
use std::collections::BTreeMap;

/// The variables that are known to be constants.
pub(super) type Constants = BTreeMap<Slot, Value>;

/// A rule that is read.
pub(super) struct Reader<'r> {
    pub(super) rule: &'r Rule,
    pub(super) bases: Bases<'r>,
    pub(super) places: &'r mut Places,
    /// What is wanted around a side of `and` or `or`.
    pub(super) outer: &'r [Found],
    pub(super) entries: Entries,
}

impl Reader<'_> {
    pub(super) fn body(&mut self, body: &Body, constants: &mut Constants) {
        body.iter().for_each(|expression| self.expression(expression, constants));
    }

    fn expression(&mut self, expression: &Expression, constants: &mut Constants) {
        if expression.negated || !expression.with.is_empty() {
            return;
        }
        match &expression.kind {
            ExpressionKind::Term(term) => {
                let Some(path) = self.path(term, constants) else { return };
                if !self.key_of_base(&path) {
                    self.want_at(&path, Wanted::Want(Want::Anything));
                }
            }
            ExpressionKind::Equal(left, right) => self.equal(left, right, constants),
            ExpressionKind::Call { function: Function::Builtin(name), arguments, output: None } => {
                self.call(name, arguments, constants);
            }
            ExpressionKind::And(left, right) => {
                let (left, right) = (self.side(left, constants), self.side(right, constants));
                self.require(left);
                self.require(right);
            }
            ExpressionKind::Or(left, right) => {
                let left = self.side(left, constants);
                if left.is_empty() {
                    return;
                }
                let right = self.side(right, constants);
                if !right.is_empty() {
                    self.require(left.into_iter().chain(right).collect());
                }
            }
            _ => {}
        }
    }

    fn call(&mut self, name: &str, arguments: &[Term], constants: &mut Constants) {
        match (name, arguments) {
            ("equal", [left, right]) => self.equal(left, right, constants),
            ("glob.match", [Term::Constant(pattern), Term::Constant(delimiters), Term::Variable(slot)]) => {
                self.glob(pattern, delimiters, *slot);
            }
            ("internal.member_2", [member, of]) => self.member(member, of, constants),
            ("startswith", [text, base]) => {
                if let Some(Value::String(base)) = constant(base, constants) {
                    self.affixes(text, &[base.to_string()], Want::Prefix, constants);
                }
            }
            ("endswith", [text, base]) => {
                if let Some(Value::String(base)) = constant(base, constants) {
                    self.affixes(text, &[base.to_string()], Want::Suffix, constants);
                }
            }
            ("strings.any_prefix_match", [text, bases]) => {
                let bases = constant(bases, constants).and_then(|bases| strings(&bases)).unwrap_or_default();
                self.affixes(text, &bases, Want::Prefix, constants);
            }
            ("strings.any_suffix_match", [text, bases]) => {
                let bases = constant(bases, constants).and_then(|bases| strings(&bases)).unwrap_or_default();
                self.affixes(text, &bases, Want::Suffix, constants);
            }
            _ => {}
        }
    }

    /// The ways in which a side of `and` or `or` may hold; none where nothing is known of it.
    fn side(&mut self, body: &Body, constants: &Constants) -> Vec<Vec<Found>> {
        let outer: Vec<Found> = self.entries.always.iter().chain(self.outer).cloned().collect();
        let aside = self.places.set_aside();
        let mut inner = Reader {
            rule: self.rule,
            bases: self.bases,
            places: &mut *self.places,
            outer: &outer,
            entries: Entries::default(),
        };
        inner.body(body, &mut constants.clone());
        let mut paths = inner.entries.paths();
        self.places.restore(aside);
        if paths.len() == 1 && paths.iter().all(Vec::is_empty) {
            return Vec::new();
        }
        for found in paths.iter_mut().flatten() {
            if let Wanted::Variable(_) = found.wanted {
                found.wanted = Wanted::Want(Want::Anything);
            }
        }
        paths
    }

    /// Wants one of several ways to hold.
    fn require(&mut self, mut ways: Vec<Vec<Found>>) {
        if ways.len() > 1 {
            ways.iter().flatten().for_each(|found| self.places.count(found.place, 1));
            self.entries.either.push(ways);
        } else {
            ways.pop().into_iter().flatten().for_each(|found| self.insert(found));
        }
    }

    fn equal(&mut self, left: &Term, right: &Term, constants: &mut Constants) {
        if !self.member_of_ref(left, right, constants)
            && !self.member_of_ref(right, left, constants)
            && !self.equal_to(left, right, constants)
        {
            self.equal_to(right, left, constants);
        }
    }

    /// `input.x[_] = "v"`: a collection with a member.
    fn member_of_ref(&mut self, term: &Term, value: &Term, constants: &Constants) -> bool {
        let Some(path) = self.path(term, constants) else { return false };
        let Some(value) = constant(value, constants).filter(is_scalar) else { return false };
        if path.rest.len() != 1 {
            return false;
        }
        let whole = Path { rest: Vec::new(), ..path };
        self.want_at(&whole, Wanted::Want(Want::Member(value)))
    }

    fn equal_to(&mut self, term: &Term, value: &Term, constants: &mut Constants) -> bool {
        if let Term::Variable(slot) = term {
            if let Some(value) = constant(value, constants) {
                constants.insert(*slot, value);
            }
            let Some(wanted) = wanted(value) else { return false };
            let Some(place) = self.place_of(*slot) else { return false };
            self.insert(Found { place, wanted, split_at: None });
            return true;
        }
        let Some(path) = self.path(term, constants) else { return false };
        let wanted = match value {
            Term::Variable(slot) => match constants.get(slot) {
                Some(value) => Some(Wanted::Want(Want::Scalar(value.clone()))),
                None => Some(Wanted::Variable(*slot)),
            },
            value => wanted(value),
        };
        wanted.is_some_and(|wanted| self.want_at(&path, wanted))
    }

    fn glob(&mut self, pattern: &Value, delimiters: &Value, slot: Slot) {
        let (Value::String(pattern), Value::Array(members)) = (pattern, delimiters) else { return };
        let mut texts = members.iter().map(|member| match member {
            Value::String(text) => Some(text.to_string()),
            _ => None,
        });
        let Some(delimiter) = texts.by_ref().collect::<Option<String>>() else { return };
        let delimiter = if members.is_empty() { ".".to_owned() } else { delimiter };
        let parts: Option<Vec<Option<Value>>> = split(pattern, &delimiter).into_iter().map(glob_part).collect();
        if let (Some(parts), Some(place)) = (parts, self.place_of(slot)) {
            self.insert(Found { place, wanted: Wanted::Want(Want::Array(parts)), split_at: Some(delimiter) });
        }
    }

    fn member(&mut self, member: &Term, of: &Term, constants: &Constants) {
        if let Term::Variable(slot) = member
            && let Some(place) = self.place_of(*slot)
        {
            let members = match constant(of, constants) {
                Some(Value::Array(members)) => members.iter().cloned().collect(),
                Some(Value::Set(members)) => members.iter().cloned().collect(),
                Some(Value::Object(entries)) => entries.values().cloned().collect(),
                _ => Vec::new(),
            };
            self.insert_all(place, members.into_iter().map(Want::Scalar), false);
            return;
        }
        let wanted = match (member, constant(member, constants)) {
            (_, Some(value)) if is_scalar(&value) => Wanted::Want(Want::Member(value)),
            (Term::Variable(slot), None) => Wanted::Variable(*slot),
            _ => return,
        };
        if let Some(path) = self.path_or_variable(of, constants) {
            self.want_at(&path, wanted);
        }
    }

    fn affixes(&mut self, text: &Term, bases: &[String], want: fn(String) -> Want, constants: &Constants) {
        if let Some(path) = self.path_or_variable(text, constants)
            && let Some(place) = self.valid(&path)
        {
            self.insert_all(place, bases.iter().cloned().map(want), true);
        }
    }
}

/// A constant, or the one a variable stands for.
fn constant(term: &Term, constants: &Constants) -> Option<Value> {
    match term {
        Term::Constant(value) => Some(value.clone()),
        Term::Variable(slot) => constants.get(slot).cloned(),
        _ => None,
    }
}

/// The members of a collection of strings alone.
fn strings(value: &Value) -> Option<Vec<String>> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.to_string()),
        _ => None,
    };
    match value {
        Value::String(text) => Some(vec![text.to_string()]),
        Value::Array(members) => members.iter().map(text).collect(),
        Value::Set(members) => members.iter().map(text).collect(),
        _ => None,
    }
}
