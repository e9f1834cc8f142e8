//! Documents of GraphQL as the trees that gqlparser makes of them.

mod definitions;
mod lexer;
mod node;
mod parser;
mod query;

use crate::eval::Value;

use super::error::failed;
use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};
use parser::Fault;

pub(super) const BUILTINS: &[Builtin] =
    &[builtin("graphql.parse_query", 1, parse_query), builtin("graphql.parse_schema", 1, parse_schema)];

/// A fault as OPA tells it.
fn told(fault: Fault) -> BuiltinError {
    let message = fault.message.trim_start_matches(' ');
    failed(format!("{message} in GraphQL string at location {}:{}", fault.place.line, fault.place.column))
}

fn parse_query(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    query::parse(operand::string(operands, 1)?).map(|document| node::pruned(&document)).map_err(told)
}

fn parse_schema(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    definitions::parse(operand::string(operands, 1)?).map(|document| node::pruned(&document)).map_err(told)
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
