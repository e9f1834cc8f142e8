//! The reader as a whole.

use super::*;
use proptest::prelude::*;

const EXAMPLE: &str = r#"# About
package a.b["c d"]

import data.x as y
import future.keywords.not
import future.keywords.or

default allow := false

default f(_) := 1

allow if {
	some k, v in input.list
	not { k == -v; v != 1.5e3 } with input.z as [1, 2]
	every x in {1, 2} { x >= 0 }
	{ k } or (v or not y)
} else := {"a": 1, "b": [z | z := y[_]]} if f(`raw`)

deny contains msg if msg := $"no {input.user} \{ \u00e9"

p[x] := {k: 1 | k = x} if x in set()
input.if.q.r.s := 1 # end
g(x, _) := x | {"\u00e9"} & y
"#;

fn read(text: &str) -> Result<Module, Vec<ParseError>> {
    parse(text.as_bytes(), "a.rego", &Options::new(RegoVersion::V1))
}

fn messages(text: &str) -> Vec<(String, u32, u32)> {
    let errors = read(text).expect_err("refused");
    errors.into_iter().map(|error| (error.message, error.row, error.column)).collect()
}

/// Goes through all nodes, so that every number leads somewhere.
fn visit(module: &Module) -> usize {
    let mut count = 0;
    for (_, term) in module.nodes.all_terms() {
        if let TermKind::Ref(list) | TermKind::Call(list) | TermKind::Array(list) = term.kind {
            count += module.terms(list).iter().filter(|id| module.term(**id).location.is_some()).count();
        }
        let text = module.span(term.location.text);
        assert!(!term.location.is_some() || !text.is_empty());
    }
    for rule in &module.nodes.rules {
        assert!(!module.body(rule.body).is_empty());
    }
    count
}

#[test]
fn a_module_of_all_constructs_is_read() {
    let module = read(EXAMPLE).unwrap();
    assert_eq!((module.imports.len(), module.rules.len(), module.comments.len()), (3, 7, 2));
    assert!(visit(&module) > 100);
    let first = module.rule(module.rules[2]).unwrap();
    assert_eq!(module.text(first.head.name.unwrap()), "allow");
    assert_eq!(module.row_and_column(first.location), Some((12, 1)));
    assert!(module.span(first.location.text).ends_with("f(`raw`)"));
    assert_eq!(module.body(first.body).len(), 4);
}

#[test]
fn a_term_in_parentheses_has_their_text_but_its_own_place() {
    let module = read("package a\np := (1 + 2)\n").unwrap();
    let rule = module.rule(module.rules[0]).unwrap();
    let value = module.term(rule.head.value.unwrap());
    assert_eq!(module.span(value.location.text), "(1 + 2)");
    assert_eq!(module.row_and_column(value.location), Some((2, 7)));
}

#[test]
fn a_missing_value_is_told_twice_and_the_rest_of_the_text_is_not_read() {
    let expected = [
        ("unexpected ) token".to_owned(), 2, 6),
        ("unexpected ) token: expected rule value term (e.g., p := <VALUE> { ... })".to_owned(), 2, 6),
    ];
    assert_eq!(messages("package a\np := )\nq := )\n"), expected);
}

#[test]
fn a_bad_byte_is_the_fault_of_the_token_before_it() {
    let errors = parse(b"package a\n\xff", "a.rego", &Options::new(RegoVersion::V1)).expect_err("refused");
    let error = &errors[0];
    assert_eq!((error.message.as_str(), error.row, error.column), ("illegal utf-8 character", 2, 0));
}

#[test]
fn nesting_is_read_up_to_the_depth_of_opa_and_no_further() {
    let nested = |open: &str, close: &str, times: usize| {
        read(&format!("package a\np := {}1{}", open.repeat(times), close.repeat(times)))
    };
    for (open, close, deepest) in [("[", "]", 49_996), ("(", ")", 12_499), ("{1:", "}", 33_330), ("f(", ")", 9_999)] {
        assert!(nested(open, close, deepest).is_ok(), "{open}");
        let errors = nested(open, close, deepest + 1).expect_err("too deep");
        assert_eq!(errors[0].message, "max parsing recursion depth exceeded", "{open}");
    }
}

#[test]
fn every_truncation_is_read_or_refused() {
    for end in 0..EXAMPLE.len() {
        let text = &EXAMPLE.as_bytes()[..end];
        for version in [RegoVersion::V0, RegoVersion::V0V1, RegoVersion::V1, RegoVersion::V2] {
            match parse(text, "a.rego", &Options::new(version)) {
                Ok(module) => assert!(!module.package.path.is_empty()),
                Err(errors) => assert!(!errors.is_empty()),
            }
        }
    }
}

#[test]
fn readings_that_are_given_up_do_not_add_up() {
    let shapes = [
        ("{", "}"),
        ("({", "})"),
        ("(", ")"),
        ("[x | ", "]"),
        ("{a | ", ", 1}"),
        ("not {", "}"),
        ("not {\nx |\n", "}"),
        ("not {\nx |\nnot {\nx\n", "}}"),
        ("x and {\ny |\nx or {\ny\n", "}}"),
        ("some x in [y | ", "]"),
        ("{x | y\nnot {\nx |\n", "}}"),
        ("{x: y |\nx; {x |\n", "}}"),
        ("{x: y |\n$\"{1,\n", "}\"}"),
        ("x and {x | (y or {y", "})}"),
    ];
    for (open, close) in shapes {
        for version in [RegoVersion::V0, RegoVersion::V2] {
            let text = format!("package a\np if {}x{}", open.repeat(200), close.repeat(200));
            let start = std::time::Instant::now();
            let _ = parse(text.as_bytes(), "a.rego", &Options::new(version));
            assert!(start.elapsed().as_secs() < 5, "{open}");
        }
    }
}

fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "package a",
        "import rego.v1",
        "import rego.v2",
        "import future.keywords",
        "default",
        "else",
        "not",
        "some",
        "every",
        "with",
        "as",
        "in",
        "if",
        "contains",
        "and",
        "or",
        "null",
        "true",
        "x",
        "_",
        "input",
        "data.a",
        "set()",
        "p",
        "1",
        "0",
        "01",
        ".5",
        "1e9",
        "\"s\"",
        "\"\\u00e9\"",
        "`r`",
        "$\"",
        "$`",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        ",",
        ":",
        ":=",
        "=",
        "==",
        "!=",
        "<",
        "|",
        "&",
        "+",
        "-",
        "*",
        ";",
        ".",
        "#c",
        "\n",
        "\r\n",
        "\t",
        "@",
        "é",
        "\u{feff}",
        "\0",
        "\"",
        "\\",
    ]);
    prop::collection::vec((piece, prop::sample::select(vec!["", " ", "\n"])), 0..60)
        .prop_map(|pieces| pieces.into_iter().map(|(piece, gap)| format!("{piece}{gap}")).collect())
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for version in [RegoVersion::V0, RegoVersion::V2] {
            let _ = parse(&bytes, "a.rego", &Options::new(version));
        }
    }

    #[test]
    fn no_tokens_make_it_panic(text in pieces()) {
        for version in [RegoVersion::V0, RegoVersion::V0V1, RegoVersion::V1, RegoVersion::V2] {
            for text in [text.clone(), format!("package a\nimport rego.v2\np if {{ {text}")] {
                if let Ok(module) = parse(text.as_bytes(), "a.rego", &Options::new(version)) {
                    visit(&module);
                }
            }
        }
    }
}
