//! What to do about an error in a module.

use crate::ops::Problem;
use crate::rego::capabilities::Capabilities;
use crate::rego::syntax::ParseError;

/// The ways out of an error; none where its message says it all.
pub(super) fn hints(problem: &Problem) -> Vec<String> {
    let clue = &problem.clue;
    let mut hints = Vec::new();
    if !clue.near_names.is_empty() {
        let names: Vec<String> = clue.near_names.iter().map(|name| format!("`{name}`")).collect();
        hints.push(format!("did you mean {}?", names.join(" or ")));
    }
    if problem.message.starts_with("illegal capabilities: rego_v1 feature required") {
        hints.push("the capabilities are of an OPA before 1.0, which reads --rego-version rego.v0".to_owned());
    } else if clue.reads_as_v0 {
        hints.push("this is Rego of before OPA 1.0: --rego-version rego.v0 reads it".to_owned());
    } else if clue.is_v0 && problem.message.contains("`import future.keywords.") {
        hints.push("`import rego.v1` brings this keyword, and the others of OPA 1.0".to_owned());
    } else if let Some(keyword) = clue.near_keyword {
        hints.push(format!("did you mean `{keyword}`?"));
    } else if hints.is_empty() {
        hints.extend(by_message(problem));
    }
    hints
}

/// The way out that belongs to a message of OPA.
fn by_message(problem: &Problem) -> Option<String> {
    let message = problem.message.as_str();
    if problem.code == Some(ParseError::CODE) {
        let hint = "write `if` before the body: allow if { … }";
        return message.starts_with("`if` keyword is required").then(|| hint.to_owned());
    }
    if let Some(name) = message.strip_prefix("undefined function ") {
        return Some(undefined_function(name));
    }
    if let Some(name) = message.strip_prefix("deprecated built-in function calls in expression: ") {
        return replacement(name).map(|instead| format!("{name} goes away: {instead}"));
    }
    if let Some(name) = between(message, "function ", " used as reference, not called") {
        return Some(format!("to call it, write {name}(…)"));
    }
    if let Some(name) = unsafe_variable(message) {
        return Some(match name {
            "_" => "`_` is another variable each time: give the one that is meant a name".to_owned(),
            _ => format!("nothing gives `{name}` a value, as `{name} := …` or `some {name} in …` would"),
        });
    }
    let fits = |(start, inside, _): &&(&str, &str, &str)| {
        message.strip_prefix(start).is_some_and(|rest| rest.contains(inside))
    };
    HINTS.iter().find(fits).map(|(_, _, hint)| (*hint).to_owned())
}

/// The variable that a message calls unsafe.
fn unsafe_variable(message: &str) -> Option<&str> {
    let (name, rest) = message.strip_prefix("var ")?.split_once(' ')?;
    rest.starts_with("is unsafe").then_some(name)
}

/// What stands between a message's beginning and its end.
fn between<'a>(message: &'a str, start: &str, end: &str) -> Option<&'a str> {
    message.strip_prefix(start)?.strip_suffix(end)
}

/// Hints by the beginning of the messages they belong to, and what stands behind it.
const HINTS: [(&str, &str, &str); 30] = [
    ("error limit reached", "", "policy check --max-errors 0 tells all errors"),
    ("var ", " assigned above", "`:=` declares a variable; to compare, use `==`"),
    ("var ", " referenced above", "move this up, before the first use"),
    ("var ", " declared above", "declare a variable once in a body"),
    ("var ", " assigned before", "what is gone through must not need the variables it gives"),
    ("arg ", " redeclared", "the argument has this name: give the variable another one"),
    ("cannot assign to ", "", "`:=` takes a variable on its left; to compare, use `==`"),
    ("cannot assign vars inside negated expression", "", "assign it in a line before"),
    ("cannot assign vars inside implicit ", "", "write the operand as a body in braces"),
    ("rule arguments cannot contain calls", "", "take a variable as argument, and call the function in the body"),
    ("called function ", " shadowed", "give the variable of this name another one"),
    ("declared var ", " unused", "leave it out, or write `_` in its place"),
    ("assigned var ", " unused", "leave it out, or write `_` in its place"),
    ("import must not shadow ", "", "leave one of them out, or give it another name with `as`"),
    ("import ", " unused", "leave it out"),
    ("var ", " is undeclared", "give it a value in a line before: x := …"),
    (
        "illegal call to relation built-in ",
        "",
        "call it in a line before, and write the variable that gets the result here",
    ),
    ("", " annotation redeclared: ", "leave one of them out"),
    ("with keyword target must reference existing", "", "name `input`, `data`, a path below them, or a function"),
    ("with keyword cannot partially replace virtual document", "", "replace the whole of the rule"),
    (
        "conflicting rules ",
        " found",
        "rules of one name are all values, all sets, or all functions with as many arguments",
    ),
    ("rule ", " conflicts with:", "a rule with a value of its own can have no other rules inside it"),
    ("rule ", " recursive: ", "no rule may need its own value; walk and graph.reachable go to any depth"),
    ("multiple default rules ", "", "keep one of them"),
    ("package ", " conflicts with rule ", "give the package or the rule another name"),
    (
        "conflicting rule for data path ",
        "",
        "data.json or data.yaml has a value there: rename the rule, or take the value out",
    ),
    ("rule heads with ", "", "the capabilities do not have the feature rule_head_refs"),
    ("template-strings are not supported", "", "the capabilities do not have internal.template_string"),
    ("match error", "", "the two sides can never be equal"),
    ("", " used as value", "the function gives no value: let the call stand in a line of its own"),
];

fn undefined_function(name: &str) -> String {
    if name.starts_with("data.") {
        return "no module here has a function of this name".to_owned();
    }
    if Capabilities::current().builtin(name).is_some() {
        return format!("OPA 1.22.2 has `{name}`, but the OPA of --capabilities does not know it");
    }
    format!(
        "OPA does not know `{name}`; built-ins of an OPA of one's own go into required_builtins of .manifest, which build \
         and check --bundle read, or into a file for --capabilities"
    )
}

/// What to write in place of a deprecated built-in function.
fn replacement(name: &str) -> Option<&'static str> {
    Some(match name {
        "all" => "use `every`",
        "any" => "use `some … in …`",
        "cast_array" | "cast_boolean" | "cast_null" | "cast_object" | "cast_set" | "cast_string" => {
            "use is_array, is_boolean, is_null, is_object, is_set or is_string"
        }
        "net.cidr_overlap" => "use net.cidr_contains",
        "re_match" => "use regex.match",
        "set_diff" => "use `-`",
        _ => return None,
    })
}
