//! Nodes as OPA writes them in messages.

use super::builtins::is_builtin;
use super::nodes::Nodes;
use super::options::{Keyword, Keywords, RegoVersion};
use super::token::Token;
use super::tree::{Body, ExpressionId, ExpressionKind, List, Logical, Part, TermId, TermKind};
use std::borrow::Cow;

/// How long a written term can become; a longer one is cut.
const LIMIT: usize = 1 << 16;

/// The infix signs of the operators that OPA writes between their operands, where a comprehension collects them.
const SIGNS: [(&str, &str); 15] = [
    ("assign", ":="),
    ("and", "&"),
    ("div", "/"),
    ("eq", "="),
    ("equal", "=="),
    ("gt", ">"),
    ("gte", ">="),
    ("lt", "<"),
    ("lte", "<="),
    ("minus", "-"),
    ("mul", "*"),
    ("neq", "!="),
    ("or", "|"),
    ("plus", "+"),
    ("rem", "%"),
];

/// The sign of a function that is written between its operands.
pub(crate) fn sign_of(function: &str) -> Option<&'static str> {
    SIGNS.iter().find(|(name, _)| *name == function).map(|(_, sign)| *sign)
}

/// Writes the nodes of an arena as OPA writes them in messages. `name` gives the characters of a name.
pub struct Written<'a, N> {
    nodes: &'a Nodes<N>,
    name: &'a dyn Fn(N) -> Cow<'a, str>,
}

impl<'a, N: Copy> Written<'a, N> {
    /// The writer of an arena.
    pub fn new(nodes: &'a Nodes<N>, name: &'a dyn Fn(N) -> Cow<'a, str>) -> Self {
        Self { nodes, name }
    }

    /// A term.
    #[must_use]
    pub fn term(&self, term: TermId) -> String {
        let mut text = String::new();
        self.write(term, &mut text);
        text
    }

    /// A ref.
    #[must_use]
    pub fn reference(&self, parts: &[TermId]) -> String {
        let mut text = String::new();
        self.write_reference(parts, &mut text);
        text
    }

    /// An expression.
    #[must_use]
    pub fn expression(&self, id: ExpressionId) -> String {
        let mut text = String::new();
        self.write_expression(id, &mut text);
        text
    }

    /// A body.
    #[must_use]
    pub fn body(&self, body: Body) -> String {
        let mut text = String::new();
        self.write_body(body, &mut text);
        text
    }

