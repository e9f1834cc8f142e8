use super::layout;
use crate::rego::syntax::{Options, RegoVersion, parse};
use std::collections::HashMap;

fn laid_out(text: &str) -> String {
    layout(&parse(text.as_bytes(), "", &Options::new(RegoVersion::V1)).unwrap(), &HashMap::new())
}

#[test]
fn bodies_of_one_expression_stand_behind_if() {
    let text = "package a\np if {\n x == 1 }\nq if {x==1}\nr if { x ; y }\n";
    let wanted = "package a\n\np if {\n\tx == 1\n}\n\nq if x == 1\n\nr if {\n\tx\n\ty\n}\n";
    assert_eq!(laid_out(text), wanted);
}

#[test]
fn a_body_of_true_is_a_value_and_such_rules_stand_together() {
    assert_eq!(laid_out("package a\np if {true}\nf(x) if { true }\n"), "package a\n\np := true\nf(x) := true\n");
}

#[test]
fn collections_keep_their_rows() {
    let text = "package a\nx := {\"b\": 1,\n\"a\": [1,2]}\n";
    assert_eq!(laid_out(text), "package a\n\nx := {\n\t\"b\": 1,\n\t\"a\": [1, 2],\n}\n");
}

#[test]
fn imports_are_sorted() {
    let text = "package a\nimport data.c\nimport data.b as x\n\nx := 1\n";
    assert_eq!(laid_out(text), "package a\n\nimport data.b as x\nimport data.c\n\nx := 1\n");
}
