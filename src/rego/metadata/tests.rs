//! What real OPA said about METADATA, and what the module says.

use super::*;

/// Reads refs of names and indices, which is all the recorded cases hold.
pub(super) struct Refs;

impl Terms for Refs {
    fn read(&self, text: &str) -> Result<Term, String> {
        let part = |kind, value: String| Part { kind, value, row: 1, column: 1, text: String::new() };
        let is_name = |name: &str| {
            name.starts_with(|first: char| first.is_ascii_alphabetic())
                && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
        };
        if let Some(at) = text.find("..") {
            return Err(format!(
                "failed to parse term: 1 error occurred: 1:{}: rego_parse_error: unexpected . token: expected \
                 identifier\n\t{text}\n\t{:at$}^",
                at + 2,
                "",
                at = at + 1
            ));
        }
        let parts: Vec<_> = text.split(['.', '[']).collect();
        let shape = match parts.as_slice() {
            [name] if is_name(name) => Shape::Variable,
            [first, ..] if is_name(first) && parts.len() > 1 => Shape::Reference,
            _ => Shape::Other,
        };
        // `input` and `data` are refs alone.
        let shape = if matches!(text, "input" | "data") { Shape::Reference } else { shape };
        let parts = parts.iter().enumerate().map(|(index, name)| match index {
            0 => part("var", serde_json::to_string(name).unwrap()),
            _ => part("string", serde_json::to_string(name.trim_matches(['"', ']'])).unwrap()),
        });
        Ok(Term { shape, text: text.to_owned(), parts: Reference { parts: parts.collect() } })
    }
}

/// The comments and statements of a text whose statements begin at the beginning of a line.
pub(super) fn split(text: &str) -> (Vec<Comment<'_>>, Vec<Statement<'_>>) {
    let (mut comments, mut statements) = (Vec::new(), Vec::new());
    for (index, line) in text.lines().enumerate() {
        let row = u32::try_from(index + 1).unwrap();
        let line = line.trim_end_matches('\r');
        if let Some(comment) = line.trim_start().strip_prefix('#') {
            let column = u32::try_from(line.len() - comment.len()).unwrap();
            comments.push(Comment { text: comment.into(), place: Place { row, column, offset: 0 } });
            continue;
        }
        let word = line.split([' ', '(', '[', '.']).next().unwrap();
        let kind = match word {
            "" | "}" | "{" | "else" => continue,
            "package" => StatementKind::Package,
            "import" => StatementKind::Import,
            _ => StatementKind::Rule,
        };
        if !line.starts_with([' ', '\t']) {
            statements.push(Statement { kind, row, path: word.into() });
        }
    }
    (comments, statements)
}

pub(super) fn errors(text: &str) -> Vec<(String, u32)> {
    let (comments, statements) = split(text);
    let (mut annotations, mut errors) = read(&comments, &Refs);
    if errors.is_empty() {
        errors = attach(&mut annotations, &statements);
    }
    errors.into_iter().map(|error| (error.message, error.place.row)).collect()
}

pub(super) fn json(text: &str) -> Result<String, JsonError> {
    let (comments, statements) = split(text);
    let (mut annotations, _) = read(&comments, &Refs);
    attach(&mut annotations, &statements);
    let mut output = String::from("[");
    for annotation in &annotations {
        output.push_str(if output.len() > 1 { "," } else { "" });
        annotation.write_json(&mut output, Locations::None)?;
    }
    output.push(']');
    Ok(output)
}

/// Cases with OPA's answer: errors, or the annotations as `opa parse` writes them.
const CASES: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/metadata/cases.jsonl"));

#[derive(serde::Deserialize)]
struct Case {
    note: String,
    text: String,
    #[serde(default)]
    errors: Vec<(String, u32)>,
    annotations: Option<serde_json::Value>,
}

/// Numbers by value: the cases went through another writer of JSON.
fn by_value(value: &serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Number(number) => number.as_f64().map_or_else(|| value.clone(), Value::from),
        Value::Array(items) => items.iter().map(by_value).collect(),
        Value::Object(members) => members.iter().map(|(key, value)| (key.clone(), by_value(value))).collect(),
        other => other.clone(),
    }
}