    fn kind(&self, term: TermId) -> TermKind<N> {
        self.nodes.term(term).kind
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
            TermKind::Number(number) => text.push_str(&(self.name)(number)),
            TermKind::String { value, .. } => text.push_str(&quoted(&(self.name)(value))),
            TermKind::Var(name) => {
                let name = (self.name)(name);
                text.push_str(if name.starts_with('$') { "_" } else { &name });
            }
            TermKind::Ref(list) => self.write_reference(self.nodes.terms(list), text),
            TermKind::Call(list) => self.write_call(list, text),
            TermKind::Array(list) => self.write_between(['[', ']'], list, text),
            TermKind::Set(list) if list.is_empty() => text.push_str("set()"),
            TermKind::Set(list) => self.write_between(['{', '}'], list, text),
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
            TermKind::ObjectComprehension { entry, body } => {
                self.write_comprehension(['{', '}'], &self.nodes.entry(entry), body, text);
            }
            TermKind::TemplateString { parts, .. } => self.write_template(parts, text),
        }
    }

    fn write_between(&self, [open, close]: [char; 2], members: List<TermId>, text: &mut String) {
        text.push(open);
        self.write_all(self.nodes.terms(members), ", ", text);
        text.push(close);
    }

    fn write_call(&self, call: List<TermId>, text: &mut String) {
        if let Some((operator, arguments)) = self.nodes.terms(call).split_first() {
            self.write(*operator, text);
            text.push('(');
            self.write_all(arguments, ", ", text);
            text.push(')');
        }
    }

    fn write_template(&self, parts: List<Part>, text: &mut String) {
        text.push_str("$\"");
        for part in self.nodes.parts(parts) {
            match part {
                Part::Expression(id) => {
                    text.push('{');
                    self.write_expression(*id, text);
                    text.push('}');
                }
                Part::Term(term) => match self.kind(*term) {
                    TermKind::String { value, .. } => {
                        let quoted = quoted(&(self.name)(value)).replace('{', "\\{");
                        text.push_str(quoted.get(1..quoted.len() - 1).unwrap_or_default());
                    }
                    _ => self.write(*term, text),
                },
            }
        }
        text.push('"');
    }

    fn write_comprehension(&self, [open, close]: [char; 2], terms: &[TermId], body: Body, text: &mut String) {
        text.push(open);
        for (place, term) in terms.iter().enumerate() {
            if place > 0 {
                text.push_str(": ");
            }
            self.write_collected(*term, text);
        }
        text.push_str(" | ");
        self.write_body(body, text);
        text.push(close);
    }

    /// What a comprehension collects: operators stand between their operands.
    fn write_collected(&self, term: TermId, text: &mut String) {
        if let TermKind::Call(list) = self.kind(term)
            && let [operator, left, right] = self.nodes.terms(list)
            && text.len() <= LIMIT
        {
            let operator = self.term(*operator);
            if let Some(sign) = sign_of(&operator) {
                text.push('(');
                self.write_collected(*left, text);
                text.push(' ');
                text.push_str(sign);
                text.push(' ');
                self.write_collected(*right, text);
                return text.push(')');
            }
        }
        self.write(term, text);
    }

    fn write_body(&self, body: Body, text: &mut String) {
        for (place, id) in self.nodes.body(body).iter().enumerate() {
            if place > 0 {
                text.push_str("; ");
            }
            self.write_expression(*id, text);
        }
    }

    fn write_expression(&self, id: ExpressionId, text: &mut String) {
        let expression = self.nodes.expression(id);
        if expression.negated {
            text.push_str("not ");
        }
        match expression.kind {
            ExpressionKind::Term(term) => self.write(term, text),
            ExpressionKind::Call(list) => match self.nodes.terms(list) {
                [operator, left, right] if self.is_equality(*operator) => {
                    self.write_all(&[*left, *right], " = ", text);
                }
                _ => self.write_call(list, text),
            },
            ExpressionKind::Some { symbols, .. } => self.write_some(symbols, text),
            ExpressionKind::Every { key, value, domain, body, .. } => {
                text.push_str("every ");
                if let Some(key) = key {
                    self.write(key, text);
                    text.push_str(", ");
                }
                self.write_all(&[value, domain], " in ", text);
                text.push_str(" { ");
                self.write_body(body, text);
                text.push_str(" }");
            }
            ExpressionKind::Not { body, explicit, .. } => {
                let (open, close) = match (explicit || body.len() != 1, self.not_needs_parentheses(body)) {
                    (true, _) => ("not {", "}"),
                    (false, true) => ("not (", ")"),
                    (false, false) => ("not ", ""),
                };
                text.push_str(open);
                self.write_body(body, text);
                text.push_str(close);
            }
            ExpressionKind::And(logical) => self.write_logical(&logical, true, text),
            ExpressionKind::Or(logical) => self.write_logical(&logical, false, text),
        }
        for with in self.nodes.withs(expression.with) {
            text.push_str(" with ");
            self.write(with.target, text);
            text.push_str(" as ");
            self.write(with.value, text);
        }
    }

    fn write_some(&self, symbols: List<TermId>, text: &mut String) {
        text.push_str("some ");
        let symbols = self.nodes.terms(symbols);
        let call = symbols.first().map(|symbol| self.kind(*symbol));
        match call {
            Some(TermKind::Call(call)) => match self.nodes.terms(call) {
                [_, value, domain] => self.write_all(&[*value, *domain], " in ", text),
                [_, key, rest @ ..] => {
                    self.write(*key, text);
                    text.push_str(", ");
                    self.write_all(rest, " in ", text);
                }
                _ => {}
            },
            _ => self.write_all(symbols, ", ", text),
        }
    }

    fn write_logical(&self, logical: &Logical, and: bool, text: &mut String) {
        self.write_operand(logical.left, logical.explicit_left, and, false, text);
        text.push_str(if and { " and " } else { " or " });
        self.write_operand(logical.right, logical.explicit_right, and, true, text);
    }

    fn write_operand(&self, body: Body, explicit: bool, under_and: bool, right: bool, text: &mut String) {
        let (open, close) = match (explicit || body.len() != 1, self.operand_needs_parentheses(body, under_and, right))
        {
            (true, _) => ("{ ", " }"),
            (false, true) => ("(", ")"),
            (false, false) => ("", ""),
        };
        text.push_str(open);
        self.write_body(body, text);
        text.push_str(close);
    }

    fn operand_needs_parentheses(&self, body: Body, under_and: bool, right: bool) -> bool {
        let [id] = self.nodes.body(body) else { return false };
        let expression = self.nodes.expression(*id);
        !expression.with.is_empty()
            || match expression.kind {
                ExpressionKind::Or(_) => under_and || right,
                ExpressionKind::And(_) => under_and && right,
                ExpressionKind::Term(term) => self.begins_with_a_brace(term),
                _ => false,
            }
    }

    fn not_needs_parentheses(&self, body: Body) -> bool {
        let [id] = self.nodes.body(body) else { return false };
        let expression = self.nodes.expression(*id);
        !expression.with.is_empty()
            || match expression.kind {
                ExpressionKind::Or(_) | ExpressionKind::And(_) | ExpressionKind::Not { .. } => true,
                ExpressionKind::Term(term) => self.begins_with_a_brace(term),
                _ => false,
            }
    }

    fn begins_with_a_brace(&self, term: TermId) -> bool {
        match self.kind(term) {
            TermKind::Set(members) => !members.is_empty(),
            TermKind::Object(_) | TermKind::SetComprehension { .. } | TermKind::ObjectComprehension { .. } => true,
            TermKind::Ref(parts) => self.nodes.terms(parts).first().is_some_and(|head| self.begins_with_a_brace(*head)),
            _ => false,
        }
    }

    fn is_equality(&self, operator: TermId) -> bool {
        let TermKind::Ref(parts) = self.kind(operator) else { return false };
        let [head] = self.nodes.terms(parts) else { return false };
        matches!(self.kind(*head), TermKind::Var(name) if (self.name)(name) == "eq")
    }

    fn write_reference(&self, parts: &[TermId], text: &mut String) {
        let Some((head, parts)) = parts.split_first() else { return };
        if !parts.is_empty()
            && let Some(name) = self.builtin_name(*head, parts)
        {
            return text.push_str(&name);
        }
        match self.kind(*head) {
            TermKind::String { value, .. } => text.push_str(&(self.name)(value)),
            _ => self.write(*head, text),
        }
        for part in parts {
            let TermKind::String { value, .. } = self.kind(*part) else {
                text.push('[');
                self.write(*part, text);
                text.push(']');
                continue;
            };
            write_part(&(self.name)(value), text);
        }
    }

    /// The name of a built-in function that a ref of strings names; such refs are written with plain dots.
    fn builtin_name(&self, head: TermId, parts: &[TermId]) -> Option<String> {
        let TermKind::Var(name) = self.kind(head) else { return None };
        let mut text = (self.name)(name).into_owned();
        for part in parts {
            let TermKind::String { value, .. } = self.kind(*part) else { return None };
            text.push('.');
            text.push_str(&(self.name)(value));
        }
        is_builtin(&text).then_some(text)
    }
}

