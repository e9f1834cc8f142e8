//! The names an author may have meant.

use super::other_places::rule_at;
use crate::ops::names::distance;
use crate::rego::capabilities::Capabilities;
use crate::rego::check::{CheckError, Code, Place};
use crate::rego::syntax::{List, Module, TermId, TermKind};
use serde_json::Value;

/// How many names are told.
const TOLD: usize = 3;

/// The names near the one an error is about; nearest first.
pub(super) fn near(error: &CheckError, place: Option<Place>, modules: &[&Module], known: &Capabilities) -> Vec<String> {
    let module = place.and_then(|place| modules.get(place.unit as usize).copied());
    if !error.suggestions.is_empty() {
        return error.suggestions.iter().take(TOLD).cloned().collect();
    }
    let message = error.message.as_str();
    if let Some(name) = message.strip_prefix("undefined function ") {
        let functions = functions(name, module, modules, known);
        let elsewhere = functions.iter().filter(|other| other.rsplit('.').next() == Some(name));
        let elsewhere: Vec<String> = elsewhere.take(TOLD).cloned().collect();
        return if elsewhere.is_empty() { nearest(name, &functions) } else { elsewhere };
    }
    if let Some(reference) = message.strip_prefix("undefined ref: ") {
        return parts(reference, error);
    }
    let unsafe_name = message.strip_prefix("var ").filter(|_| error.code == Code::UnsafeVariable);
    let undeclared = message.strip_prefix("var ").and_then(|rest| rest.strip_suffix(" is undeclared"));
    match (unsafe_name.and_then(|rest| rest.split(' ').next()).or(undeclared), module) {
        (Some(name), Some(module)) => nearest(name, &variables(module, modules, place)),
        _ => Vec::new(),
    }
}

/// The variables of a rule, the names its module imports, and the rules of its package.
fn variables(module: &Module, modules: &[&Module], place: Option<Place>) -> Vec<String> {
    let mut names = Vec::new();
    if let Some(rule) = place.and_then(|place| rule_at(module, place.location)) {
        for (_, term) in module.nodes().all_terms() {
            if let TermKind::Var(name) = term.kind
                && rule.offset <= term.location.at
                && term.location.at < rule.end()
            {
                names.push(module.text(name).to_owned());
            }
        }
    }
    for import in &module.imports {
        match (import.alias, module.term(import.path).kind) {
            (Some(alias), _) => names.push(module.text(alias).to_owned()),
            (None, TermKind::Ref(parts)) => names.extend(path(module, parts).last().map(|name| (*name).to_owned())),
            _ => {}
        }
    }
    for other in modules.iter().filter(|other| package(other) == package(module)) {
        names.extend(heads(other).filter_map(|head| head.first().map(|name| (*name).to_owned())));
    }
    names
}

/// The functions there are, those of the module's own package without the package.
fn functions(wanted: &str, module: Option<&Module>, modules: &[&Module], known: &Capabilities) -> Vec<String> {
    let mut names: Vec<String> = known.builtins().iter().map(|builtin| builtin.name.clone().into_owned()).collect();
    names.retain(|name| !name.starts_with("internal."));
    let own = module.map(package);
    for other in modules {
        let package = package(other);
        let is_own = Some(&package) == own.as_ref() && !wanted.starts_with("data.");
        for rule in
            other.rules.iter().filter_map(|rule| other.rule(*rule)).filter(|rule| !rule.head.arguments.is_empty())
        {
            let head = path(other, rule.head.reference);
            let package = if is_own { &[][..] } else { &package };
            names.push(package.iter().chain(&head).copied().collect::<Vec<_>>().join("."));
        }
    }
    names
}

/// What could have stood in a ref in the place of the part that leads nowhere.
fn parts(reference: &str, error: &CheckError) -> Vec<String> {
    let Some(details) = error.details.as_ref().map(|details| &details.json) else { return Vec::new() };
    let place = details.get("pos").and_then(Value::as_u64).and_then(|place| usize::try_from(place).ok());
    let part = place.and_then(|place| details.get("ref")?.get(place)?.get("value")?.as_str());
    let wanted = part.or_else(|| reference.rsplit('.').next()).unwrap_or_default();
    let names = details.get("oneOf").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    nearest(wanted, &names.map(str::to_owned).collect::<Vec<_>>())
}

