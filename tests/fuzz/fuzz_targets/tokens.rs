//! Tokens in any order: no panic, and a tree is written as JSON, and as text of the same tree.
#![no_main]

mod written;

use libfuzzer_sys::fuzz_target;
use written::{VERSIONS, check};

/// What a byte stands for.
const TOKENS: [&str; 82] = [
    "package", "import", "as", "default", "else", "not", "with", "some", "every", "in", "if", "contains", "and", "or",
    "null", "true", "false", "set()", "data", "input", "a", "b", "x", "_", "count", "f", "1", "0", "1.5e3", "-", "\"s\"",
    "\"\\u00e9\"", "`r`", "$\"a{", "$\"", "$`", "}b\"", "}`", "\"", "`", "\\{", "(", ")", "[", "]", "{", "}", ",", ";",
    ":", ":=", "=", "==", "!=", "<", "<=", ">", ">=", "|", "&", "+", "*", "/", "%", ".", "\n", "\n", " ", " ", " ", "\t",
    "# c\n", "# METADATA\n", "# title: t\n", "# custom: {a: [1]}\n", "future.keywords", "rego.v1", "rego.v2", "\r\n",
    "é", "\u{feff}", "\0",
];

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
    check(text.as_bytes(), VERSIONS[usize::from(*first) % VERSIONS.len()]);
});
