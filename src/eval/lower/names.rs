//! Names as regorus takes them.

use super::Writer;
use crate::rego::syntax::{Module, TermId, TermKind, Text};
use std::collections::BTreeSet;

/// Words that cannot name a variable.
const KEYWORDS: [&str; 17] = [
    "as", "and", "contains", "default", "else", "every", "false", "if", "import", "in", "not", "null", "or", "package",
    "some", "true", "with",
];

/// What has to be known of all modules before one of them is written.
#[derive(Debug, Default)]
pub(in crate::eval) struct Plan {
    /// The built-ins that a `with` replaces, or puts in the place of another function: they are called by way of functions
    /// of the same arguments.
    pub(in crate::eval) wrapped: BTreeSet<String>,
    /// Whether operators are calls that are undefined, and no error, where they cannot be carried out.
    pub(in crate::eval) careful: bool,
}

/// Whether a string can stand behind a dot: keywords can.
fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The name a variable gets.
pub(super) fn variable(name: &str) -> String {
    if name.starts_with('$') {
        return "_".to_owned();
    }
    if KEYWORDS.contains(&name) { format!("{name}__") } else { name.to_owned() }
}

/// The words of a ref whose parts are a variable and strings, joined by dots.
pub(super) fn dotted(module: &Module, term: TermId) -> Option<String> {
    match module.term(term).kind {
        TermKind::Var(name) => Some(module.text(name).to_owned()),
        TermKind::Ref(parts) => {
            let mut text = String::new();
            for (place, part) in module.terms(parts).iter().enumerate() {
                match module.term(*part).kind {
                    TermKind::Var(name) if place == 0 => text.push_str(module.text(name)),
                    TermKind::String { value, .. } if place > 0 => {
                        text.push('.');
                        text.push_str(module.text(value));
                    }
                    _ => return None,
                }
            }
            Some(text)
        }
        _ => None,
    }
}

impl Writer<'_> {
    pub(super) fn variable(&mut self, name: Text) {
        let name = self.module.text(name);
        let imported = self.imported.get(name).filter(|_| !self.in_head).map(String::as_str);
        match imported.or_else(|| self.scope.and_then(|scope| scope.get(name))) {
            Some(meaning) => self.out.push_str(meaning),
            None => self.out.push_str(&variable(name)),
        }
    }

    /// A part of a ref that is a string.
    pub(super) fn field(&mut self, name: &str) {
        if is_name(name) {
            self.out.push('.');
            self.out.push_str(name);
        } else {
            self.out.push('[');
            self.string(name);
            self.out.push(']');
        }
    }

    pub(super) fn string(&mut self, text: &str) {
        self.out.push('"');
        for character in text.chars() {
            match character {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                control if u32::from(control) < 0x20 => {
                    self.out.push_str(&format!("\\u{:04x}", u32::from(control)));
                }
                other => self.out.push(other),
            }
        }
        self.out.push('"');
    }
}
