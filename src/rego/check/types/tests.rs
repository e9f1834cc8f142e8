use crate::rego::check::{CheckOptions, check};
use crate::rego::syntax::{Module, Options, RegoVersion, parse};

/// The errors of files: row, column, message, then the lines of the details.
fn errors(texts: &[&str]) -> Vec<String> {
    let read = |(place, text): (usize, &&str)| {
        parse(text.as_bytes(), &format!("{place}.rego"), &Options::new(RegoVersion::V1)).expect("a module")
    };
    let modules: Vec<Module> = texts.iter().enumerate().map(read).collect();
    let options = CheckOptions::default();
    let (sorted, errors) = check(&modules, &options);
    let told = errors.iter().map(|error| {
        let (row, column) = error.row_and_column(&sorted).unwrap_or_default();
        let lines = error.details.iter().flat_map(|details| &details.lines).map(|line| format!("\n{line}"));
        format!("{row}:{column} {}{}", error.message, lines.collect::<String>())
    });
    told.collect()
}

fn error(text: &str) -> String {
    errors(&[text]).join("\n\n")
}

#[test]
fn two_sides_that_can_never_be_equal_are_told_with_their_types() {
    assert_eq!(error("package t\np if 1 = \"a\""), "2:6 match error\nleft  : number\nright : string");
    assert_eq!(
        error("package t\np if {\n\tx := input.a\n\t[x, 1] = {\"a\"}\n}"),
        "4:2 match error\nleft  : array<any, number>\nright : set[string]"
    );
    assert!(error("package t\np if {1} = {\"a\"}").contains("both sides are sets but their types differ"));
}

#[test]
fn variables_carry_types_from_one_expression_to_the_next() {
    assert_eq!(
        error("package t\np if {\n\tx := count([1])\n\tx == \"a\"\n}"),
        "4:2 match error\nleft  : number\nright : string"
    );
    assert_eq!(error("package t\np if {\n\t[x, y] = [1, \"a\"]\n\tx != y\n}"), "");
    assert_eq!(
        error("package t\np if {\n\tsome k, v in {\"a\": 1}\n\tstartswith(k, \"a\")\n\tupper(v)\n}"),
        "5:2 upper: invalid argument(s)\nhave: (number)\nwant: (x: string, y: string)"
    );
}

#[test]
fn rules_have_the_types_of_all_their_definitions() {
    let text = "package t\nq := 1\nq := \"a\" if input.x\ndefault r := false\nr := 2 if input.y\np if q == null\ns if r == \"x\"";
    assert_eq!(
        error(text),
        "6:6 match error\nleft  : any<number, string>\nright : null\n\n7:6 match error\nleft  : any<boolean, number>\nright : string"
    );
    assert_eq!(errors(&["package t\np if data.u.f(1) == 1", "package u\nf(x) := [x]"]).len(), 1);
}

#[test]
fn a_rule_with_an_error_is_anything_for_all_others() {
    assert_eq!(error("package t\nq := 1 if 1 = \"a\"\np if q == {}").lines().count(), 3);
}

#[test]
fn keys_that_are_not_there_are_told_with_those_that_are() {
    assert_eq!(
        error("package t\nq := {\"a\": 1, \"b\": 2}\np := q.c"),
        "3:6 undefined ref: data.t.q.c\ndata.t.q.c\n         ^\n         have: \"c\"\n         want (one of): [\"a\" \"b\"]"
    );
    assert_eq!(
        error("package t\nq := 1\np := q.c"),
        "3:6 undefined ref: data.t.q.c\ndata.t.q.c\n^^^^^^^^\nhave: number"
    );
    assert_eq!(
        error("package t\np := [1, 2][\"a\"]"),
        "2:6 undefined ref: [1, 2].a\n[1, 2].a\n       ^\n       have: \"a\"\n       want (type): number"
    );
    assert_eq!(error("package t\nq.a := 1\np := q.c"), "", "a tree of rules is open");
}

#[test]
fn functions_are_no_values() {
    assert_eq!(
        error("package t\nf(x) := x\np := f"),
        "3:6 function data.t.f used as reference, not called\ndata.t.f\n^^^^^^^^\nhave: (any) => any"
    );
}

#[test]
fn an_error_that_follows_from_another_is_not_told() {
    let text = "package t\nq := {\"a\": 1}\np if {\n\tx := {\"k\": q.b}\n\tx.k == 1\n}";
    assert_eq!(errors(&[text]).len(), 1);
}

