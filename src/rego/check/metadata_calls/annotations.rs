//! Annotations as terms.

use crate::rego::check::annotation_set::{location, rule_of};
use crate::rego::check::errors::Place;
use crate::rego::check::names::{Names, Symbol};
use crate::rego::check::path::{Key, Step};
use crate::rego::check::program::Program;
use crate::rego::check::rule_tree::{NodeId, RuleTree};
use crate::rego::check::unit::Unit;
use crate::rego::metadata::{self, Annotation, JsonError, Locations};
use crate::rego::syntax::{Location, Nodes, RuleId, TermId, TermKind};
use rustc_hash::FxHashMap;
use serde_json::Value;

/// What is wrong with an annotation, and where it stands.
type Failure = (Place, String);

/// The annotations of a program as terms, and what they belong to.
#[derive(Debug)]
pub(in crate::rego::check) struct AnnotationTerms {
    nodes: Nodes<Symbol>,
    /// Each with its place.
    all: Vec<(Place, Result<TermId, JsonError>)>,
    rules: FxHashMap<(u32, RuleId), Vec<usize>>,
    packages: FxHashMap<NodeId, usize>,
    /// Those of documents, and of all packages below a path.
    paths: FxHashMap<NodeId, usize>,
    /// `path`, `annotations`
    keys: [Symbol; 2],
    /// `null`, `false`, `true`
    words: [Symbol; 3],
}

/// Names by their text, and new ones.
struct Words<'n> {
    known: FxHashMap<String, Symbol>,
    names: &'n mut Names,
}

impl Words<'_> {
    fn symbol(&mut self, text: &str) -> Symbol {
        if let Some(symbol) = self.known.get(text) {
            return *symbol;
        }
        let symbol = self.names.push(text);
        let _ = self.known.insert(text.to_owned(), symbol);
        symbol
    }
}

