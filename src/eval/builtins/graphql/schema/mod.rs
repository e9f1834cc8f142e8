//! Schemas that queries are validated against.

mod cycles;
mod directives;
mod interfaces;
mod types;

use std::collections::BTreeMap;

use super::lexer::Place;
use super::prelude;
use super::tree::{Definition, DirectiveDefinition, Field, Kind, Roots, SchemaDocument};

/// What is wrong with a schema or a query, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) message: String,
    pub(super) place: Option<Place>,
}

type Checked = Result<(), Wrong>;

fn wrong<T>(place: Option<Place>, message: String) -> Result<T, Wrong> {
    Err(Wrong { message, place })
}

/// The types and directives of a schema, with those that every schema has.
#[derive(Debug, Default)]
pub(super) struct Schema {
    pub(super) types: BTreeMap<String, Definition>,
    pub(super) directives: BTreeMap<String, DirectiveDefinition>,
    /// For each type the names of those that a value of it can have.
    possible: BTreeMap<String, Vec<String>>,
    /// The types of `query`, `mutation` and `subscription`.
    roots: BTreeMap<String, String>,
    /// The field that every type has.
    typename: Option<Field>,
}

/// The directives that a schema may define though they are there already.
const BUILT_IN_DIRECTIVES: [&str; 6] = ["include", "skip", "deprecated", "specifiedBy", "defer", "oneOf"];

impl Schema {
    /// The schema of a document.
    pub(super) fn of(document: SchemaDocument) -> Result<Self, Wrong> {
        let mut all = prelude::document();
        all.roots.extend(document.roots);
        all.root_extensions.extend(document.root_extensions);
        all.directives.extend(document.directives);
        all.definitions.extend(document.definitions);
        all.extensions.extend(document.extensions);
        let mut schema = Self::default();
        let names = schema.define(all.definitions, all.extensions)?;
        schema.find_possible_types(&names);
        for directive in all.directives {
            let name = directive.name.clone();
            if schema.directives.contains_key(&name) && !BUILT_IN_DIRECTIVES.contains(&name.as_str()) {
                return wrong(directive.place, format!("Cannot redeclare directive {name}."));
            }
            schema.directives.insert(name, directive);
        }
        if let Some(second) = all.roots.get(1) {
            let message = "Cannot have multiple schema entry points, consider schema extensions instead.";
            return wrong(second.place, message.to_owned());
        }
        for roots in all.roots.iter().chain(&all.root_extensions) {
            schema.take_roots(roots)?;
        }
        for definition in schema.types.values() {
            schema.check_type(definition)?;
        }
        schema.check_cycles()?;
        for directive in schema.directives.values() {
            schema.check_directive(directive)?;
        }
        if all.roots.is_empty() {
            for (operation, name) in [("query", "Query"), ("mutation", "Mutation"), ("subscription", "Subscription")] {
                if schema.types.contains_key(name) {
                    schema.roots.entry(operation.to_owned()).or_insert_with(|| name.to_owned());
                }
            }
        }
        schema.add_fields();
        Ok(schema)
    }

    /// Takes in types and their extensions; the names of the types in the order in which they came.
    fn define(&mut self, definitions: Vec<Definition>, extensions: Vec<Definition>) -> Result<Vec<String>, Wrong> {
        let mut names = Vec::new();
        for definition in definitions {
            if self.types.contains_key(&definition.name) {
                return wrong(definition.place, format!("Cannot redeclare type {}.", definition.name));
            }
            names.push(definition.name.clone());
            self.types.insert(definition.name.clone(), definition);
        }
        for extension in extensions {
            let Definition { kind, name, place, .. } = &extension;
            let known = self.types.entry(name.clone()).or_insert_with(|| {
                names.push(name.clone());
                Definition { kind: kind.clone(), name: name.clone(), place: *place, ..Definition::default() }
            });
            if known.kind != *kind {
                let known = &known.kind;
                return wrong(
                    *place,
                    format!("Cannot extend type {name} because the base type is a {known}, not {kind}."),
                );
            }
            known.directives.extend(extension.directives);
            known.interfaces.extend(extension.interfaces);
            known.fields.extend(extension.fields);
            known.members.extend(extension.members);
            known.member_places.extend(extension.member_places);
            known.values.extend(extension.values);
        }
        Ok(names)
    }

    fn find_possible_types(&mut self, names: &[String]) {
        for definition in names.iter().filter_map(|name| self.types.get(name)) {
            let mut add = |general: &String, special: &String| {
                self.possible.entry(general.clone()).or_default().push(special.clone());
            };
            match definition.kind.as_str() {
                "UNION" => definition.members.iter().for_each(|member| add(&definition.name, member)),
                "INPUT_OBJECT" | "OBJECT" => {
                    definition.interfaces.iter().for_each(|interface| add(interface, &definition.name));
                    add(&definition.name, &definition.name);
                }
                "INTERFACE" => definition.interfaces.iter().for_each(|interface| add(interface, &definition.name)),
                _ => {}
            }
        }
    }

    fn take_roots(&mut self, roots: &Roots) -> Checked {
        for root in &roots.operations {
            if !self.types.contains_key(&root.kind) {
                let message =
                    format!("Schema root {} refers to a type {} that does not exist.", root.operation, root.kind);
                return wrong(root.place, message);
            }
            self.roots.insert(root.operation.clone(), root.kind.clone());
        }
        self.check_directives(&roots.directives, "SCHEMA", None, true)
    }

    /// Adds the fields that tell of the schema itself.
    fn add_fields(&mut self) {
        let field = |name: &str, kind: &str, is_required, arguments| Field {
            name: name.to_owned(),
            arguments,
            default: None,
            kind: Kind::named(kind, is_required),
            directives: Vec::new(),
            place: None,
        };
        self.typename = Some(field("__typename", "String", false, Vec::new()));
        let Some(query) = self.roots.get("query").and_then(|name| self.types.get_mut(name)) else { return };
        query.fields.push(field("__schema", "__Schema", true, Vec::new()));
        query.fields.push(field("__type", "__Type", false, vec![field("name", "String", true, Vec::new())]));
    }

    /// The type that a type names.
    pub(super) fn type_of(&self, kind: &Kind) -> Option<&Definition> {
        self.types.get(kind.name())
    }

    /// The type of an operation.
    pub(super) fn root(&self, operation: &str) -> Option<&Definition> {
        let operation = if operation.is_empty() { "query" } else { operation };
        self.types.get(self.roots.get(operation)?)
    }

    /// The names of the types that a value of a type can have.
    pub(super) fn possible(&self, name: &str) -> &[String] {
        self.possible.get(name).map_or(&[], Vec::as_slice)
    }

    /// A field of a type, or the one that every type has.
    pub(super) fn field<'s>(&'s self, parent: Option<&'s Definition>, name: &str) -> Option<&'s Field> {
        if name == "__typename" { self.typename.as_ref() } else { parent?.field(name) }
    }
}
