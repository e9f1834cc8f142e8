//! Nodes as the documents that validation goes through.

use crate::eval::Value;

use super::lexer::Place;
use super::tree::{
    Asked, Definition, Directive, DirectiveDefinition, EnumValue, Field, Fragment, Inline, Kind, Literal, LiteralKind,
    Named, Operation, QueryDocument, Root, Roots, SchemaDocument, Selection, Spread, Variable,
};

/// What a node lacks.
pub(super) type Lack = &'static str;

fn member<'a>(node: &'a Value, name: &str) -> Option<&'a Value> {
    let Value::Object(members) = node else { return None };
    members.get(&Value::from(name)).filter(|value| **value != Value::Null)
}

fn text(node: &Value, name: &str) -> String {
    if let Some(Value::String(text)) = member(node, name) { text.to_string() } else { String::new() }
}

fn flag(node: &Value, name: &str) -> bool {
    member(node, name) == Some(&Value::Bool(true))
}

fn items<'a>(node: &'a Value, name: &str) -> &'a [Value] {
    if let Some(Value::Array(items)) = member(node, name) { items.as_slice() } else { &[] }
}

fn texts(node: &Value, name: &str) -> Vec<String> {
    let text = |item: &Value| if let Value::String(text) = item { Some(text.to_string()) } else { None };
    items(node, name).iter().filter_map(text).collect()
}

fn all<T>(node: &Value, name: &str, read: fn(&Value) -> Result<T, Lack>) -> Result<Vec<T>, Lack> {
    items(node, name).iter().map(read).collect()
}

fn number(value: &Value) -> Option<u64> {
    if let Value::Number(number) = value { number.as_u64() } else { None }
}

fn place(value: &Value) -> Option<Place> {
    let Value::Array(position) = value else { return None };
    let [line, column] = position.as_slice() else { return None };
    let Value::Number(column) = column else { return None };
    Some(Place { line: usize::try_from(number(line)?).ok()?, column: column.as_i64()? })
}

fn place_of(node: &Value) -> Option<Place> {
    place(member(node, "Position")?)
}

fn kind(node: &Value) -> Result<Kind, Lack> {
    let node = member(node, "Type").ok_or("a type is missing")?;
    kind_of(node)
}

fn kind_of(node: &Value) -> Result<Kind, Lack> {
    let named = text(node, "NamedType");
    let element = member(node, "Elem").filter(|_| named.is_empty()).map(kind_of).transpose()?;
    if named.is_empty() && element.is_none() {
        return Err("a type has no name");
    }
    Ok(Kind { named, element: element.map(Box::new), is_required: flag(node, "NonNull"), place: place_of(node) })
}

fn literal(node: &Value) -> Result<Literal, Lack> {
    let kind = match member(node, "Kind").and_then(number) {
        None | Some(0) => LiteralKind::Variable,
        Some(1) => LiteralKind::Int,
        Some(2) => LiteralKind::Float,
        Some(3) => LiteralKind::Text,
        Some(4) => LiteralKind::Block,
        Some(5) => LiteralKind::Boolean,
        Some(6) => LiteralKind::Null,
        Some(7) => LiteralKind::Enum,
        Some(8) => LiteralKind::List,
        Some(9) => LiteralKind::Object,
        Some(_) => return Err("the kind of a value is unknown"),
    };
    Ok(Literal { kind, raw: text(node, "Raw"), children: all(node, "Children", named)?, place: place_of(node) })
}

fn named(node: &Value) -> Result<Named, Lack> {
    let value = literal(member(node, "Value").ok_or("a value is missing")?)?;
    Ok(Named { name: text(node, "Name"), value, place: place_of(node) })
}

fn directive(node: &Value) -> Result<Directive, Lack> {
    Ok(Directive { name: text(node, "Name"), arguments: all(node, "Arguments", named)?, place: place_of(node) })
}

fn directives(node: &Value) -> Result<Vec<Directive>, Lack> {
    all(node, "Directives", directive)
}

fn default(node: &Value) -> Result<Option<Literal>, Lack> {
    member(node, "DefaultValue").map(literal).transpose()
}

