//! Rego modules as their trees.

use crate::eval::{Value, counted};

use super::error::failed;
use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};
use crate::rego::syntax::{Include, Layout, Options, ParseError, RegoVersion, parse, write_json};

pub(super) const BUILTINS: &[Builtin] = &[builtin("rego.parse_module", 2, parse_module)];

fn parse_module(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let file = operand::string(operands, 1)?;
    let text = operand::string(operands, 2).map_err(|_| operand::wrong(1, operand::at(operands, 2), &["string"]))?;
    let mut module =
        parse(text.as_bytes(), file, &Options::new(RegoVersion::V1)).map_err(|errors| failed(told(file, &errors)))?;
    // Annotations are read where they are asked for; OPA does not here.
    module.annotations.clear();
    module.annotations_of_rules.clear();
    let mut json = Vec::new();
    let include = Include { locations: false, comments: true };
    write_json(&module, include, Layout::Compact, &mut json).map_err(|error| failed(error.to_string()))?;
    Value::from_json(&json).map_err(|error| failed(error.to_string()))
}

/// Errors as OPA joins them.
fn told(file: &str, errors: &[ParseError]) -> String {
    let one = |error: &ParseError| {
        let place = if error.placed { format!("{file}:{}: ", error.row) } else { String::new() };
        let details = error.details.as_ref().map_or_else(String::new, |details| {
            let indent = details.line.len() - details.line.trim_start_matches('\t').len();
            let spaces = details.index.saturating_sub(indent);
            let line = details.line.trim_start_matches('\t');
            format!("\n\t{line}\n\t{}^", " ".repeat(spaces))
        });
        format!("{place}{}: {}{details}", ParseError::CODE, error.message)
    };
    match errors {
        [only] if only.message == "empty module" => one(only),
        several => counted(&several.iter().map(one).collect::<Vec<_>>()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> String {
        match parse_module(&["x.rego".into(), text.into()], &BuiltinOptions::default()) {
            Ok(value) => value.to_json(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_module_is_its_tree() {
        let tree = parsed("package a\n# METADATA\n# title: x\np := 1");
        assert!(tree.contains(r#""package":{"path":[{"type":"var","value":"data"},{"type":"string","value":"a"}]}"#));
        assert!(!tree.contains("annotations"), "{tree}");
    }

    #[test]
    fn errors_read_as_opas() {
        assert_eq!(
            parsed("package"),
            "1 error occurred: x.rego:1: rego_parse_error: unexpected eof token\n\tpackage\n\t      ^"
        );
        assert_eq!(parsed(""), "x.rego:0: rego_parse_error: empty module");
        assert!(parsed("package a\np[x] { x = 1}").starts_with("2 errors occurred:\nx.rego:2: rego_parse_error: `if`"));
    }
}
