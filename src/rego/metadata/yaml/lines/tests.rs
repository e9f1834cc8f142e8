use super::document;
use crate::rego::metadata::yaml::node::{Content, Document};
use crate::rego::metadata::yaml::parser::Parser;
use proptest::prelude::*;
use std::fmt::Write;

/// A document, written out with the lines and tags of its nodes.
fn written(document: &Document<'_>, number: usize) -> String {
    let node = document.node(number).unwrap();
    let mut text = format!("{}{}", node.line, node.tag);
    let _ = match &node.content {
        Content::Scalar(value) => write!(text, "{value:?}"),
        Content::Sequence(items) => {
            let items: Vec<_> = items.iter().map(|item| written(document, *item)).collect();
            write!(text, "[{}]", items.join(", "))
        }
        Content::Mapping(pairs) => {
            let pair =
                |(key, value): &(usize, usize)| format!("{}: {}", written(document, *key), written(document, *value));
            let pairs: Vec<_> = pairs.iter().map(pair).collect();
            write!(text, "{{{}}}", pairs.join(", "))
        }
        Content::Alias { name, .. } => write!(text, "*{name}"),
    };
    text
}

/// Whether a text is read by lines; if so, it has to give what is read by characters.
fn is_read(text: &str) -> bool {
    let Some(found) = document(text) else { return false };
    let wanted = Parser::new(text).document().unwrap_or_else(|failure| panic!("{text:?}: {}", failure.0)).unwrap();
    assert_eq!(written(&found, found.root), written(&wanted, wanted.root), "{text:?}");
    true
}

#[test]
fn the_common_shapes_are_read_by_lines() {
    for text in [
        "title: a title\n",
        "title: a  b:c#d \ndescription:\n\nscope:  rule\n",
        "description: |\n  one\n\n    two\n  three \n\n\nscope: rule\n",
        "description: >-\n one\n two\n\n three\n   four\n five\n",
        "description: goes\n  on and\n\n on\n  at: \"x\"y\n".replace("at: ", "at ").as_str(),
        "organizations: [Acme, \"Big & Co\", 'it', [], {}]\n",
        "custom: {a: 1, \"b c\": [x, y ], d: {e: ~x}}\n".replace('~', "").as_str(),
        "authors:\n- name: Ann\n  email: a@b.c\n-   Bo <b@c.d>\n- 3\nscope: rule\n",
        "authors:\n  - name: Ann\n    of:\n    - a\n  - b\ncustom:\n  a:\n    b:\n  c: true\n",
        "a:\n- b:\n- c: x\n- \"d\"\n",
        "  a: 2001-01-01\n  b: ~\n  c: -1\n  d: .5\n  e: 日本\n",
        "a: <<\nb: <a@b.c>\n",
    ] {
        assert!(is_read(text), "{text:?}");
    }
}

#[test]
fn other_shapes_are_left_alone() {
    for text in [
        "",
        "\n",
        "a",
        "a: b",
        "- a\n-b\n",
        "a: b: c\n",
        "a: b #c\n",
        "a: &b c\n",
        "a:\tb\n",
        "a: \"b\\n\"\n",
        "a: 'b''c'\n",
        "a: [b\n",
        "a: [b,]\n",
        "a: {b}\n",
        "a: \"b\" c\n",
        "a: \"b\n  c\"\n",
        "a:\n  b\n",
        "a: b\n c: d\n",
        " a: b\nc: d\n",
        "a: b\n- c\n",
        "a: |2\n   b\n",
        "a: |\nb: c\n",
        "a: |\n  b\n c\n",
        "a: \u{85}\n",
        "---\na: b\n",
        "a: b\n---\n",
    ] {
        assert!(!is_read(text), "{text:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn pieces_in_any_order_give_the_same(pieces in prop::collection::vec(prop::sample::select(vec![
        "a", "b c", "title", "1", "true", "é", "a:b", ":", ": ", ": ", ": ", ":\n", "\n", "\n", "\n", "\n  ", "\n  ", "\n    ",
        "\n\n", "- ", "- ", "\n- ", "\n  - ", "-", " ", "  ", "[", "]", "{", "}", ", ", "\"", "'", "\"x\"", "'y'", "[a, b]",
        "{k: v}", "|", ">-", ": |\n  ", ": >\n  ", "#", " #", "<<", "~", "?", "a: 1\n", "b: x y\n", "c:\n  d: e\n", "\t", "---",
    ]), 0..14)) {
        let mut text = pieces.concat();
        text.push('\n');
        is_read(&text);
    }

    #[test]
    fn lines_in_any_order_give_the_same(lines in prop::collection::vec((0_usize..5, prop::sample::select(vec![
        "", "a: b", "c:", "d: |", "e: >-", "f: >", "- g", "- h: i", "- j:", "-  k: l", "words that go on", "m: [n, {o: p}]",
        "q: \"r\"", "- 's'", "t: 1", "u", "v: w ", "x: |-", "- |", "- [y]",
    ])), 0..9)) {
        let text: String = lines.iter().map(|(indent, line)| match line.is_empty() {
            true => "\n".to_owned(),
            false => format!("{}{line}\n", " ".repeat(*indent)),
        }).collect();
        is_read(&text);
    }
}
