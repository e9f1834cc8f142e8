//! Bodies in order, and what cannot be.

use crate::rego::check::{CheckError, CheckOptions, Code, check};
use crate::rego::syntax::{Options, RegoVersion, parse};

fn errors(text: &str) -> Vec<CheckError> {
    let module = parse(text.as_bytes(), "a.rego", &Options::new(RegoVersion::V1)).unwrap();
    check(&[module], &CheckOptions { limit: 0, ..CheckOptions::default() }).1
}

/// The unsafe variables of a rule, and where.
fn unsafe_in(rule: &str) -> Vec<(String, u32)> {
    let text = format!("package a\nimport future.keywords.not\nimport future.keywords.and\n{rule}\nf(a) := a\n");
    let modules = [parse(text.as_bytes(), "a.rego", &Options::new(RegoVersion::V1)).unwrap()];
    let options = CheckOptions { limit: 0, ..CheckOptions::default() };
    let (sorted, errors) = check(&modules, &options);
    let told = errors.into_iter().filter(|error| error.code == Code::UnsafeVariable).map(|error| {
        let column = error.row_and_column(&sorted).unwrap().1;
        (error.message.replace("var ", "").replace(" is unsafe", ""), column)
    });
    told.collect()
}

fn told(all: &[(&str, u32)]) -> Vec<(String, u32)> {
    all.iter().map(|(name, column)| ((*name).to_owned(), *column)).collect()
}

#[test]
fn expressions_may_stand_in_any_order() {
    assert_eq!(errors("package a\np if { not x == 1; y = x + 1; count(input.b, x); z = y; z > 1 }"), []);
}

#[test]
fn a_variable_nothing_binds_is_told_at_the_first_expression() {
    assert_eq!(unsafe_in("p if { x > 1; not x }"), told(&[("x", 8)]));
    assert_eq!(unsafe_in("p := x if { not x == 1 }"), told(&[("x", 6)]));
    assert_eq!(unsafe_in("p := y"), told(&[("y", 6)]));
}

#[test]
fn equality_binds_by_patterns_of_one_shape() {
    assert_eq!(unsafe_in("p if { [x, {\"k\": y}] = [1, {\"k\": 2}]; x < y }"), []);
    assert_eq!(unsafe_in("p if { [x, y] = [1, 2, 3]; x < y }"), told(&[("x", 8), ("y", 8)]));
    assert_eq!(unsafe_in("p if { {\"k\": x} = {\"l\": 1} }"), told(&[("x", 8)]));
    assert_eq!(unsafe_in("p if { x = [y, z]; x = input.b; y < z }"), []);
    assert_eq!(unsafe_in("p if { {x} = input.b }"), told(&[("x", 8)]));
}

#[test]
fn variables_of_closures_have_to_be_bound_around_them() {
    assert_eq!(unsafe_in("p if { y = [z | z = x]; x = 1 }"), []);
    assert_eq!(unsafe_in("p if { y = [z | z > 1] }"), told(&[("z", 17)]));
    assert_eq!(unsafe_in("p if { every e in [1] { e < x } }"), told(&[("x", 25)]));
    assert_eq!(unsafe_in("p if { not { x > 1 } }"), told(&[("x", 14)]));
    assert_eq!(unsafe_in("p if { not x > 1; x = 1 }"), []);
    assert_eq!(unsafe_in("p if { x > 1 and true }"), told(&[("x", 8)]));
}

#[test]
fn an_expression_gives_way_to_an_equal_one_at_its_number() {
    assert_eq!(unsafe_in("p if { not y == {1}; not y == {1}; y = 1 }"), told(&[("y", 22)]));
    assert_eq!(unsafe_in("p if { y = 1; not y == {1}; not y == {1} }"), []);
}

#[test]
fn what_a_closure_needs_replaces_what_its_expression_needs() {
    assert_eq!(unsafe_in("p if { x = 1; f([y, [z | z = x]]) }"), []);
    assert_eq!(unsafe_in("p if { f([y, [z | z = 1]]) }"), told(&[("y", 8)]));
}

#[test]
fn a_comprehension_in_a_set_without_variables_is_not_looked_into() {
    assert_eq!(unsafe_in("p if { s = {[1 | x.y]} }"), []);
    assert_eq!(unsafe_in("p if { s = [[1 | x.y]] }"), told(&[("x", 18)]));
}

#[test]
fn every_takes_what_was_passed_on_for_its_own() {
    assert_eq!(unsafe_in("p if { every v in [1] { v == y }; count(xs, y); xs = input.x }"), told(&[("y", 8)]));
}

#[test]
fn names_that_may_be_meant_come_with_the_error() {
    let found =
        errors("package a\nimport data.lib.images as image\np if { imag > 1 }\ncontainers := [1]\nq := contaners");
    let suggested: Vec<_> = found.into_iter().map(|error| error.suggestions).collect();
    assert_eq!(suggested, [["containers"]]);
    assert_eq!(errors("package a\nimport data.lib.images as image\np if { imag > 1 }")[0].suggestions, ["image"]);
}

#[test]
fn rules_of_one_row_are_told_apart() {
    assert_eq!(unsafe_in("p := x q := y"), told(&[("x in rule p", 6), ("y in rule q", 13)]));
}

#[test]
fn a_long_body_in_the_wrong_order_is_put_right() {
    let mut text = String::from("package a\np if {\n\tevery e in [1] { e < x1 }\n");
    for number in 0..2000 {
        text.push_str(&format!("\tx{number} = x{} + 1\n", number + 1));
    }
    text.push_str("\tx2000 = 1\n}\n");
    assert_eq!(errors(&text), []);
}
