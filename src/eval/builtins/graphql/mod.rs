//! Documents of GraphQL as the trees that gqlparser makes of them, and whether they are valid.

mod definitions;
mod lexer;
mod node;
mod parser;
mod prelude;
mod query;
mod read;
mod rules;
mod schema;
mod shape;
mod tree;

use std::collections::BTreeMap;

use crate::eval::Value;

use super::error::failed;
use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};
use lexer::Place;
use parser::{Fault, Parsed};
use schema::{Schema, Wrong};
use tree::QueryDocument;

pub(super) const BUILTINS: &[Builtin] = &[
    builtin("graphql.is_valid", 2, is_valid),
    builtin("graphql.parse", 2, parse),
    builtin("graphql.parse_and_verify", 2, parse_and_verify),
    builtin("graphql.parse_query", 1, parse_query),
    builtin("graphql.parse_schema", 1, parse_schema),
    builtin("graphql.schema_is_valid", 1, schema_is_valid),
];

/// A fault as OPA tells it.
fn told(fault: Fault) -> BuiltinError {
    let Fault { message, place } = fault;
    told_at(place, &format!("input:{}:{}: {message}", place.line, place.column))
}

/// Messages as OPA tells them: the place of the first stands at the end of them all.
fn told_at(place: Place, messages: &str) -> BuiltinError {
    if place.column < 0 {
        return failed(format!("GraphQL parse error: {messages}"));
    }
    let all = messages.splitn(4, ':').nth(3).unwrap_or_default().trim_start_matches(' ');
    let all = all.strip_suffix(".\n").unwrap_or(all);
    failed(format!("{all} in GraphQL string at location {}:{}", place.line, place.column))
}

fn parse_query(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    query::parse(operand::string(operands, 1)?).map(|document| node::pruned(&document)).map_err(told)
}

fn parse_schema(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    definitions::parse(operand::string(operands, 1)?).map(|document| node::pruned(&document)).map_err(told)
}

/// The document that an operand is or that its text holds.
fn document(
    operands: &[Value],
    position: usize,
    parse: fn(&str) -> Parsed<Value>,
    shape: &'static shape::Node,
) -> Result<Value, BuiltinError> {
    match operand::at(operands, position) {
        Value::String(text) => parse(text).map_err(told),
        object @ Value::Object(_) => shape.shaped(object).map_err(failed),
        // OPA counts these from 0.
        other => Err(operand::wrong(position - 1, other, &["string", "object"])),
    }
}

fn query_document(operands: &[Value], position: usize) -> Result<Value, BuiltinError> {
    document(operands, position, query::parse, &shape::QUERY)
}

fn schema_document(operands: &[Value], position: usize) -> Result<Value, BuiltinError> {
    document(operands, position, definitions::parse, &shape::SCHEMA)
}

fn schema_of(document: &Value) -> Result<Schema, BuiltinError> {
    let document = read::schema(document).map_err(failed)?;
    Schema::of(document).map_err(|Wrong { message, place }| {
        let place = place.map_or_else(|| "-1:-1".to_owned(), |place| format!("{}:{}", place.line, place.column));
        failed(format!("Error in gqlparser SchemaDocument to Schema conversion: input:{place}: {message}"))
    })
}

/// Holds a query against a schema.
fn validate(schema: &Schema, query: &QueryDocument) -> Result<(), BuiltinError> {
    let wrong = rules::validate(schema, query);
    let Some(first) = wrong.first() else { return Ok(()) };
    let one = |Wrong { message, place }: &Wrong| match place {
        Some(place) => format!("input:{}:{}: {message}\n", place.line, place.column),
        None => format!("input: {message}\n"),
    };
    let all: String = wrong.iter().map(one).collect();
    Err(match first.place {
        Some(place) => told_at(place, &all),
        None => failed(format!("GraphQL parse error: {all}")),
    })
}

/// The trees of a query and a schema that it is valid for.
fn verified(operands: &[Value]) -> Result<[Value; 2], BuiltinError> {
    let query = query_document(operands, 1)?;
    let schema = schema_document(operands, 2)?;
    validate(&schema_of(&schema)?, &read::query(&query).map_err(failed)?)?;
    Ok([node::pruned(&query), node::pruned(&schema)])
}

fn parse(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    Ok(verified(operands)?.to_vec().into())
}

fn parse_and_verify(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let empty = || Value::from(BTreeMap::new());
    let (is_valid, [query, schema]) = match verified(operands) {
        Ok(trees) => (true, trees),
        Err(_) => (false, [empty(), empty()]),
    };
    Ok(vec![is_valid.into(), query, schema].into())
}

fn is_valid(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    Ok(verified(operands).is_ok().into())
}

