//! Where else to look: the places in a text that explain an error, when the check itself told none.

use crate::rego::check::{CheckError, Place};
use crate::rego::syntax::{Location, Module, Span, TermKind};

/// The place of an error for which OPA has none, where there is but one it can be.
pub(super) fn place_of(error: &CheckError, modules: &[&Module]) -> Option<Place> {
    let name = error.message.strip_prefix("var ")?.strip_suffix(" is undeclared").filter(|_| error.place.is_none())?;
    let mut places = (0..).zip(modules).flat_map(|(unit, module)| {
        let of_name = move |location| Place { unit, location };
        places(module, move |text| text == name).map(of_name)
    });
    let first = places.next()?;
    places.next().is_none().then_some(first)
}

/// Other places of an error, with what is there.
pub(super) fn other_places(error: &CheckError, modules: &[&Module]) -> Vec<(String, Place)> {
    if !error.related.is_empty() {
        return error.related.iter().map(|other| (other.label.clone(), other.place)).collect();
    }
    let place = |unit: u32, location| Place { unit, location };
    let found = error.place.and_then(|at| {
        let module = modules.get(at.unit as usize)?;
        let message = error.message.as_str();
        if let Some((name, what)) = inside(message) {
            return Some((what.to_owned(), place(at.unit, use_inside(module, at.location, name)?)));
        }
        if let Some(name) = variable(message) {
            let label = format!("`{name}` is here before");
            return Some((label, place(at.unit, first_use(module, at.location, name)?)));
        }
        if message.starts_with("import must not shadow ") {
            return Some(("the other import".to_owned(), place(at.unit, other_import(module, at.location)?)));
        }
        let (_, other) = message.split_once(" annotation redeclared: ")?;
        let (unit, location) = annotation(modules, other)?;
        Some(("the other annotation".to_owned(), place(unit, location)))
    });
    found.into_iter().collect()
}

/// The text of the rule a place lies in.
pub(super) fn rule_at(module: &Module, location: Location) -> Option<Span> {
    let rules = module.rules.iter().filter_map(|rule| module.rule(*rule)).map(|rule| rule.location.text);
    rules.filter(|span| span.offset <= location.at && location.at < span.end()).last()
}

/// The variable a message is about, which stands inside its place, and what is the matter with it.
fn inside(message: &str) -> Option<(&str, &'static str)> {
    if let Some(name) = message.strip_prefix("unused argument ") {
        return Some((name.split_once(". (hint")?.0, "nothing uses it"));
    }
    if let Some(rest) = message.strip_prefix("args must not shadow ") {
        return Some((rest.split(' ').next()?, "this argument"));
    }
    let (name, rest) = ["var ", "declared var ", "assigned var "]
        .iter()
        .find_map(|start| message.strip_prefix(start)?.split_once(' '))?;
    match rest {
        "unused" => Some((name, "nothing uses it")),
        _ => rest.starts_with("is unsafe").then_some((name, "has no value")),
    }
}

/// Where a variable stands first inside a place, unless it is the whole of it.
fn use_inside(module: &Module, location: Location, name: &str) -> Option<Location> {
    let places = places(module, |text| text == name || (name == "_" && text.starts_with('$')));
    let inside = places.filter(|place| location.at <= place.at && place.at < location.text.end());
    inside.min_by_key(|place| place.at).filter(|place| place.at > location.at)
}

/// The variable of a message that says it was there before.
fn variable(message: &str) -> Option<&str> {
    let endings = [" assigned above", " declared above", " referenced above"];
    match message.strip_prefix("arg ").and_then(|rest| rest.strip_suffix(" redeclared")) {
        Some(name) => Some(name),
        None => message.strip_prefix("var ").and_then(|rest| endings.iter().find_map(|end| rest.strip_suffix(end))),
    }
}

/// Where variables of some names stand.
fn places(module: &Module, is_it: impl Fn(&str) -> bool) -> impl Iterator<Item = Location> {
    module.nodes().all_terms().filter_map(move |(_, term)| match term.kind {
        TermKind::Var(variable) if is_it(module.text(variable)) => Some(term.location),
        _ => None,
    })
}

/// The first place in its rule where a variable stands, if that is before the error.
fn first_use(module: &Module, location: Location, name: &str) -> Option<Location> {
    let rule = rule_at(module, location)?;
    places(module, |text| text == name)
        .filter(|place| rule.offset <= place.at && place.at < location.at)
        .min_by_key(|place| place.at)
}

