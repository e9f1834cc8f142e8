//! Templates of Go's `text/template`, filled with the fields of an object.

mod constant;
mod datum;
mod escape;
mod functions;
mod parse;
mod run;
mod scan;
mod tree;

use crate::eval::Value;

use super::error::failed;
use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};
use datum::Datum;

pub(super) const BUILTINS: &[Builtin] = &[builtin("strings.render_template", 2, render)];

/// What OPA calls the template in errors.
const NAME: &str = "template";

fn render(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let template = operand::string(operands, 1)?;
    operand::object(operands, 2)?;
    if let Some(character) = end_of_json(operand::at(operands, 2)) {
        return Err(failed(format!("invalid character {character}")));
    }
    let data = Datum::from(operand::at(operands, 2));
    rendered(template, data).map(Value::from).map_err(failed)
}

/// Where the Rego of a value is JSON no more, which OPA reads it as: at its first set, or key that is no string.
fn end_of_json(value: &Value) -> Option<String> {
    let at = |value: &Value| {
        let first = value.to_string().chars().next().unwrap_or_default();
        format!("'{first}' looking for beginning of object key string")
    };
    match value {
        Value::Set(members) => Some(match members.iter().next() {
            None => "'s' looking for beginning of value".to_owned(),
            Some(Value::String(_)) if members.len() == 1 => "'}' after object key".to_owned(),
            Some(Value::String(_)) => "',' after object key".to_owned(),
            Some(other) => at(other),
        }),
        Value::Array(items) => items.iter().find_map(end_of_json),
        Value::Object(fields) => fields.iter().find_map(|(key, value)| match key {
            Value::String(_) => end_of_json(value),
            other => Some(at(other)),
        }),
        _ => None,
    }
}

fn rendered(template: &str, data: Datum) -> Result<String, String> {
    let templates = parse::parse(NAME, template)?;
    Ok(run::run(NAME, template, &templates, data)?.replace("<no value>", "<undefined>"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(template: &str, data: &str) -> String {
        let data = Datum::from(&Value::from_json(data).unwrap());
        rendered(template, data).unwrap_or_else(|error| error)
    }

    #[test]
    fn keys_are_strings() {
        let data = Value::from([(Value::Null, Value::from(1))].into_iter().collect::<crate::eval::value::Object>());
        let told = render(&["x".into(), data], &BuiltinOptions::default()).unwrap_err().to_string();
        assert_eq!(told, "invalid character 'n' looking for beginning of object key string");
    }

    #[test]
    fn actions_decide_and_repeat() {
        let data = r#"{"a": [1, "b", null, true], "n": {"y": {"z": 2}, "x": 1}, "zero": 0}"#;
        assert_eq!(filled("{{range $i, $e := .a}}{{if $i}}, {{end}}{{$e}}{{end}}", data), "1, b, <undefined>, true");
        assert_eq!(filled("{{range $k, $v := .n}}{{$k}}={{$v}};{{end}}", data), "x=1;y=map[z:2];");
        assert_eq!(filled("{{range .none}}x{{else}}none{{end}}", data), "none");
        assert_eq!(
            filled("{{range 5}}{{if eq . 1}}{{continue}}{{end}}{{if eq . 3}}{{break}}{{end}}{{.}}{{end}}", data),
            "02"
        );
        assert_eq!(filled("{{with .n.y}}{{.z}}{{$.zero}}{{end}}", data), "20");
        assert_eq!(filled("{{if .zero}}a number is a text{{else}}no{{end}}", data), "a number is a text");
        assert_eq!(filled("{{$x := 1}}{{range .a}}{{$x = .}}{{end}}{{$x}}", data), "true");
    }

    #[test]
    fn functions_are_called() {
        let data = r#"{"a": ["x", "y"], "s": "hello", "n": 12}"#;
        assert_eq!(filled("{{index .a 1}} {{slice .s 1 3}} {{len .n}} {{not .b}}", data), "y el 2 true");
        assert_eq!(
            filled(r#"{{printf "%5.2f|%-4s|%v|%d" 3.14159 "a" .a .n}}"#, data),
            " 3.14|a   |[x y]|%!d(json.Number=12)"
        );
        assert_eq!(filled(r#"{{print 1 2 "a" .n 3}}{{println "a" 1}}"#, data), "1 2a123a 1\n");
        assert_eq!(filled(r#"{{.s | printf "%s-%s" "b" | len}} {{and 1 0}} {{or 0 "x"}}"#, data), "7 0 x");
        assert_eq!(
            filled(r#"{{define "T"}}<{{.}}>{{end}}{{template "T" .n}}{{block "B" .s}}{{.}}{{end}}"#, data),
            "<12>hello"
        );
    }

    #[test]
    fn errors_tell_where_they_are() {
        let at = |place: &str, message: &str| format!("template: template:1:{place}: {message}");
        assert_eq!(
            filled("{{eq .x 1}}", r#"{"x": 1}"#),
            at(
                "2",
                r#"executing "template" at <eq .x 1>: error calling eq: incompatible types for comparison: json.Number and int"#
            )
        );
        assert_eq!(
            filled("{{.x.y}}", r#"{"x": 12}"#),
            at("4", r#"executing "template" at <.x.y>: can't evaluate field y in type interface {}"#)
        );
        assert_eq!(
            filled(r#"{{template "x"}}"#, "{}"),
            at("11", r#"executing "template" at <{{template "x"}}>: template "x" not defined"#)
        );
        let endless = filled(r#"{{define "a"}}{{template "a"}}{{end}}{{template "a"}}"#, "{}");
        assert!(endless.ends_with("exceeded maximum template depth (100000)"), "{endless}");
    }
}
