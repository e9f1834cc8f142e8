//! The tests of modules, by the names OPA reports them under.

use super::{Numbers, TODO, name_place, write_parts};
use crate::rego::syntax::{Module, Rule, TermKind, Text, write_part};

/// A test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestRule {
    /// The ref of its package, such as `data.authz`.
    pub package: String,
    /// Its name in the package, such as `test_admin#01`.
    pub name: String,
    /// The ref of the document it makes.
    pub path: String,
    /// The name of its file.
    pub file: String,
    /// Its row, from 1.
    pub row: u32,
    /// Its column, from 1.
    pub column: u32,
    /// Whether it is not to be run.
    pub skipped: bool,
    /// Whether each key of its object is a case.
    pub has_cases: bool,
}

/// The tests of modules that are sorted by file, in the order of the text.
#[must_use]
pub fn find(modules: &[&Module]) -> Vec<TestRule> {
    let mut numbers = Numbers::default();
    let mut tests = Vec::new();
    for module in modules {
        let rules = module.rules.iter().filter_map(|rule| module.rule(*rule));
        tests.extend(rules.filter_map(|rule| test(module, rule, &mut numbers)));
    }
    tests
}

fn test(module: &Module, rule: &Rule, numbers: &mut Numbers) -> Option<TestRule> {
    let text = |name: Text| module.text(name);
    let reference = module.terms(rule.head.reference);
    let place = name_place(module.nodes(), reference, text)?;
    let (above, own) = (reference.get(..place)?, *reference.get(place)?);
    let (TermKind::Var(name) | TermKind::String { value: name, .. }) = module.term(own).kind else { return None };
    let mut package = "data".to_owned();
    let of_package = module.terms(module.package.path);
    write_parts(module.nodes(), of_package.get(1..).unwrap_or_default(), text, &mut package);
    let mut before = package.clone();
    write_parts(module.nodes(), above, text, &mut before);
    let path = |name: &str| {
        let mut path = before.clone();
        write_part(name, &mut path);
        path
    };
    let name = text(name);
    let numbered = numbers.next(&path(name), name);
    let called = numbered.as_deref().unwrap_or(name);
    let (row, column) = module.row_and_column(rule.location).unwrap_or_default();
    let mut shown = String::new();
    match above.split_first() {
        None => shown.push_str(called),
        Some((head, parts)) => {
            if let TermKind::Var(head) = module.term(*head).kind {
                shown.push_str(text(head));
            }
            write_parts(module.nodes(), parts, text, &mut shown);
            write_part(called, &mut shown);
        }
    }
    Some(TestRule {
        path: path(called),
        package,
        name: shown,
        file: module.file.clone(),
        row,
        column,
        skipped: name.starts_with(TODO),
        has_cases: is_object(module, rule),
    })
}

/// Whether a rule makes entries of an object.
fn is_object(module: &Module, rule: &Rule) -> bool {
    let is_scalar =
        |kind| matches!(kind, TermKind::Null | TermKind::Boolean(_) | TermKind::Number(_) | TermKind::String { .. });
    let parts = module.terms(rule.head.reference).iter().skip(1);
    let is_dynamic = parts.into_iter().any(|part| !is_scalar(module.term(*part).kind));
    rule.head.value.is_some() && rule.head.arguments.is_empty() && (rule.head.key.is_some() || is_dynamic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rego::syntax::{Options, RegoVersion, parse};

    fn found(text: &str) -> Vec<TestRule> {
        let module = parse(text.as_bytes(), "t.rego", &Options::new(RegoVersion::V1)).unwrap();
        find(&[&module])
    }

    fn names(text: &str) -> Vec<String> {
        found(text).into_iter().map(|test| test.name).collect()
    }

    #[test]
    fn any_part_of_a_head_before_its_first_variable_may_be_the_name() {
        let text = "package t\n\na.test_x if true\nb.test_k[1].c if true\nc[k].test_z if some k in [1]\ntest if true\n\
                    testx := 1\nTest_x := 1\ntest_f(x) if x\ntodo_test_y if true\ntodo_x if true\na[\"test_-y\"] if true\n";
        assert_eq!(names(text), ["a.test_x", "b.test_k", "test_f", "todo_test_y", "a[\"test_-y\"]"]);
    }

    #[test]
    fn tests_of_one_name_are_numbered_but_for_those_that_are_not_run() {
        let text = "package a[\"b-c\"]\n\ndefault test_x := false\ntest_x if true\na.test_x if true\na.test_x if true\n\
                    todo_test_y if true\ntodo_test_y if true\n";
        let names = names(text);
        assert_eq!(names, ["test_x", "test_x#01", "a.test_x", "a[\"test_x#01\"]", "todo_test_y", "todo_test_y"]);
        let paths: Vec<String> = found(text).into_iter().map(|test| test.path).collect();
        assert_eq!(paths[..2], ["data.a[\"b-c\"].test_x", "data.a[\"b-c\"][\"test_x#01\"]"]);
    }

    #[test]
    fn what_makes_entries_of_an_object_has_cases() {
        let text = "package t\n\ntest_a if true\ntest_b contains 1 if true\ntest_c[\"a\"] if true\n\
                    test_d[\"a\"] := true\ntest_e[x] if some x in [1]\ntest_f[[1]] if true\n";
        let cases: Vec<bool> = found(text).into_iter().map(|test| test.has_cases).collect();
        assert_eq!(cases, [false, false, false, true, true, true]);
    }
}
