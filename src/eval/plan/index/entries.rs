//! What the expressions of one rule want to lie at places.

use super::paths::{Places, Several};
use super::{Probe, Want};
use crate::eval::Value;
use crate::eval::plan::{Body, Expression, ExpressionKind, Function, Rule, Slot, Term};
use std::collections::BTreeMap;

/// In how many ways a rule may hold before they are no longer told apart.
const MOST_PATHS: usize = 32;

/// Whether no rule lies at a path of `data`, nor on the way there, nor behind it.
pub(in crate::eval::plan) type Bases<'b> = &'b dyn Fn(&[Value]) -> bool;

/// Something a rule wants to lie at a place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    pub(super) place: usize,
    pub(super) wanted: Wanted,
    /// What a string there is split at before it is compared.
    pub(super) split_at: Option<String>,
}

/// What is wanted.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Wanted {
    /// The value of a variable, which may be anything.
    Variable(Slot),
    Want(Want),
}

impl Found {
    /// Whether anything will do.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.wanted, Wanted::Variable(_) | Wanted::Want(Want::Anything))
    }

    pub(super) fn is_affix(&self) -> bool {
        matches!(self.wanted, Wanted::Want(Want::Prefix(_) | Want::Suffix(_)))
    }

    /// Whether it can be looked up as it is.
    pub(super) fn is_scalar(&self) -> bool {
        match &self.wanted {
            Wanted::Want(Want::Scalar(value) | Want::Member(value)) => is_scalar(value),
            Wanted::Want(Want::Prefix(_) | Want::Suffix(_)) => true,
            Wanted::Variable(_) | Wanted::Want(Want::Anything | Want::Array(_)) => false,
        }
    }

    pub(super) fn want(&self) -> Want {
        match &self.wanted {
            Wanted::Variable(_) => Want::Anything,
            // An object or a set cannot be looked up.
            Wanted::Want(Want::Scalar(value)) if !is_scalar(value) => match value {
                Value::Array(members) => {
                    Want::Array(members.iter().map(|member| Some(member.clone()).filter(is_scalar)).collect())
                }
                _ => Want::Anything,
            },
            Wanted::Want(want) => want.clone(),
        }
    }
}

fn is_scalar(value: &Value) -> bool {
    matches!(value, Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_))
}

/// What a rule wants.
#[derive(Debug, Default)]
pub(super) struct Entries {
    /// What it always wants.
    always: Vec<Found>,
    /// Of each of these one of several.
    either: Vec<Vec<Vec<Found>>>,
    /// Places at which keys lie of what lies at others.
    pub(super) keys: Vec<(usize, usize)>,
}

impl Entries {
    pub(super) fn of_rule(rule: &Rule, bases: Bases<'_>, places: &mut Places) -> Self {
        let mut reader = Reader { rule, bases, places, outer: &[], entries: Self::default() };
        if !has_effects(&rule.body) {
            reader.body(&rule.body, &mut Constants::new());
        }
        reader.entries
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Found> {
        self.always.iter().chain(self.either.iter().flatten().flatten())
    }

    /// The ways in which the rule may hold.
    pub(super) fn paths(&self) -> Vec<Vec<Found>> {
        let mut paths = vec![self.always.clone()];
        for ways in &self.either {
            if paths.len() * ways.len() > MOST_PATHS {
                return vec![self.always.clone()];
            }
            let longer = |path: &Vec<Found>, way: &Vec<Found>| path.iter().chain(way).cloned().collect();
            paths = paths.iter().flat_map(|path| ways.iter().map(move |way| longer(path, way))).collect();
        }
        paths
    }
}

/// Whether a body prints or records cases, which it must do even where the rule does not hold.
fn has_effects(body: &Body) -> bool {
    body.iter().any(|expression| match &expression.kind {
        ExpressionKind::Call { function: Function::Builtin(name), .. } => {
            name == "internal.print" || name == "internal.test_case"
        }
        ExpressionKind::Every { body, .. } | ExpressionKind::Not(body) => has_effects(body),
        ExpressionKind::And(left, right) | ExpressionKind::Or(left, right) => has_effects(left) || has_effects(right),
        _ => false,
    })
}

/// The variables that are known to be constants.
type Constants = BTreeMap<Slot, Value>;

/// A ref as far as it is known.
enum Root {
    Input,
    Data,
    Argument(usize),
}

struct Path {
    root: Root,
    keys: Vec<Value>,
    /// What stands behind the keys that are known.
    rest: Vec<Option<Slot>>,
}

struct Reader<'r> {
    rule: &'r Rule,
    bases: Bases<'r>,
    places: &'r mut Places,
    /// What is wanted around a side of `and` or `or`.
    outer: &'r [Found],
    entries: Entries,
}

