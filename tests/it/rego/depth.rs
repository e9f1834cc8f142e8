//! Modules as deep and as short as they come: no later step than reading overflows a stack or panics either.

use super::differential::corpus;
use policy::rego::print;
use policy::rego::syntax::{Include, Layout, Options, RegoVersion, parse, write_json};

/// What opens a nesting, what closes it, and how deep OPA takes it.
const DEEPEST: [(&str, &str, usize); 5] =
    [("[", "]", 49_996), ("{\"a\":", "}", 33_330), ("(", ")", 12_499), ("f(", ")", 9_999), ("a[", "]", 9_999)];

#[test]
fn the_deepest_trees_are_written_printed_and_dropped() {
    let options = Options::new(RegoVersion::V1);
    for (open, close, depth) in DEEPEST {
        let text = format!("package a\n\np := {}1{}\n", open.repeat(depth), close.repeat(depth));
        let module = parse(text.as_bytes(), "a.rego", &options).unwrap();
        let mut json = Vec::new();
        let include = Include { locations: false, comments: true };
        write_json(&module, include, Layout::Compact, &mut json).unwrap();
        let printed = print(&module);
        let again = parse(printed.as_bytes(), "a.rego", &options).unwrap();
        let mut other = Vec::new();
        write_json(&again, include, Layout::Compact, &mut other).unwrap();
        assert!(json == other, "{open}");
    }
}

/// Every module is cut at each of its bytes. Of what stands before, only the paragraph and a package are kept.
#[test]
fn every_truncation_of_a_module_is_read_or_refused() {
    for (text, version) in corpus() {
        let options = Options::new(version);
        for end in 0..text.len() {
            let before = &text.as_bytes()[..end];
            let start = before.windows(2).rposition(|pair| pair == b"\n\n").unwrap_or(0);
            let cut = [b"package a\nimport future.keywords\n", &before[start..]].concat();
            for cut in [&cut, &before[start..]] {
                match parse(cut, "a.rego", &options) {
                    Ok(module) => assert!(!print(&module).is_empty()),
                    Err(errors) => assert!(!errors.is_empty()),
                }
            }
        }
    }
}