/// Those of the names that are a slip or two away from the wanted one.
fn nearest(wanted: &str, names: &[String]) -> Vec<String> {
    let length = wanted.chars().count();
    let slips = match length {
        0..3 => 0,
        3..5 => 1,
        _ => 2,
    };
    let mut near: Vec<(usize, &String)> = names
        .iter()
        .filter(|name| name.chars().count().abs_diff(length) <= slips && *name != wanted && !name.starts_with('$'))
        .map(|name| (distance(wanted, name), name))
        .filter(|(distance, _)| *distance <= slips)
        .collect();
    near.sort();
    near.dedup();
    near.into_iter().take(TOLD).map(|(_, name)| name.clone()).collect()
}

fn package(module: &Module) -> Vec<&str> {
    path(module, module.package.path)
}

fn heads(module: &Module) -> impl Iterator<Item = Vec<&str>> {
    let rules = module.rules.iter().filter_map(|rule| module.rule(*rule));
    rules.map(|rule| path(module, rule.head.reference))
}

/// The parts of a ref that are names, as far as they go.
fn path(module: &Module, parts: List<TermId>) -> Vec<&str> {
    let name = |part: &TermId| match module.term(*part).kind {
        TermKind::Var(name) | TermKind::String { value: name, .. } => Some(module.text(name)),
        _ => None,
    };
    module.terms(parts).iter().map_while(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rego::check::Details;
    use crate::rego::syntax::{Options, RegoVersion, parse};
    use serde_json::json;

    fn read(file: &str, text: &str) -> Module {
        parse(text.as_bytes(), file, &Options::new(RegoVersion::V1)).unwrap()
    }

    fn names(code: Code, message: &str) -> Vec<String> {
        let a = read(
            "a.rego",
            "package a\n\nimport data.lib.users as people\n\nallow if { role := input.role; other == 1 }\n\ncheck(x) := x\n",
        );
        let b = read("b.rego", "package a\n\nallowed := true\n\nf if { rolf := 1 }\n");
        let c = read("c.rego", "package lib\n\nverify(x) := x\n");
        let place = Place { unit: 0, location: a.rule(a.rules[0]).unwrap().location };
        let error = CheckError::new(code, Some(place), message);
        near(&error, Some(place), &[&a, &b, &c], Capabilities::current())
    }

    #[test]
    fn a_variable_is_near_to_those_of_its_rule_to_imports_and_to_rules_of_its_package() {
        assert_eq!(names(Code::UnsafeVariable, "var rol is unsafe in rule allow"), ["role"]);
        assert_eq!(names(Code::UnsafeVariable, "var poeple is unsafe"), ["people"]);
        assert_eq!(names(Code::UnsafeVariable, "var allows is unsafe"), ["allow", "allowed"]);
        assert_eq!(names(Code::Compile, "var alow is undeclared"), ["allow"]);
        assert!(names(Code::UnsafeVariable, "var x is unsafe").is_empty());
    }

    #[test]
    fn a_function_is_near_to_built_in_ones_and_to_those_of_all_modules() {
        assert_eq!(names(Code::Type, "undefined function spilt"), ["split"]);
        assert_eq!(names(Code::Type, "undefined function http.sent"), ["http.send"]);
        assert_eq!(names(Code::Type, "undefined function chekc"), ["check"]);
        assert_eq!(names(Code::Type, "undefined function data.lib.verifi"), ["data.lib.verify"]);
        assert_eq!(names(Code::Type, "undefined function verify"), ["data.lib.verify"]);
        assert_eq!(names(Code::Type, "undefined function send"), ["http.send"]);
        assert!(names(Code::Type, "undefined function nothing.like_it").is_empty());
    }

    #[test]
    fn a_part_of_a_ref_is_near_to_what_there_is() {
        let near_to = |name: &str| {
            let json =
                json!({"ref": [{"value": "input"}, {"value": name}], "pos": 1, "oneOf": ["age", "named", "name"]});
            let error = CheckError::new(Code::Type, None, format!("undefined ref: input.{name}"));
            near(&error.with_details(Details { json, lines: Vec::new() }), None, &[], Capabilities::current())
        };
        assert_eq!(near_to("nmae"), ["name"]);
        assert_eq!(near_to("named_"), ["named", "name"]);
        assert!(near_to("street").is_empty());
    }
}
