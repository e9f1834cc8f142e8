//! What an engine answers.

use super::{Engine, EngineOptions, EvalError, Kept, Query, ResultRow, Value, traced};
use crate::rego::syntax::RegoVersion;
use std::time::Duration;

fn engine(module: &str) -> Engine {
    Engine::read(&[("a.rego", module, RegoVersion::V1)], r#"{"limits":{"max":3}}"#, EngineOptions::default()).unwrap()
}

fn ask(engine: &mut Engine, text: &str) -> Result<Vec<ResultRow>, EvalError> {
    engine.query(&Query { text, ..Query::default() })
}

/// The first expression of each row as JSON.
fn values(engine: &mut Engine, text: &str) -> Vec<serde_json::Value> {
    let json = |value: &Value| serde_json::from_str(&value.to_json()).unwrap();
    ask(engine, text).unwrap().iter().map(|row| json(&row.expressions[0].value)).collect()
}

#[test]
fn a_rule_data_and_input_answer() {
    let mut engine = engine("package a\n\nallow if input.role == \"admin\"\n");
    assert!(ask(&mut engine, "data.a.allow").unwrap().is_empty());
    engine.set_input(r#"{"role":"admin"}"#).unwrap();
    assert_eq!(values(&mut engine, "data.a.allow"), [true]);
    assert_eq!(values(&mut engine, "data.limits.max + 1"), [4]);
}

#[test]
fn each_way_to_satisfy_a_query_is_a_row() {
    let rows = ask(&mut engine("package a\n\nusers := [\"ann\", \"bob\"]\n"), "data.a.users[i] = x").unwrap();
    let bound: Vec<_> = rows.iter().map(|row| row.bindings.clone()).collect();
    let row = |place: u64, name: &str| vec![("i".to_owned(), Value::from(place)), ("x".to_owned(), Value::from(name))];
    assert_eq!(bound, [row(0, "ann"), row(1, "bob")]);
}

#[test]
fn a_failed_query_leaves_the_engine_alive() {
    let mut engine = engine("package a\n");
    assert!(matches!(ask(&mut engine, "1 +"), Err(EvalError::Parse { .. })));
    assert_eq!(values(&mut engine, "1 + 1"), [2]);
}

#[test]
fn all_of_the_language_is_evaluated() {
    let deep = "[".repeat(28) + "x" + &"]".repeat(28);
    let module = format!(
        "package a.default\n\nimport rego.v2\n\nfact(\"a\")\n\np.if := 1\n\nhello := $\"hi {{input.who}}, {{1 + 1}}\"\n\n\
         either if {{ 1 == 2 or 3 == 3 }}\n\nnone if not {{ 1 == 1; 2 == 3 }}\n\nlist contains 1\n\nlist contains 2\n\n\
         late := lib.limits.max\n\nimport data as lib\n\ndeep := y if {{ x := 1; y := {deep} }}\n"
    );
    let mut engine = engine(&module);
    for (text, wanted) in [
        ("data.a.default.fact(\"a\")", "true"),
        ("data.a.default.p[\"if\"]", "1"),
        ("data.a.default.hello", "\"hi <undefined>, 2\""),
        ("data.a.default.either", "true"),
        ("data.a.default.none", "true"),
        ("data.a.default.list", "[1,2]"),
        ("data.a.default.late", "3"),
        ("data.a.default.deep", &("[".repeat(28) + "1" + &"]".repeat(28))),
    ] {
        let values = values(&mut engine, text);
        assert_eq!(values.iter().map(ToString::to_string).collect::<Vec<_>>(), [wanted], "{text}");
    }
}

#[test]
fn an_operator_that_does_not_take_its_operands_is_undefined() {
    let mut engine = engine("package a\n\np := input.x + 1\n\nq if not p\n");
    engine.set_input(r#"{"x":[1]}"#).unwrap();
    assert_eq!(values(&mut engine, "data.a.q"), [true]);
}

#[test]
fn a_query_may_replace_a_built_in() {
    let mut engine = engine("package a\n\np := count(input)\n");
    engine.set_input("[1]").unwrap();
    assert_eq!(values(&mut engine, "data.a.p with count as 7"), [7]);
    assert_eq!(values(&mut engine, "data.a.p"), [1]);
}

#[test]
fn a_query_knows_its_package_and_imports() {
    let mut engine = engine("package a\n\np := 1\n");
    let imports = ["data.limits as l".to_owned()];
    let query = Query { text: "p + l.max", package: Some("a"), imports: &imports };
    assert_eq!(engine.query(&query).unwrap()[0].expressions[0].value, Value::from(4u64));
}

#[test]
fn an_error_names_the_place_in_the_authors_text() {
    let mut engine = engine("package a\n\n\np := 1\n\np := x if {\n\tx := 2\n}\n");
    let error = ask(&mut engine, "data.a.p").unwrap_err();
    let wanted =
        "a.rego:6: eval_conflict_error: rule data.a.p produced conflicting values:\n  1 at a.rego:4\n  2 at a.rego:6";
    assert_eq!(error.to_string(), wanted);
}

#[test]
fn an_endless_query_ends_at_its_limit() {
    let options = EngineOptions { timeout: Some(Duration::from_millis(20)), ..EngineOptions::default() };
    let mut engine = Engine::read(&[], "{}", options).unwrap();
    let text = "x := numbers.range(1, 3000); count([1 | x[_] + x[_] == x[_] + 1]) == 0";
    let error = ask(&mut engine, text).unwrap_err().to_string();
    assert!(error.ends_with(": eval_cancel_error: caller cancelled query execution"), "{error}");
}

#[test]
fn packages_may_import_each_other() {
    let modules = [
        ("a.rego", "package a\n\nimport data.b\n\nx := b.y + 1\n\nz := 5\n", RegoVersion::V1),
        ("b.rego", "package b\n\nimport data.a as other\n\ny := other.z\n\nw := other.x\n", RegoVersion::V1),
    ];
    let mut engine = Engine::read(&modules, "{}", EngineOptions::default()).unwrap();
    assert_eq!(values(&mut engine, "data.b.w"), [6]);
}

#[test]
fn a_path_is_told_alike_whether_or_not_its_modules_were_checked_before() {
    let module = "package a[\"b-c\"]\n\nq := [1, 2]\n\np if {\n\tsome v in q\n\tv > 3\n}\n";
    let told = |is_checked_before: bool| {
        let options = EngineOptions { events: Some(Kept::All), ..EngineOptions::default() };
        let mut engine = Engine::read(&[("a.rego", module, RegoVersion::V1)], "{}", options).unwrap();
        if is_checked_before {
            engine.check().unwrap();
        }
        assert!(ask(&mut engine, "data.a[\"b-c\"].p").unwrap().is_empty());
        traced(&engine.take_events())
    };
    assert!(told(true).iter().any(|line| line.event == "| Fail data.a[\"b-c\"].p = _"), "{:?}", told(true));
    assert_eq!(told(true), told(false));
}

#[test]
fn numbers_may_begin_with_a_point() {
    let mut engine = engine("package a\n\np := .5\n\nq := -.50 + 1\n\nr := {.25: .0}\n\ns if .5 == 0.5\n");
    let answer = serde_json::json!({"p": 0.5, "q": 0.5, "r": {"0.25": 0.0}, "s": true});
    assert_eq!(values(&mut engine, "data.a"), [answer]);
}
