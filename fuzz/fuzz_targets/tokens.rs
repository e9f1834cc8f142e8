//! Tokens in any order: no panic, and a tree can be written, as JSON and as text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use policy::rego::print;
use policy::rego::syntax::{Include, Layout, Options, RegoVersion, parse, write_json};

/// What a byte stands for.
const TOKENS: [&str; 82] = [
    "package", "import", "as", "default", "else", "not", "with", "some", "every", "in", "if", "contains", "and", "or",
    "null", "true", "false", "set()", "data", "input", "a", "b", "x", "_", "count", "f", "1", "0", "1.5e3", "-", "\"s\"",
    "\"\\u00e9\"", "`r`", "$\"a{", "$\"", "$`", "}b\"", "}`", "\"", "`", "\\{", "(", ")", "[", "]", "{", "}", ",", ";",
    ":", ":=", "=", "==", "!=", "<", "<=", ">", ">=", "|", "&", "+", "*", "/", "%", ".", "\n", "\n", " ", " ", " ", "\t",
    "# c\n", "# METADATA\n", "# title: t\n", "# custom: {a: [1]}\n", "future.keywords", "rego.v1", "rego.v2", "\r\n",
    "é", "\u{feff}", "\0",
];

const VERSIONS: [RegoVersion; 4] = [RegoVersion::V1, RegoVersion::V0, RegoVersion::V2, RegoVersion::V0V1];

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let mut text = String::from("package p\n");
    for byte in rest {
        text.push_str(TOKENS[usize::from(*byte) % TOKENS.len()]);
        // Half of all bytes put a blank behind their token.
        if byte & 0x80 == 0 {
            text.push(' ');
        }
    }
    let version = VERSIONS[usize::from(*first) % VERSIONS.len()];
    if let Ok(module) = parse(text.as_bytes(), "a.rego", &Options::new(version)) {
        let include = Include { locations: true, comments: true };
        let _ = write_json(&module, include, Layout::Compact, &mut std::io::sink());
        let _ = print(&module);
    }
});
