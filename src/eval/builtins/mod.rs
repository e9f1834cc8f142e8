//! The built-in functions of OPA that the evaluator lacks or answers otherwise.

mod arrays;
mod aws;
mod base64;
mod bits;
mod certificates;
mod cidr;
mod collections;
mod deprecated;
mod encodings;
mod error;
mod globs;
mod graphql;
mod graphs;
mod hashes;
pub(super) mod http;
mod identifiers;
mod joins;
mod json;
mod json_paths;
mod jwt;
mod letters;
mod lookup;
mod modules;
mod numbers;
mod objects;
mod operand;
mod patch;
mod pem;
mod queries;
mod ranges;
mod regexes;
mod render;
mod runtime;
mod schema;
mod search;
mod size;
mod sprintf;
mod strings;
mod subset;
mod text;
mod times;
mod types;
mod units;
mod uri;
mod versions;
mod wildcards;
mod yaml;

pub use error::BuiltinError;
pub use regexes::pattern;

use std::collections::BTreeMap;

use crate::eval::{Network, Value};

/// What the answers of some built-in functions depend on.
#[derive(Debug, Clone, Default)]
pub struct BuiltinOptions {
    /// What `opa.runtime().env` shows.
    pub environment: BTreeMap<String, String>,
    /// Whether `opa.runtime()` has a configuration, which is empty.
    pub configured: bool,
    /// Whether a function that is only declared, by a capabilities file or a bundle, is undefined; a call of it ends the
    /// evaluation otherwise.
    pub missing_is_undefined: bool,
    /// The time of the query in nanoseconds since 1970, where it is fixed.
    pub now: Option<i64>,
    /// What may be reached beyond the process; nothing where it is `None`.
    pub network: Option<Network>,
}

/// Answers a call from its operands.
type Function = fn(&[Value], &BuiltinOptions) -> Result<Value, BuiltinError>;

/// A function by the name that policies call.
pub struct Builtin {
    /// The name, with its dots.
    pub name: &'static str,
    /// How many operands it takes.
    pub arity: u8,
    function: Function,
}

const fn builtin(name: &'static str, arity: u8, function: Function) -> Builtin {
    Builtin { name, arity, function }
}

/// All functions of this module.
pub fn all() -> impl Iterator<Item = &'static Builtin> {
    [
        arrays::BUILTINS,
        aws::BUILTINS,
        bits::BUILTINS,
        certificates::BUILTINS,
        cidr::BUILTINS,
        collections::BUILTINS,
        deprecated::BUILTINS,
        encodings::BUILTINS,
        globs::BUILTINS,
        graphql::BUILTINS,
        graphs::BUILTINS,
        hashes::BUILTINS,
        http::BUILTINS,
        identifiers::BUILTINS,
        joins::BUILTINS,
        json::BUILTINS,
        json_paths::BUILTINS,
        jwt::BUILTINS,
        letters::BUILTINS,
        lookup::BUILTINS,
        modules::BUILTINS,
        numbers::BUILTINS,
        objects::BUILTINS,
        patch::BUILTINS,
        queries::BUILTINS,
        ranges::BUILTINS,
        regexes::BUILTINS,
        render::BUILTINS,
        runtime::BUILTINS,
        schema::BUILTINS,
        search::BUILTINS,
        sprintf::BUILTINS,
        strings::BUILTINS,
        subset::BUILTINS,
        times::BUILTINS,
        types::BUILTINS,
        units::BUILTINS,
        uri::BUILTINS,
        versions::BUILTINS,
        wildcards::BUILTINS,
        yaml::BUILTINS,
    ]
    .into_iter()
    .flatten()
}

impl Builtin {
    /// Answers a call; undefined where the function has no answer.
    ///
    /// # Errors
    /// Operands the function refuses, as OPA words it.
    pub fn call(&self, operands: &[Value], options: &BuiltinOptions) -> Result<Value, BuiltinError> {
        (self.function)(operands, options)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap as Map;

    use super::*;

    /// The names and numbers of operands of OPA's functions, and whether each is an operator.
    fn capabilities() -> Map<String, (usize, bool)> {
        let text = include_str!("../../rego/capabilities.json");
        let capabilities: serde_json::Value = serde_json::from_str(text).unwrap();
        let functions = capabilities["builtins"].as_array().unwrap();
        functions
            .iter()
            .map(|function| {
                let operands = function["decl"]["args"].as_array().map_or(0, Vec::len);
                (function["name"].as_str().unwrap().to_owned(), (operands, function.get("infix").is_some()))
            })
            .collect()
    }

    #[test]
    fn the_table_tells_who_answers_each_function() {
        let mut rows = Map::new();
        for line in include_str!("../../../docs/builtins.md").lines() {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            if let Some(name) = cells.get(1).and_then(|cell| cell.strip_prefix('`')?.strip_suffix('`')) {
                assert!(rows.insert(name.to_owned(), cells[2].to_owned()).is_none(), "{name} stands there twice");
            }
        }
        let ours: Vec<&str> = all().map(|builtin| builtin.name).collect();
        let answered: Map<String, String> = capabilities()
            .into_iter()
            .map(|(name, (_, operator))| {
                let compiled = name.starts_with("internal.") || name.starts_with("rego.metadata.") || name == "print";
                let who = match () {
                    () if ours.contains(&name.as_str()) => "policy",
                    () if operator => "operator",
                    () if compiled => "compiler",
                    () if regorus::unstable::BUILTINS.contains_key(name.as_str()) => "evaluator",
                    () => "missing",
                };
                (name, who.to_owned())
            })
            .collect();
        assert_eq!(rows, answered);
    }

    #[test]
    fn each_function_takes_as_many_operands_as_opas() {
        let capabilities = capabilities();
        for builtin in all() {
            assert_eq!(
                capabilities.get(builtin.name).map(|(operands, _)| *operands),
                Some(usize::from(builtin.arity)),
                "{}",
                builtin.name
            );
        }
    }
}