#[test]
fn blocks_read_as_they_do_in_opa() {
    let mut wrong = Vec::new();
    for line in CASES.lines() {
        let case: Case = serde_json::from_str(line).unwrap();
        let found = errors(&case.text);
        if found != case.errors {
            wrong.push(format!("{}\n{}\nfound  {found:?}\nwanted {:?}", case.note, case.text, case.errors));
        }
        if let Some(wanted) = case.annotations {
            let found: serde_json::Value = serde_json::from_str(&json(&case.text).unwrap()).unwrap();
            if by_value(&found) != by_value(&wanted) {
                wrong.push(format!("{}\n{}\nfound  {found}\nwanted {wanted}", case.note, case.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n\n"));
}

fn block(yaml: &str) -> String {
    let mut text = String::from("# METADATA\n");
    for line in yaml.lines() {
        text.push_str("# ");
        text.push_str(line);
        text.push('\n');
    }
    text + "package t\n"
}

/// Runs with half the stack a thread of the standard library has, and gives the seconds it took.
fn timed(text: String) -> (Vec<(String, u32)>, f64) {
    let run = move || {
        let start = std::time::Instant::now();
        let found = errors(&text);
        let _ = json(&text);
        (found, start.elapsed().as_secs_f64())
    };
    std::thread::Builder::new().stack_size(1 << 20).spawn(run).unwrap().join().unwrap()
}

#[test]
fn hostile_blocks_are_read_in_seconds_and_little_stack() {
    let size = 50_000;
    let lines = |line: &dyn Fn(usize) -> String, count: usize| (0..count).map(line).collect::<String>();
    let nested: String = (0..2000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    let shapes = [
        "[".repeat(size),
        format!("custom: {}{}", "[".repeat(size), "]".repeat(size)),
        format!("custom: {}", "{a: ".repeat(size)),
        "- ".repeat(size),
        "? ".repeat(size),
        nested,
        format!("title: {}", "x".repeat(size)),
        format!("title: \"{}", "\\n".repeat(size)),
        format!("title: |\n{}", lines(&|_| " x\n".to_owned(), size)),
        format!("custom:\n{}", lines(&|number| format!("  k{number}: v\n"), size / 10)),
        format!("custom:\n{}", lines(&|_| "  k: v\n".to_owned(), size / 10)),
        format!("custom: [{}]", "a, ".repeat(size / 5)),
        format!("custom:\n{}", lines(&|_| "  # note\n".to_owned(), size / 10)),
        format!("a: &a0 [x]\n{}", lines(&|n| format!("b{n}: &a{} [*a{n}]\n", n + 1), size / 100)),
        format!(
            "custom:\n  a0: &a0 [x]\n{}",
            lines(&|n| format!("  b{n}: &a{} [{}]\n", n + 1, vec![format!("*a{n}"); 10].join(", ")), 50)
        ),
        format!("custom:\n  a: &a {{k: v}}\n{}", lines(&|n| format!("  b{n}: {{<<: [*a, *a]}}\n"), size / 50)),
        "&a ".repeat(size),
        "!!x ".repeat(size),
    ];
    for shape in shapes {
        let start = shape.chars().take(20).collect::<String>();
        eprintln!("SHAPE {start:?}");
        let (_, seconds) = timed(block(&shape));
        assert!(seconds < 10.0, "{start}: {seconds}");
    }
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    /// Pieces that mean something to YAML.
    fn piece() -> impl Strategy<Value = String> {
        let known = [
            "title: ",
            "custom:",
            "\n",
            "\n  ",
            "\n- ",
            "- ",
            "? ",
            ": ",
            ":",
            "[",
            "]",
            "{",
            "}",
            ", ",
            "&a ",
            "*a",
            "<<: ",
            "!!int ",
            "!x ",
            "|",
            ">-",
            "'",
            "\"",
            "\\",
            "#",
            " # ",
            "---\n",
            "...\n",
            "%YAML 1.1\n",
            "\t",
            "a",
            "1.5",
            "2024-01-02",
            "~",
            "authors:\n- ",
            "related_resources:\n- ",
            "schemas:\n- input: ",
            "http://h:80/%zz",
        ];
        prop_oneof![9 => prop::sample::select(known.to_vec()).prop_map(str::to_owned), 1 => "\\PC{0,6}"]
    }

    proptest! {
        #[test]
        fn no_block_makes_it_panic(pieces in prop::collection::vec(piece(), 0..40)) {
            let text = block(&pieces.concat());
            if errors(&text).is_empty() {
                let _ = json(&text);
            }
        }

        #[test]
        fn a_block_cut_off_anywhere_is_read_or_refused(case in 0_usize..200, length in 0_usize..400) {
            if let Some(line) = CASES.lines().nth(case) {
                let case: Case = serde_json::from_str(line).unwrap();
                let text: String = case.text.chars().take(length).collect();
                let _ = (errors(&text), json(&text));
            }
        }
    }
}

#[test]
fn depth_has_a_limit_and_aliases_count() {
    let deep = |depth: usize| block(&format!("custom: {{a: {}{}}}", "[".repeat(depth), "]".repeat(depth)));
    assert_eq!(timed(deep(245)).0, []);
    assert_eq!(timed(deep(251)).0, [("yaml: exceeded max depth of 250".to_owned(), 2)]);
    let looped = block("custom:\n  a: &a [*a]\n");
    assert_eq!(errors(&looped), [("yaml: anchor 'a' value contains itself".to_owned(), 2)]);
}

#[test]
fn a_control_character_is_found_before_what_stands_next_to_it() {
    let wanted = [("yaml: control characters are not allowed".to_owned(), 2)];
    assert_eq!(errors(&block("title: x\u{1}\n: ]")), wanted);
    // Behind the first 512 bytes only what was read by then is told.
    let far = format!("title: ]\n@\n{}\u{1}", "x".repeat(600));
    assert_eq!(errors(&block(&far)).first().unwrap().0, "yaml: line 2: found character that cannot start any token");
}
