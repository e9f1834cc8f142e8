//! What a check of a whole program found, made ready to be shown.

use super::excerpt::{Piece, glimpse};
use super::near_names::near;
use super::other_places::{other_places, place_of};
use super::{Clue, Excerpt, Problem};
use crate::rego::capabilities::Capabilities;
use crate::rego::check::{CheckError, CheckOptions, Place, by_file, check_and_drop};
use crate::rego::syntax::{Location, Module, RegoVersion, TermKind};

/// For how many errors more is looked up in the modules than the check tells.
const LOOKED_UP: usize = 200;

/// What is wrong with a program, in the order of its errors. The trees go into the check; where it finds something, the
/// modules are `read` once more, to look up in them what helps.
pub(in crate::ops) fn check_program(
    modules: Vec<Module>,
    options: &CheckOptions,
    read: impl FnOnce() -> Result<Vec<Module>, Vec<Problem>>,
) -> Vec<Problem> {
    let errors = check_and_drop(modules, options);
    if errors.is_empty() {
        return Vec::new();
    }
    match read() {
        Ok(modules) => of_program(&by_file(&modules), errors, &options.capabilities),
        Err(problems) => problems,
    }
}

/// The errors of a check as problems, in their order. `modules` are those the errors number, `known` is what their OPA
/// knows.
fn of_program(modules: &[&Module], errors: Vec<CheckError>, known: &Capabilities) -> Vec<Problem> {
    let problems = errors.into_iter().enumerate().map(|(number, error)| {
        let looked_up = number < LOOKED_UP;
        let found = if looked_up { place_of(&error, modules) } else { None };
        let near_names = if looked_up { near(&error, error.place.or(found), modules, known) } else { Vec::new() };
        let mut others = if looked_up { other_places(&error, modules) } else { Vec::new() };
        others.extend(found.map(|place| ("it stands here".to_owned(), place)));
        problem(modules, error, near_names, others)
    });
    problems.collect()
}

fn problem(
    modules: &[&Module],
    error: CheckError,
    near_names: Vec<String>,
    mut related: Vec<(String, Place)>,
) -> Problem {
    let module = error.place.and_then(|place| module(modules, place));
    let place = error.row_and_column(modules);
    let (json, mut lines) = error.details.map_or((None, Vec::new()), |details| (Some(details.json), details.lines));
    let mut excerpts = Vec::new();
    if let Some((at, module)) = error.place.zip(module).filter(|_| place.is_some()) {
        let (here, elsewhere) = related.into_iter().partition(|(_, other)| other.unit == at.unit);
        related = elsewhere;
        let mut piece = piece(module, at.location, None);
        if error.message.starts_with("undefined ref: ") {
            piece.length = piece.length.max(reference(module, at.location, &error.message));
        }
        match excerpt(module, &piece, here) {
            Some(excerpt) => excerpts.push(excerpt),
            None => {
                lines.splice(0..0, glimpse(module.source.as_bytes(), piece.at).into_iter().flatten()).for_each(drop)
            }
        }
    }
    related.sort_by_key(|(_, other)| (other.unit, other.location.at));
    for of_one in related.chunk_by(|(_, left), (_, right)| left.unit == right.unit) {
        excerpts.extend(of_one.first().and_then(|(_, place)| excerpt_of_others(modules, *place, of_one)));
    }
    Problem {
        code: Some(error.code.as_str()),
        message: error.message,
        file: module.map(|module| module.file.clone()),
        place,
        details: json,
        lines,
        excerpts,
        clue: Clue {
            is_v0: module.is_some_and(|module| module.version == RegoVersion::V0),
            near_names,
            ..Clue::default()
        },
    }
}

fn module<'m>(modules: &[&'m Module], place: Place) -> Option<&'m Module> {
    modules.get(place.unit as usize).copied()
}

/// The lines of an error and of other places in its module.
fn excerpt(module: &Module, piece: &Piece, others: Vec<(String, Place)>) -> Option<Excerpt> {
    let others = others.into_iter().map(|(label, other)| self::piece(module, other.location, Some(label)));
    let pieces: Vec<Piece> = std::iter::once(piece.clone()).chain(others).collect();
    // One of the others may be in a line too long to be shown.
    of_pieces(module, &pieces).or_else(|| of_pieces(module, std::slice::from_ref(piece)))
}

fn excerpt_of_others(modules: &[&Module], place: Place, others: &[(String, Place)]) -> Option<Excerpt> {
    let module = module(modules, place)?;
    let pieces = others.iter().map(|(label, other)| piece(module, other.location, Some(label.clone())));
    of_pieces(module, &pieces.collect::<Vec<_>>())
}

fn of_pieces(module: &Module, pieces: &[Piece]) -> Option<Excerpt> {
    let text = module.source.as_bytes();
    let row = |at| module.lines().row_and_column(text, u32::try_from(at).unwrap_or(u32::MAX)).0;
    Excerpt::of(&module.file, text, pieces, row)
}

/// What to mark of a place: its text, where that begins there, else the word at it. Of a statement that is placed at its
/// first word it is the whole line.
fn piece(module: &Module, location: Location, label: Option<String>) -> Piece {
    let at = location.at as usize;
    let reaches = location.text.offset <= location.at && location.at < location.text.end();
    let length = match module.span(location.text) {
        "package" | "import" | "default" => rest_of_line(module, at),
        text if text.starts_with('#') => {
            module.source.get(at..).and_then(|rest| rest.lines().next()).map_or(1, str::len)
        }
        _ if reaches => (location.text.end() - location.at) as usize,
        _ => word(module, at),
    };
    Piece { at, length, label }
}

