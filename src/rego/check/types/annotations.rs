//! The schemas that annotations give to documents while a rule is typed.

use super::Checker;
use super::fault::{Fault, Found};
use super::schema::type_of_schema;
use super::tree::{Step, Tree};
use crate::rego::check::annotation_set::rule_of;
use crate::rego::check::names::Symbol;
use crate::rego::check::program::Program;
use crate::rego::check::rule_tree::NodeId;
use crate::rego::check::unit::Unit;
use crate::rego::metadata::{Part, Schema, SchemaSource};
use crate::rego::syntax::{Location, RuleId};
use crate::rego::types::{Constant, Property, Shape, Type};
use rustc_hash::FxHashMap;

/// The number of a unit, and an annotation's place among those of its module.
type AnnotationPlace = (u32, usize);

/// The annotations with schemas, by what they are for.
#[derive(Debug, Default)]
pub(super) struct Annotated {
    any: bool,
    packages: FxHashMap<NodeId, AnnotationPlace>,
    /// Of documents, and of all packages below a path.
    paths: FxHashMap<NodeId, AnnotationPlace>,
    rules: FxHashMap<(u32, RuleId), Vec<AnnotationPlace>>,
}

impl Annotated {
    pub(super) fn new(units: &[Unit<'_>], program: &Program<'_>) -> Self {
        let mut annotated = Self::default();
        for unit in units {
            let package = || program.rules.find(&unit.package_names);
            for (place, annotation) in unit.module.annotations.iter().enumerate() {
                if annotation.schemas.is_empty() {
                    continue;
                }
                annotated.any = true;
                let place = (unit.number, place);
                let (of, node) = match (annotation.scope.as_str(), rule_of(unit, annotation)) {
                    ("package", None) => (&mut annotated.packages, package()),
                    ("subpackages", None) => (&mut annotated.paths, package()),
                    ("document", Some(rule)) => (&mut annotated.paths, program.rules.place(unit, rule)),
                    (_, Some(rule)) => {
                        annotated.rules.entry((unit.number, rule)).or_default().push(place);
                        continue;
                    }
                    _ => continue,
                };
                if let Some(node) = node {
                    let _ = of.entry(node).or_insert(place);
                }
            }
        }
        annotated
    }

    /// The annotations for a rule, those of wider scope first.
    fn of_rule(&self, unit: &Unit<'_>, rule: RuleId, program: &Program<'_>) -> Vec<AnnotationPlace> {
        let mut found = Vec::new();
        let tree = &program.rules;
        for length in 1..=unit.package_names.len() {
            let node = unit.package_names.get(..length).and_then(|path| tree.find(path));
            found.extend(node.and_then(|node| self.paths.get(&node)));
        }
        found.extend(tree.find(&unit.package_names).and_then(|node| self.packages.get(&node)));
        found.extend(tree.place(unit, rule).and_then(|node| self.paths.get(&node)));
        found.extend(self.rules.get(&(unit.number, rule)).into_iter().flatten());
        found
    }
}

impl Checker<'_, '_> {
    /// Gives documents the types that schemas say they have for a rule, until the layers are taken off again.
    pub(super) fn annotate(&mut self, rule: RuleId, location: Location, found: &mut Vec<Found>) {
        if !self.annotated.any {
            return;
        }
        let mut documents = Tree::default();
        let (mut input, mut data) = (Type::UNKNOWN, Type::UNKNOWN);
        for (unit, place) in self.annotated.of_rule(self.unit, rule, self.program) {
            let Some(unit) = self.units.get(unit as usize) else { continue };
            for schema in unit.module.annotations.get(place).map_or(&[][..], |annotation| &annotation.schemas) {
                let of = match self.type_of_annotation(schema) {
                    Ok(Some(of)) => of,
                    Ok(None) => continue,
                    Err(message) => {
                        found.push(Found { unit: self.unit.number, location, fault: Fault::Schema { message } });
                        continue;
                    }
                };
                let Some((head, path)) = schema.path.parts.split_first() else { continue };
                let (name, root) = match head.value.as_str() {
                    "\"input\"" => (Symbol::INPUT, &mut input),
                    _ => (Symbol::DATA, &mut data),
                };
                if root.is_unknown() && !path.is_empty() {
                    *root = if name == Symbol::DATA { self.data() } else { Type::ANY };
                }
                let of = if path.is_empty() { of } else { self.overridden(*root, path, of) };
                *root = of;
                documents.put(&[(Step::Variable(name), Constant::NULL)], of);
            }
        }
        if !input.is_unknown() || !data.is_unknown() {
            let layer = self.layer(documents);
            self.replaced.push(layer);
        }
    }

    /// The type of all that rules make so far.
    fn data(&mut self) -> Type {
        let data = self.documents.child(Tree::ROOT, Step::Variable(Symbol::DATA));
        data.map_or(Type::ANY, |node| self.documents.extent(node, &mut self.types))
    }

    /// The type an annotation gives; `None` where the schema is one of a file.
    fn type_of_annotation(&mut self, schema: &Schema) -> Result<Option<Type>, String> {
        match &schema.schema {
            SchemaSource::Named(_) => Ok(None),
            SchemaSource::Inline(definition) => type_of_schema(definition, &mut self.types).map(Some),
        }
    }

    fn key_of(&mut self, part: &Part) -> Constant {
        match serde_json::from_str(&part.value) {
            Ok(serde_json::Value::String(text)) => self.types.string(&text),
            Ok(serde_json::Value::Bool(value)) => {
                if value {
                    Constant::TRUE
                } else {
                    Constant::FALSE
                }
            }
            Ok(serde_json::Value::Number(_)) => self.types.number(&part.value),
            _ => Constant::NULL,
        }
    }

    /// A type with another for what a path in it leads to.
    fn overridden(&mut self, from: Type, path: &[Part], of: Type) -> Type {
        let Some((first, rest)) = path.split_first() else { return of };
        let key = self.key_of(first);
        let (mut properties, dynamic) = match self.types.shape(from) {
            Shape::Object { properties, dynamic } => (self.types.properties(properties).to_vec(), dynamic),
            _ => (Vec::new(), Some((Type::ANY, Type::ANY))),
        };
        if let Some(property) = properties.iter_mut().find(|property| property.key == key) {
            property.value = self.overridden(property.value, rest, of);
        } else {
            let mut value = of;
            for part in rest.iter().rev() {
                let key = self.key_of(part);
                value = self.types.object(&[Property { key, value }], dynamic);
            }
            properties.push(Property { key, value });
        }
        self.types.object(&properties, dynamic)
    }
}