/// Writes a string as a part of a ref: behind a dot, or in brackets.
pub(crate) fn write_part(part: &str, text: &mut String) {
    if is_name(part) {
        text.push('.');
        text.push_str(part);
    } else if part.chars().any(|character| character.is_control() || character == '\\') {
        text.push('[');
        text.push_str(&quoted(part));
        text.push(']');
    } else {
        text.push_str("[\"");
        text.push_str(part);
        text.push_str("\"]");
    }
}

/// Whether a part of a ref can be written behind a dot.
pub(crate) fn is_name(part: &str) -> bool {
    is_identifier(part) && !is_keyword(part, RegoVersion::V1)
}

/// Whether a text has the form of a variable.
pub(crate) fn is_identifier(text: &str) -> bool {
    let starts = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    starts && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether a word is a keyword of a version.
pub(crate) fn is_keyword(word: &str, version: RegoVersion) -> bool {
    let active = match version {
        RegoVersion::V0 => Keywords::NONE.with(Keyword::Not),
        RegoVersion::V0V1 | RegoVersion::V1 => Keywords::OF_V1.with(Keyword::Not),
        RegoVersion::V2 => Keywords::ALL,
    };
    Token::of_word(word.as_bytes(), active) != Token::Identifier
}

/// A string in quotes, with the escapes of Go.
pub fn quoted(text: &str) -> String {
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