impl Reader<'_> {
    fn body(&mut self, body: &Body, constants: &mut Constants) {
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

    /// A lookup of a key in base data: `data.groups[input.group]`.
    fn key_of_base(&mut self, path: &Path) -> bool {
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

    fn want_at(&mut self, path: &Path, wanted: Wanted) -> bool {
        let Some(place) = self.valid(path) else { return false };
        self.insert(Found { place, wanted, split_at: None });
        true
    }

    /// The place a ref leads to, if one can look there.
    fn valid(&mut self, path: &Path) -> Option<usize> {
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
    fn path(&self, term: &Term, constants: &Constants) -> Option<Path> {
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

    fn path_or_variable(&self, term: &Term, constants: &Constants) -> Option<Path> {
        match term {
            Term::Variable(slot) => self.path_of(*slot),
            term => self.path(term, constants),
        }
    }

    /// The ref that a variable stands for.
    fn path_of(&self, slot: Slot) -> Option<Path> {
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
    fn place_of(&mut self, slot: Slot) -> Option<usize> {
        let path = self.path_of(slot)?;
        let probe = match path.root {
            Root::Input => Probe::Input(path.keys),
            Root::Data => Probe::Data(path.keys),
            Root::Argument(place) => Probe::Argument(place),
        };
        Some(self.places.number(probe))
    }

    /// Wants one of several things at a place.
    fn insert_all(&mut self, place: usize, wants: impl ExactSizeIterator<Item = Want>, are_affixes: bool) {
        let several = if are_affixes { Several::Ending } else { Several::Converging };
        let found = |want| Found { place, wanted: Wanted::Want(want), split_at: None };
        let (known, count) = (self.entries.always.iter().any(|found| found.place == place), wants.len());
        if count == 0 {
            return;
        }
        for (number, want) in wants.enumerate() {
            // The first of them may take the place of what was wanted before.
            if number == 0 && !are_affixes {
                self.insert(found(want));
                continue;
            }
            let found = found(want);
            if !self.entries.always.contains(&found) {
                self.entries.always.push(found);
            }
        }
        let counted = if are_affixes && !known { count } else { count.saturating_sub(1) };
        self.places.count(place, counted);
        let closed = self.entries.always.iter().filter(|found| found.place == place && !found.is_open()).count();
        if closed > 1 {
            self.places.mark(place, several);
        }
    }

    fn insert(&mut self, new: Found) {
        let mut is_new = true;
        for known in self.entries.always.iter_mut().filter(|known| known.place == new.place) {
            is_new = false;
            if known.wanted == new.wanted {
                return;
            }
            if !new.is_open() && !new.is_affix() && known.is_open() {
                *known = new;
                return;
            }
            if !new.is_open() && !known.is_open() {
                let ends = new.is_affix() || known.is_affix();
                self.places.mark(new.place, if ends { Several::Ending } else { Several::Converging });
            }
        }
        if is_new {
            self.places.count(new.place, 1);
        }
        self.entries.always.push(new);
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

/// What is wanted of something that is to be equal to a term, if that can be looked up.
fn wanted(term: &Term) -> Option<Wanted> {
    let part = |term: &Term| match term {
        Term::Constant(value) if is_scalar(value) => Some(Some(value.clone())),
        Term::Variable(_) => Some(None),
        _ => None,
    };
    match term {
        Term::Variable(slot) => Some(Wanted::Variable(*slot)),
        Term::Constant(value @ Value::Array(members)) => {
            members.iter().all(is_scalar).then(|| Wanted::Want(Want::Scalar(value.clone())))
        }
        Term::Constant(value) => is_scalar(value).then(|| Wanted::Want(Want::Scalar(value.clone()))),
        Term::Array(members) => {
            members.iter().map(part).collect::<Option<Vec<_>>>().map(|parts| Wanted::Want(Want::Array(parts)))
        }
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

/// A part of a pattern; `None` for one that can be looked up in no array.
fn glob_part(part: String) -> Option<Option<Value>> {
    if part == "*" {
        return Some(None);
    }
    let mut is_escaped = false;
    for character in part.chars() {
        match character {
            '\\' => {
                is_escaped = !is_escaped;
                continue;
            }
            '[' | '?' | '{' | '*' if !is_escaped => return None,
            _ => {}
        }
        is_escaped = false;
    }
    Some(Some(Value::from(part)))
}

/// Parts of a text between characters that are not escaped.
pub(in crate::eval) fn split(text: &str, delimiters: &str) -> Vec<String> {
    let (mut parts, mut last, mut is_escaped) = (Vec::new(), 0, false);
    for (place, character) in text.char_indices() {
        if character == '\\' || is_escaped {
            is_escaped = !is_escaped;
        } else if delimiters.contains(character) {
            parts.push(text.get(last..place).unwrap_or_default().to_owned());
            last = place + character.len_utf8();
        }
    }
    parts.push(text.get(last..).unwrap_or_default().to_owned());
    parts
}