#[test]
fn with_widens_what_it_replaces_and_what_depends_on_it() {
    let text =
        "package t\nq := 1\nr := q\np if r == \"a\" with data.t.q as \"a\"\ns if q == \"a\" with data.t.q as \"a\"";
    assert_eq!(error(text), "");
    let text = "package t\nq := 1\np if q == null with data.t.q as \"a\"";
    assert_eq!(error(text), "3:6 match error\nleft  : any<number, string>\nright : null");
    let text = "package t\nf(x, y) := x\np if count([1]) == 1 with count as f";
    assert!(error(text).starts_with("3:22 count: arity mismatch\nhave: (any, any)\n"), "{}", error(text));
}

#[test]
fn closures_are_looked_into() {
    assert_eq!(
        error("package t\np := [y | y := upper(1)]"),
        "2:16 upper: invalid argument(s)\nhave: (number, ???)\nwant: (x: string, y: string)"
    );
    assert_eq!(error("package t\np if every x in [1] { x == \"a\" }"), "");
}

#[test]
fn closures_in_closures_take_no_time() {
    let deep = |levels: usize| format!("package t\np := {}1{}", "[x | x := ".repeat(levels), "]".repeat(levels));
    assert_eq!(error(&deep(20)), "");
    assert_eq!(error(&deep(300)), "");
    let varied: String = (0..18).map(|level| format!("[x{level} | y{level} := input.a; x{level} := ")).collect();
    assert_eq!(error(&format!("package t\np := {varied}[y0, y5, y9]{}", "]".repeat(18))), "");
}

#[test]
fn of_many_errors_the_first_by_place_are_told() {
    let rules: String = (0..30).map(|rule| format!("r{} if {rule} == \"a\"\n", 29 - rule)).collect();
    let told = errors(&[&format!("package t\n{rules}")]);
    assert_eq!(told.len(), 11);
    assert!(told.first().is_some_and(|first| first.starts_with("2:")), "{told:?}");
    assert!(told.get(9).is_some_and(|last| last.starts_with("11:")), "{told:?}");
}

#[test]
fn of_keys_that_are_not_known_the_last_by_name_counts_for_all() {
    let text = "package t\np if {\n\tv := \"a\"\n\tx := {v: \"s\", input.y: 2}\n\tx == 1\n}";
    assert_eq!(error(text), "5:2 match error\nleft  : object[any: number]\nright : number");
    // What stands for `input.y` is the eleventh variable, `v` the ninth: `__local10__` comes before `__local8__`.
    let before: String = (0..8).map(|number| format!("\ta{number} := {number}\n")).collect();
    let text = text.replacen("\tv", &format!("{before}\tv"), 1);
    assert_eq!(error(&text), "13:2 match error\nleft  : object[string: string]\nright : number");
}

#[test]
fn schemas_in_annotations_give_types_to_documents() {
    let text = "package t\n# METADATA\n# schemas:\n# - input: {type: object, properties: {name: {type: string}}}\np if input.nmae == 1\nq if input.nmae == 1";
    assert_eq!(
        error(text),
        "5:6 undefined ref: input.nmae\ninput.nmae\n      ^\n      have: \"nmae\"\n      want (one of): [\"name\"]"
    );
    let text = "# METADATA\n# schemas:\n# - input.n: {type: [integer, \"null\"]}\npackage t\np if upper(input.n) == \"A\"\nq if input.m == 1";
    assert_eq!(error(text), "5:6 upper: invalid argument(s)\nhave: (number, ???)\nwant: (x: string, y: string)");
}

#[test]
fn a_rule_that_failed_under_a_key_leaves_the_key_behind() {
    let text = "package t\nq[x] := 1 if {\n\tx := \"a\"\n\tx == 1\n}\np := data.t.q[1]";
    let told = errors(&[text]);
    assert_eq!(told.len(), 1, "{told:?}");
}

#[test]
fn one_fault_among_many_rules_is_found() {
    let chain = |unit: usize| {
        let rules: String = (1..200).map(|rule| format!("r{rule} := r{} + 1\n", rule - 1)).collect();
        let first = unit.checked_sub(1).map_or("1".to_owned(), |before| format!("data.m{before}.r199"));
        format!("package m{unit}\nr0 := {first}\n{rules}")
    };
    let mut texts: Vec<String> = (0..10).map(chain).collect();
    let told = |texts: &[String]| errors(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(told(&texts), Vec::<String>::new());
    texts[3].push_str("p if r7 == \"a\"\n");
    assert_eq!(told(&texts), ["202:6 match error\nleft  : number\nright : string"]);
    texts[7].push_str("p if data.m3.p == 1\nq if data.m0.r0 == null\n");
    assert_eq!(
        told(&texts),
        ["202:6 match error\nleft  : number\nright : string", "203:6 match error\nleft  : number\nright : null"]
    );
}