fn field(node: &Value) -> Result<Field, Lack> {
    Ok(Field {
        name: text(node, "Name"),
        arguments: all(node, "Arguments", field)?,
        default: default(node)?,
        kind: kind(node)?,
        directives: directives(node)?,
        place: place_of(node),
    })
}

fn enum_value(node: &Value) -> Result<EnumValue, Lack> {
    Ok(EnumValue { name: text(node, "Name"), directives: directives(node)?, place: place_of(node) })
}

fn definition(node: &Value) -> Result<Definition, Lack> {
    Ok(Definition {
        kind: text(node, "Kind"),
        name: text(node, "Name"),
        directives: directives(node)?,
        interfaces: texts(node, "Interfaces"),
        fields: all(node, "Fields", field)?,
        members: texts(node, "Types"),
        member_places: items(node, "TypePositions").iter().map(place).collect(),
        values: all(node, "EnumValues", enum_value)?,
        is_built_in: flag(node, "BuiltIn"),
        place: place_of(node),
    })
}

fn directive_definition(node: &Value) -> Result<DirectiveDefinition, Lack> {
    Ok(DirectiveDefinition {
        name: text(node, "Name"),
        arguments: all(node, "Arguments", field)?,
        locations: texts(node, "Locations"),
        is_repeatable: flag(node, "IsRepeatable"),
        place: place_of(node),
    })
}

fn roots(node: &Value) -> Result<Roots, Lack> {
    let root =
        |node: &Value| Root { operation: text(node, "Operation"), kind: text(node, "Type"), place: place_of(node) };
    let operations = items(node, "OperationTypes").iter().map(root).collect();
    Ok(Roots { directives: directives(node)?, operations, place: place_of(node) })
}

/// The document of a schema.
pub(super) fn schema(node: &Value) -> Result<SchemaDocument, Lack> {
    Ok(SchemaDocument {
        roots: all(node, "Schema", roots)?,
        root_extensions: all(node, "SchemaExtension", roots)?,
        directives: all(node, "Directives", directive_definition)?,
        definitions: all(node, "Definitions", definition)?,
        extensions: all(node, "Extensions", definition)?,
    })
}

fn variable(node: &Value) -> Result<Variable, Lack> {
    Ok(Variable {
        name: text(node, "Variable"),
        kind: kind(node)?,
        default: default(node)?,
        directives: directives(node)?,
        place: place_of(node),
    })
}

fn selection(node: &Value) -> Result<Selection, Lack> {
    let (directives, place) = (directives(node)?, place_of(node));
    let is_given = |name: &str| matches!(node, Value::Object(members) if members.get(&Value::from(name)).is_some());
    if is_given("Alias") {
        return Ok(Selection::Field(Asked {
            alias: text(node, "Alias"),
            name: text(node, "Name"),
            arguments: all(node, "Arguments", named)?,
            directives,
            selections: selections(node)?,
            place,
        }));
    }
    if is_given("TypeCondition") {
        let condition = text(node, "TypeCondition");
        return Ok(Selection::Inline(Inline { condition, directives, selections: selections(node)?, place }));
    }
    Ok(Selection::Spread(Spread { name: text(node, "Name"), directives, place }))
}

fn selections(node: &Value) -> Result<Vec<Selection>, Lack> {
    all(node, "SelectionSet", selection)
}

fn operation(node: &Value) -> Result<Operation, Lack> {
    let kind = text(node, "Operation");
    if !matches!(kind.as_str(), "" | "query" | "mutation" | "subscription") {
        return Err("the kind of an operation is unknown");
    }
    Ok(Operation {
        kind,
        name: text(node, "Name"),
        variables: all(node, "VariableDefinitions", variable)?,
        directives: directives(node)?,
        selections: selections(node)?,
        place: place_of(node),
    })
}

fn fragment(node: &Value) -> Result<Fragment, Lack> {
    Ok(Fragment {
        name: text(node, "Name"),
        condition: text(node, "TypeCondition"),
        directives: directives(node)?,
        selections: selections(node)?,
        place: place_of(node),
    })
}

/// The document of a query.
pub(super) fn query(node: &Value) -> Result<QueryDocument, Lack> {
    Ok(QueryDocument { operations: all(node, "Operations", operation)?, fragments: all(node, "Fragments", fragment)? })
}