/// How many bytes a ref has that begins at a place and ends as a message does.
///
/// OPA places refs that begin with the name of a rule where that name stands last, which may be in another ref.
fn reference(module: &Module, location: Location, message: &str) -> usize {
    let refs = module.nodes().all_terms().filter(|(_, term)| matches!(term.kind, TermKind::Ref(_)));
    let spans = refs.map(|(_, term)| term.location).filter(|place| place.at == location.at).map(|place| place.text);
    let longest = spans.filter(|span| span.offset == location.at).max_by_key(|span| span.length);
    let text = longest.map(|span| module.span(span)).unwrap_or_default();
    let ending = text.find(['.', '[']).and_then(|dot| text.get(dot..));
    ending.filter(|ending| message.ends_with(ending)).map_or(0, |_| text.len())
}

/// How many bytes there are up to the end of the line, or to the comment at the end.
fn rest_of_line(module: &Module, at: usize) -> usize {
    let line = module.source.get(at..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let comments = module.comments.iter().map(|comment| comment.location.at as usize);
    let comment = comments.filter(|comment| (at..at + line.len()).contains(comment)).min();
    comment.map_or(line, |comment| line.get(..comment - at).unwrap_or(line)).trim_end().len()
}

fn word(module: &Module, at: usize) -> usize {
    let rest = module.source.as_bytes().get(at..).unwrap_or_default();
    rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rego::check::{Code, Details};
    use crate::rego::syntax::{Options, parse};
    use serde_json::json;

    fn read(file: &str, text: &str) -> Module {
        parse(text.as_bytes(), file, &Options::new(RegoVersion::V1)).unwrap()
    }

    fn place_of_rule(module: &Module, unit: u32, rule: usize) -> Place {
        Place { unit, location: module.rule(module.rules[rule]).unwrap().location }
    }

    #[test]
    fn other_places_of_the_same_module_join_its_lines_and_those_of_others_follow() {
        let (a, b) =
            (read("a.rego", "package a\n\np := 1\np := 2\n"), read("b.rego", "package a\np := 3 if {\n\ttrue\n}\n"));
        let error = CheckError::new(Code::Type, Some(place_of_rule(&a, 0, 0)), "conflicting rules")
            .with_related("and here", place_of_rule(&b, 1, 0))
            .with_related("here", place_of_rule(&a, 0, 1));
        let problem = of_program(&[&a, &b], vec![error], Capabilities::current()).remove(0);
        assert_eq!((problem.file.as_deref(), problem.place), (Some("a.rego"), Some((3, 1))));
        let marks: Vec<_> = problem.excerpts.iter().flat_map(|excerpt| &excerpt.marks).collect();
        let marks: Vec<_> = marks.iter().map(|mark| (mark.row, mark.bytes.clone(), mark.label.as_deref())).collect();
        assert_eq!(marks, [(3, 0..6, None), (4, 0..6, Some("here")), (2, 0..11, Some("and here"))]);
        assert_eq!(problem.excerpts[1].file, "b.rego");
    }

    #[test]
    fn an_error_without_a_place_shows_no_lines() {
        let error = CheckError::new(Code::Compile, None, "error limit reached");
        let problem = of_program(&[], vec![error], Capabilities::current()).remove(0);
        assert_eq!((problem.code, problem.file, problem.place), (Some("rego_compile_error"), None, None));
        assert!(problem.excerpts.is_empty());
    }

    #[test]
    fn of_an_undefined_ref_the_whole_is_marked() {
        let module = read("a.rego", "package a\n\np if user.name.x == user.role\n");
        let refs = module.nodes().all_terms().filter(|(_, term)| matches!(term.kind, TermKind::Var(_)));
        let marked = |name: &str, message: &str| {
            let named = |term: &crate::rego::syntax::Term| module.source[term.location.at as usize..].starts_with(name);
            let location = refs.clone().map(|(_, term)| term).find(named).unwrap().location;
            let error = CheckError::new(Code::Type, Some(Place { unit: 0, location }), message);
            let excerpt = of_program(&[&module], vec![error], Capabilities::current()).remove(0).excerpts.remove(0);
            excerpt.lines[0].text[excerpt.marks[0].bytes.clone()].to_owned()
        };
        assert_eq!(marked("user.name", "undefined ref: data.a.user.name.x"), "user.name.x");
        assert_eq!(marked("user.role", "undefined ref: data.a.user.name.x"), "user");
    }

    #[test]
    fn details_are_told_both_ways() {
        let module = read("a.rego", "package a\n\np if 1 == \"a\"\n");
        let details = Details { json: json!({"a": 1}), lines: vec!["left  : number".to_owned()] };
        let error =
            CheckError::new(Code::Type, Some(place_of_rule(&module, 0, 0)), "match error").with_details(details);
        let problem = of_program(&[&module], vec![error], Capabilities::current()).remove(0);
        assert_eq!((problem.details, problem.lines), (Some(json!({"a": 1})), vec!["left  : number".to_owned()]));
    }
}