impl AnnotationTerms {
    /// The annotations of units, of which none is told twice.
    pub(in crate::rego::check) fn new(units: &[Unit<'_>], names: &mut Names, tree: &RuleTree) -> Self {
        let known = names.iter().map(|(symbol, text)| (text.to_owned(), symbol)).collect();
        let mut words = Words { known, names };
        let mut terms = Self {
            keys: ["path", "annotations"].map(|key| words.symbol(key)),
            words: ["null", "false", "true"].map(|word| words.symbol(word)),
            nodes: Nodes::default(),
            all: Vec::new(),
            rules: FxHashMap::default(),
            packages: FxHashMap::default(),
            paths: FxHashMap::default(),
        };
        for unit in units {
            for annotation in &unit.module.annotations {
                let rule = rule_of(unit, annotation);
                let number = terms.all.len();
                match (annotation.scope.as_str(), rule) {
                    ("rule", Some(rule)) => terms.rules.entry((unit.number, rule)).or_default().push(number),
                    ("document", Some(rule)) => terms.paths.extend(tree.place(unit, rule).map(|at| (at, number))),
                    ("package", None) => {
                        terms.packages.extend(tree.find(&unit.package_names).map(|at| (at, number)));
                    }
                    ("subpackages", None) => {
                        terms.paths.extend(tree.find(&unit.package_names).map(|at| (at, number)));
                    }
                    _ => continue,
                }
                let place = Place { unit: unit.number, location: location(annotation) };
                let term = terms.annotation(&mut words, annotation);
                terms.all.push((place, term));
            }
        }
        for numbers in terms.rules.values_mut() {
            numbers.sort_by_key(|number| terms.all.get(*number).map(|(place, _)| place.location.at));
        }
        terms
    }

    fn annotation(&mut self, words: &mut Words<'_>, annotation: &Annotation) -> Result<TermId, JsonError> {
        let mut annotation = annotation.clone();
        annotation.custom.values_mut().chain(annotation.labels.values_mut()).for_each(finite);
        let mut json = String::new();
        annotation.write_json(&mut json, Locations::None)?;
        let mut value: Value = serde_json::from_str(&json).unwrap_or_default();
        if let Some(object) = value.as_object_mut() {
            let _ = object.remove("compile");
            for author in members(object.get_mut("authors")) {
                if let Some(author) = author.as_object_mut() {
                    author.retain(|_, text| text.as_str() != Some(""));
                }
            }
            for schema in members(object.get_mut("schemas")) {
                for path in ["path", "schema"] {
                    members(schema.get_mut(path)).for_each(part_of_path);
                }
            }
        }
        Ok(self.value(words, &value))
    }

    fn value(&mut self, words: &mut Words<'_>, value: &Value) -> TermId {
        let kind = match value {
            Value::Null => TermKind::Null,
            Value::Bool(value) => TermKind::Boolean(*value),
            Value::Number(number) => TermKind::Number(words.symbol(&number.to_string())),
            Value::String(text) => TermKind::String { value: words.symbol(text), raw: false },
            Value::Array(members) => {
                let members: Vec<TermId> = members.iter().map(|member| self.value(words, member)).collect();
                TermKind::Array(self.nodes.add_terms(&members))
            }
            Value::Object(members) => {
                let mut members: Vec<(&String, &Value)> = members.iter().collect();
                members.sort_unstable_by_key(|(key, _)| *key);
                let mut entries = Vec::with_capacity(members.len() * 2);
                for (key, member) in members {
                    let key = TermKind::String { value: words.symbol(key), raw: false };
                    entries.push(self.nodes.add_term(key, Location::NONE));
                    entries.push(self.value(words, member));
                }
                TermKind::Object(self.nodes.add_terms(&entries))
            }
        };
        self.nodes.add_term(kind, Location::NONE)
    }

    /// The first annotation of a rule alone, in the nodes of its unit; an empty object where it has none.
    pub(super) fn of_rule(&self, unit: &mut Unit<'_>, rule: RuleId) -> Result<TermId, Failure> {
        match self.rules.get(&(unit.number, rule)).and_then(|numbers| numbers.first()) {
            Some(number) => self.take(unit, *number),
            None => {
                let entries = unit.nodes.add_terms(&[]);
                Ok(unit.nodes.add_term(TermKind::Object(entries), Location::NONE))
            }
        }
    }

    /// The annotations of a rule and of all it stands in, in the nodes of its unit: its own, the last first, or an entry
    /// without any; that of its document; of its package; of all packages below a path, the longest path first.
    pub(super) fn chain(&self, unit: &mut Unit<'_>, program: &Program<'_>, rule: RuleId) -> Result<TermId, Failure> {
        let tree = &program.rules;
        let path = self.path(unit, rule);
        let mut links = Vec::new();
        match self.rules.get(&(unit.number, rule)) {
            Some(own) => {
                for number in own.iter().rev() {
                    links.push(self.link(unit, &path, Some(*number))?);
                }
            }
            None => links.push(self.link(unit, &path, None)?),
        }
        if let Some(number) = tree.place(unit, rule).and_then(|at| self.paths.get(&at)) {
            links.push(self.link(unit, &path, Some(*number))?);
        }
        let package: Vec<Symbol> = unit.package_names.clone();
        if let Some(number) = tree.find(&package).and_then(|at| self.packages.get(&at)) {
            links.push(self.link(unit, &package, Some(*number))?);
        }
        for length in (1..=package.len()).rev() {
            let path = package.get(..length).unwrap_or_default();
            if let Some(number) = tree.find(path).and_then(|at| self.paths.get(&at)) {
                links.push(self.link(unit, path, Some(*number))?);
            }
        }
        let links = unit.nodes.add_terms(&links);
        Ok(unit.nodes.add_term(TermKind::Array(links), Location::NONE))
    }

    /// The ground part of a rule's path, each step as a text.
    fn path(&self, unit: &Unit<'_>, rule: RuleId) -> Vec<Symbol> {
        let mut path = unit.package_names.clone();
        let Some(rule) = unit.nodes.rule(rule) else { return path };
        let parts = unit.nodes.terms(rule.head.reference);
        path.extend(parts.first().and_then(|name| unit.variable(*name)));
        let [null, no, yes] = self.words;
        for part in parts.iter().skip(1) {
            path.push(match Step::of(&unit.nodes, *part) {
                Step::Key(Key::Name(text) | Key::Number(text)) => text,
                Step::Key(Key::Boolean(value)) => {
                    if value {
                        yes
                    } else {
                        no
                    }
                }
                Step::Key(Key::Null) => null,
                Step::Composite | Step::Dynamic => break,
            });
        }
        path
    }

    fn link(&self, unit: &mut Unit<'_>, path: &[Symbol], annotation: Option<usize>) -> Result<TermId, Failure> {
        let text =
            |unit: &mut Unit<'_>, value| unit.nodes.add_term(TermKind::String { value, raw: false }, Location::NONE);
        let steps: Vec<TermId> = path.iter().skip(1).map(|step| text(unit, *step)).collect();
        let steps = unit.nodes.add_terms(&steps);
        let steps = unit.nodes.add_term(TermKind::Array(steps), Location::NONE);
        let [path, annotations] = self.keys;
        let mut entries = Vec::new();
        if let Some(number) = annotation {
            entries.extend([text(unit, annotations), self.take(unit, number)?]);
        }
        entries.extend([text(unit, path), steps]);
        let entries = unit.nodes.add_terms(&entries);
        Ok(unit.nodes.add_term(TermKind::Object(entries), Location::NONE))
    }

    /// An annotation in the nodes of a unit.
    fn take(&self, unit: &mut Unit<'_>, number: usize) -> Result<TermId, Failure> {
        match self.all.get(number) {
            Some((_, Ok(term))) => Ok(self.copied(unit, *term)),
            Some((place, Err(cause))) => {
                Err((*place, format!("invalid schema annotation ast: interface conversion: {cause}")))
            }
            None => Ok(unit.nodes.add_term(TermKind::Null, Location::NONE)),
        }
    }

    fn copied(&self, unit: &mut Unit<'_>, term: TermId) -> TermId {
        let mut all = |members| {
            let copies: Vec<TermId> =
                self.nodes.terms(members).iter().map(|member| self.copied(unit, *member)).collect();
            unit.nodes.add_terms(&copies)
        };
        let kind = match self.nodes.term(term).kind {
            TermKind::Array(members) => TermKind::Array(all(members)),
            TermKind::Object(members) => TermKind::Object(all(members)),
            kind => kind,
        };
        unit.nodes.add_term(kind, Location::NONE)
    }
}

/// Gives numbers JSON has no place for another value. OPA refuses them in schemas alone; their type is that of any number.
fn finite(value: &mut metadata::Value) {
    match value {
        metadata::Value::Float(float) if !float.is_finite() => *float = 0.0,
        metadata::Value::List(members) => members.iter_mut().for_each(finite),
        metadata::Value::Map(members) => members.values_mut().for_each(finite),
        _ => {}
    }
}

fn members(list: Option<&mut Value>) -> impl Iterator<Item = &mut Value> {
    list.and_then(Value::as_array_mut).into_iter().flatten()
}

/// A part of a ref as JSON into what it is as a text.
fn part_of_path(part: &mut Value) {
    let value = part.get_mut("value").map(Value::take).unwrap_or_default();
    *part = match value {
        Value::String(text) => Value::String(text),
        other => Value::String(other.to_string()),
    };
}
