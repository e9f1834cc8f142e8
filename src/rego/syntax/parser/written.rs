//! Terms as OPA writes them in errors.

use super::Parser;
use crate::rego::syntax::builtins::is_builtin;
use crate::rego::syntax::lexer::replaced;
use crate::rego::syntax::options::{Keyword, Keywords};
use crate::rego::syntax::token::Token;
use crate::rego::syntax::tree::{Body, ExpressionId, ExpressionKind, List, Part, TermId, TermKind, Text};

/// How long a written term can become; a longer one is cut.
const LIMIT: usize = 1 << 16;

impl Parser<'_> {
    pub(in super::super) fn written(&self, term: TermId) -> String {
        let mut text = String::new();
        self.write(term, &mut text);
        text
    }

    pub(in super::super) fn written_reference(&self, list: List<TermId>) -> String {
        let mut text = String::new();
        self.write_reference(list, &mut text);
        text
    }

    fn characters(&self, text: Text) -> String {
        replaced(self.bytes(text))
    }

    fn write_all(&self, terms: &[TermId], between: &str, text: &mut String) {
        for (place, term) in terms.iter().enumerate() {
            if place > 0 {
                text.push_str(between);
            }
            self.write(*term, text);
        }
    }

    fn write(&self, term: TermId, text: &mut String) {
        if text.len() > LIMIT {
            return;
        }
        match self.kind(term) {
            TermKind::Null => text.push_str("null"),
            TermKind::Boolean(value) => text.push_str(if value { "true" } else { "false" }),
            TermKind::Number(number) => text.push_str(&self.characters(number)),
            TermKind::String { value, .. } => text.push_str(&quoted(&self.characters(value))),
            TermKind::Var(name) if self.is_wildcard(name) => text.push('_'),
            TermKind::Var(name) => text.push_str(&self.characters(name)),
            TermKind::Ref(list) => self.write_reference(list, text),
            TermKind::Call(list) => {
                if let Some((operator, arguments)) = self.nodes.terms(list).split_first() {
                    self.write(*operator, text);
                    text.push('(');
                    self.write_all(arguments, ", ", text);
                    text.push(')');
                }
            }
            TermKind::Array(list) => {
                text.push('[');
                self.write_all(self.nodes.terms(list), ", ", text);
                text.push(']');
            }
            TermKind::Set(list) if list.is_empty() => text.push_str("set()"),
            TermKind::Set(list) => {
                text.push('{');
                self.write_all(self.nodes.terms(list), ", ", text);
                text.push('}');
            }
            TermKind::Object(list) => {
                text.push('{');
                for (place, pair) in self.nodes.terms(list).chunks(2).enumerate() {
                    if place > 0 {
                        text.push_str(", ");
                    }
                    self.write_all(pair, ": ", text);
                }
                text.push('}');
            }
            TermKind::ArrayComprehension { term, body } => self.write_comprehension(['[', ']'], &[term], body, text),
            TermKind::SetComprehension { term, body } => self.write_comprehension(['{', '}'], &[term], body, text),
            TermKind::ObjectComprehension { key, value, body } => {
                self.write_comprehension(['{', '}'], &[key, value], body, text);
            }
            TermKind::TemplateString { parts, .. } => {
                text.push_str("$\"");
                for part in self.parts(parts) {
                    match part {
                        Part::Expression(id) => {
                            text.push('{');
                            self.write_expression(*id, text);
                            text.push('}');
                        }
                        Part::Term(term) => match self.kind(*term) {
                            TermKind::String { value, .. } => {
                                let quoted = quoted(&self.characters(value)).replace('{', "\\{");
                                text.push_str(quoted.get(1..quoted.len() - 1).unwrap_or_default());
                            }
                            _ => self.write(*term, text),
                        },
                    }
                }
                text.push('"');
            }
        }
    }

    fn write_comprehension(&self, [open, close]: [char; 2], terms: &[TermId], body: Body, text: &mut String) {
        text.push(open);
        self.write_all(terms, ": ", text);
        text.push_str(" | ");
        self.write_body(body, text);
        text.push(close);
    }

    fn write_body(&self, body: Body, text: &mut String) {
        for (place, id) in self.nodes.body(body).iter().enumerate() {
            if place > 0 {
                text.push_str("; ");
            }
            self.write_expression(*id, text);
        }
    }

    pub(in super::super) fn written_expression(&self, id: ExpressionId) -> String {
        let mut text = String::new();
        self.write_expression(id, &mut text);
        text
    }

    pub(in super::super) fn written_body(&self, body: Body) -> String {
        let mut text = String::new();
        self.write_body(body, &mut text);
        text
    }

    fn write_expression(&self, id: ExpressionId, text: &mut String) {
        let expression = self.nodes.expression(id);
        if expression.negated {
            text.push_str("not ");
        }
        match expression.kind {
            ExpressionKind::Term(term) => self.write(term, text),
            ExpressionKind::Call(list) => {
                let Some((operator, arguments)) = self.nodes.terms(list).split_first() else { return };
                if self.operator_of(list) == Some(b"eq") && arguments.len() == 2 {
                    return self.write_all(arguments, " = ", text);
                }
                self.write(*operator, text);
                text.push('(');
                self.write_all(arguments, ", ", text);
                text.push(')');
            }
            ExpressionKind::Some { symbols, .. } => {
                text.push_str("some ");
                self.write_all(self.nodes.terms(symbols), ", ", text);
            }
            ExpressionKind::Every { value, domain, body, .. } => {
                text.push_str("every ");
                self.write_all(&[value, domain], " in ", text);
                text.push_str(" { ");
                self.write_body(body, text);
                text.push_str(" }");
            }
            ExpressionKind::Not { body, .. } => {
                text.push_str("not ");
                self.write_body(body, text);
            }
            ExpressionKind::And(logical) | ExpressionKind::Or(logical) => {
                self.write_body(logical.left, text);
                text.push_str(if matches!(expression.kind, ExpressionKind::And(_)) { " and " } else { " or " });
                self.write_body(logical.right, text);
            }
        }
    }

    fn write_reference(&self, list: List<TermId>, text: &mut String) {
        let Some((head, parts)) = self.nodes.terms(list).split_first() else { return };
        if let Some(name) = self.builtin_name(*head, parts) {
            return text.push_str(&name);
        }
        match self.kind(*head) {
            TermKind::String { value, .. } => text.push_str(&self.characters(value)),
            _ => self.write(*head, text),
        }
        for part in parts {
            let TermKind::String { value, .. } = self.kind(*part) else {
                text.push('[');
                self.write(*part, text);
                text.push(']');
                continue;
            };
            let part = self.characters(value);
            if is_name(&part) {
                text.push('.');
                text.push_str(&part);
            } else if part.chars().any(|character| character.is_control() || character == '\\') {
                text.push('[');
                text.push_str(&quoted(&part));
                text.push(']');
            } else {
                text.push_str("[\"");
                text.push_str(&part);
                text.push_str("\"]");
            }
        }
    }

    /// The name of a built-in function that a ref of strings names; such refs are written with plain dots.
    fn builtin_name(&self, head: TermId, parts: &[TermId]) -> Option<String> {
        let TermKind::Var(name) = self.kind(head) else { return None };
        let mut text = self.characters(name);
        for part in parts {
            let TermKind::String { value, .. } = self.kind(*part) else { return None };
            text.push('.');
            text.push_str(&self.characters(value));
        }
        is_builtin(&text).then_some(text)
    }
}

/// Whether a part of a ref can be written behind a dot.
fn is_name(part: &str) -> bool {
    let starts = part.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    starts
        && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && Token::of_word(part.as_bytes(), Keywords::OF_V1.with(Keyword::Not)) == Token::Identifier
}

/// A string in quotes, with the escapes of Go.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\u{7}' => quoted.push_str("\\a"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{b}' => quoted.push_str("\\v"),
            '\0'..' ' | '\u{7f}' => quoted.push_str(&format!("\\x{:02x}", u32::from(character))),
            '\u{80}'..='\u{a0}' | '\u{ad}' | '\u{feff}' => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_quoted_as_in_go() {
        assert_eq!(quoted("a\"\\\n\u{1}é\u{a0}"), "\"a\\\"\\\\\\n\\x01é\\u00a0\"");
    }

    #[test]
    fn keywords_are_no_names() {
        assert!(is_name("abc_1") && is_name("or") && !is_name("if") && !is_name("a b") && !is_name("1a"));
    }
}