/// The import that gives the same name as the one at a place.
fn other_import(module: &Module, location: Location) -> Option<Location> {
    let name = |import: &crate::rego::syntax::Import| match (import.alias, module.term(import.path).kind) {
        (Some(alias), _) => Some(module.text(alias)),
        (None, TermKind::Ref(parts)) => match module.term(*module.terms(parts).last()?).kind {
            TermKind::Var(name) | TermKind::String { value: name, .. } => Some(module.text(name)),
            _ => None,
        },
        _ => None,
    };
    let at_fault = module.imports.iter().find(|import| import.location.at == location.at)?;
    let others = module.imports.iter().filter(|import| import.location.at != location.at);
    let other = others.filter(|import| name(import) == name(at_fault)).min_by_key(|import| import.location.at)?;
    Some(module.term(other.path).location)
}

/// The place of an annotation that a message names as `FILE:ROW`.
fn annotation(modules: &[&Module], name: &str) -> Option<(u32, Location)> {
    let (file, row) = name.rsplit_once(':')?;
    let row: u32 = row.parse().ok()?;
    let (unit, module) = (0..).zip(modules).find(|(_, module)| module.file == file)?;
    let comments = module.comments.iter().map(|comment| comment.location);
    let mut comments = comments.filter(|place| module.row_and_column(*place).is_some_and(|(of, _)| of == row));
    Some((unit, comments.next()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rego::check::Code;
    use crate::rego::syntax::{Options, RegoVersion, parse};

    fn read(text: &str) -> Module {
        parse(text.as_bytes(), "a.rego", &Options::new(RegoVersion::V1)).unwrap()
    }

    /// What stands at the other place of an error at the last place of a text.
    fn other(text: &str, at: &str, message: &str) -> Option<(String, String)> {
        let module = read(text);
        let at = u32::try_from(text.rfind(at).unwrap()).unwrap();
        let place = Place { unit: 0, location: Location { at, text: Span { offset: at, length: 1 } } };
        let found = other_places(&CheckError::new(Code::Compile, Some(place), message), &[&module]);
        let (label, place) = found.into_iter().next()?;
        let rest = &text[place.location.at as usize..];
        Some((label, rest.lines().next().unwrap().to_owned()))
    }

    fn pair(label: &str, text: &str) -> Option<(String, String)> {
        Some((label.to_owned(), text.to_owned()))
    }

    #[test]
    fn a_variable_was_there_before() {
        let text = "package a\n\nx := 3\n\np if {\n\ty := \"x\"\n\tx := 1\n\tx := 2\n}\n";
        assert_eq!(other(text, "x := 2", "var x assigned above"), pair("`x` is here before", "x := 1"));
        assert_eq!(other(text, "y :=", "var y assigned above"), None);
        let text = "package a\n\nf(x) if {\n\tx := 1\n}\n";
        assert_eq!(other(text, "x := 1", "arg x redeclared"), pair("`x` is here before", "x) if {"));
    }

    #[test]
    fn a_variable_stands_inside_an_expression() {
        let module = read("package a\n\np if {\n\tinput.x > limit + _\n}\n");
        let location = module.nodes().all_expressions().map(|(_, expression)| expression.location).next().unwrap();
        let at = |message: &str| {
            let error = CheckError::new(Code::UnsafeVariable, Some(Place { unit: 0, location }), message);
            let found = other_places(&error, &[&module]);
            found
                .into_iter()
                .next()
                .map(|(label, place)| (label, module.source[place.location.at as usize..].to_owned()))
        };
        assert_eq!(at("var limit is unsafe in rule p"), pair("has no value", "limit + _\n}\n"));
        assert_eq!(at("var _ is unsafe"), pair("has no value", "_\n}\n"));
        assert_eq!(at("declared var limit unused"), pair("nothing uses it", "limit + _\n}\n"));
        assert_eq!(at("var other is unsafe"), None);
    }

    #[test]
    fn a_variable_without_a_place_is_found_where_it_stands_alone() {
        let module = read("package a\n\np := $\"{nmae}\"\n\nq if x == x\n");
        let at = |name: &str| {
            place_of(&CheckError::new(Code::Compile, None, format!("var {name} is undeclared")), &[&module])
        };
        assert_eq!(at("nmae").map(|place| place.location.at), Some(19));
        assert_eq!((at("x"), at("y")), (None, None));
    }

    #[test]
    fn an_import_has_the_name_of_another() {
        let text = "package a\n\nimport data.b\nimport data.c as b\n";
        assert_eq!(other(text, "import", "import must not shadow import data.b"), pair("the other import", "data.b"));
    }

    #[test]
    fn an_annotation_is_found_by_its_row() {
        let text =
            "package a\n\n# METADATA\n# scope: document\np contains 1\n\n# METADATA\n# scope: document\np contains 2\n";
        let message = "document annotation redeclared: a.rego:3";
        assert_eq!(other(text, "# METADATA", message), pair("the other annotation", "# METADATA"));
        assert_eq!(other(text, "# METADATA", "document annotation redeclared: b.rego:3"), None);
    }
}