fn schema_is_valid(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    Ok(schema_document(operands, 1).and_then(|document| schema_of(&document)).is_ok().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(function: fn(&[Value], &BuiltinOptions) -> Result<Value, BuiltinError>, text: &str) -> String {
        match function(&[text.into()], &BuiltinOptions::default()) {
            Ok(value) => value.to_json(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_query_is_its_tree() {
        assert_eq!(
            parsed(parse_query, "{ a: b(x: $y) { ...F } }"),
            r#"{"Operations":[{"Name":"","Operation":"query","SelectionSet":[{"Alias":"a","Arguments":[{"Name":"x","Value":{"ExpectedTypeHasDefault":false,"Kind":0,"Raw":"y"}}],"Name":"b","SelectionSet":[{"Name":"F"}]}]}]}"#
        );
        assert_eq!(parsed(parse_query, "{ a: 1 }"), "Expected Name, found Int in GraphQL string at location 1:6");
        let deep = "{a".repeat(1000);
        assert!(parsed(parse_query, &deep).starts_with("the document nests too deeply"));
    }

    const SCHEMA: &str = "type Query { user(id: ID!): User } type User { name: String! friends: [User!] }";

    fn verified(query: &str, schema: &str) -> String {
        match parse(&[query.into(), schema.into()], &BuiltinOptions::default()) {
            Ok(trees) => trees.to_json(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_query_is_held_against_a_schema() {
        let trees = verified("{ user(id: 1) { name } }", SCHEMA);
        assert!(trees.starts_with(r#"[{"Operations":"#) && trees.contains(r#""Name":"friends""#), "{trees}");
        assert_eq!(
            verified("{ user { nam friends } }", SCHEMA),
            "Cannot query field \"nam\" on type \"User\". Did you mean \"name\"?\ninput:1:14: Field \"friends\" of type \
             \"[User!]\" must have a selection of subfields. Did you mean \"friends { ... }\"?\ninput:1:3: Field \
             \"user\" argument \"id\" of type \"ID!\" is required, but it was not provided in GraphQL string at location 1:10"
        );
        let operands = |query: &str| [query.into(), SCHEMA.into()];
        let options = BuiltinOptions::default();
        assert_eq!(is_valid(&operands("{ user(id: 1) { name } }"), &options), Ok(true.into()));
        assert_eq!(is_valid(&operands("{ user(id: 1) }"), &options), Ok(false.into()));
        let refused = parse_and_verify(&operands("{"), &options).unwrap();
        assert_eq!(refused.to_json(), "[false,{},{}]");
    }

    #[test]
    fn a_schema_is_checked() {
        let told = "Error in gqlparser SchemaDocument to Schema conversion: input:";
        assert_eq!(verified("", "type A { b: C }"), format!("{told}1:13: Undefined type C."));
        assert_eq!(
            verified("", "input A { b: A! }"),
            format!(
                "{told}1:11: Cannot reference Input Object \"A\" within itself through a series of non-null fields: \"b\"."
            )
        );
        let object = Value::from_json(r#"{"Definitions":[{"Name":"A","Kind":"OBJECT"}]}"#).unwrap();
        let refused = parse(&["".into(), object], &BuiltinOptions::default()).unwrap_err();
        assert_eq!(refused.to_string(), format!("{told}-1:-1: OBJECT A: must define one or more fields."));
        assert_eq!(schema_is_valid(&[SCHEMA.into()], &BuiltinOptions::default()), Ok(true.into()));
        assert_eq!(schema_is_valid(&[1.into()], &BuiltinOptions::default()), Ok(false.into()));
    }

    #[test]
    fn a_query_that_grows_without_end_is_refused() {
        let schema = "type Query { a: Query }";
        let twice = (0..40)
            .map(|index| format!("fragment F{index} on Query {{ a {{ ...F{0} }} b: a {{ ...F{0} }} }} ", index + 1));
        let query = format!("{{ __schema {{ ...F0 }} }} {} fragment F40 on Query {{ a }}", twice.collect::<String>());
        assert_eq!(verified(&query, schema), "GraphQL parse error: input: the query is too complex\n");
        let deep = format!(
            "{{ ...F0 }} {}",
            (0..5000).map(|index| format!("fragment F{index} on Query {{ ...F{} }}", index + 1)).collect::<String>()
        );
        assert_eq!(verified(&deep, schema), "GraphQL parse error: input: the query is too complex\n");
    }

    #[test]
    fn a_schema_is_its_tree() {
        assert_eq!(
            parsed(parse_schema, "union Hello = | Wo | Rld"),
            r#"{"Definitions":[{"BuiltIn":false,"Description":"","Kind":"UNION","Name":"Hello","Types":["Wo","Rld"]}]}"#
        );
        assert_eq!(
            parsed(parse_schema, "enum Hello {}"),
            "expected at least one definition, found } in GraphQL string at location 1:13"
        );
        assert_eq!(
            parsed(parse_schema, "\"d\" extend type A { b: C }"),
            "Unexpected String \"d\" in GraphQL string at location 1:2"
        );
    }
}
