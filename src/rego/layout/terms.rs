//! Terms.

use super::Writer;
use crate::rego::syntax::{Keyword, List, Part, TermId, TermKind, is_identifier, is_keyword, quoted};

impl Writer<'_> {
    /// A term; a call that is written between its operands is put in parentheses if `grouped`.
    pub(super) fn term(&mut self, id: TermId, grouped: bool) {
        let is_wrapped = self.wrapped_term == Some(id);
        if is_wrapped {
            self.wrapped_term = None;
        }
        if !self.inline {
            self.start_line();
        }
        let term = self.module.term(id);
        match term.kind {
            TermKind::Ref(parts) => self.reference(self.module.terms(parts)),
            TermKind::Object(list) => self.object(id, list, term.location),
            TermKind::Array(list) => {
                let members = self.module.terms(list).to_vec();
                self.write("[");
                self.list(&members, term.location, true);
                self.write("]");
            }
            TermKind::Set(list) => self.set(id, list, term.location),
            TermKind::ArrayComprehension { term: member, body } => {
                self.comprehension(["[", "]"], None, member, body, term.location);
            }
            TermKind::SetComprehension { term: member, body } => {
                self.comprehension(["{", "}"], None, member, body, term.location);
            }
            TermKind::ObjectComprehension { entry, body } => {
                let [key, value] = self.module.nodes().entry(entry);
                self.comprehension(["{", "}"], Some(key), value, body, term.location);
            }
            TermKind::String { .. } => self.string(id),
            TermKind::TemplateString { raw, parts } => self.template(raw, parts),
            TermKind::Call(list) => self.call(list, grouped || is_wrapped),
            TermKind::Var(_) if self.wildcards.contains_key(&term.location.at) => {
                let name = self.wildcards.get(&term.location.at).map_or("_", String::as_str);
                self.write(name);
            }
            TermKind::Null | TermKind::Boolean(_) | TermKind::Number(_) | TermKind::Var(_) => {
                let text = self.written(id);
                self.write(&text);
            }
        }
        if !self.inline {
            self.start_line();
        }
    }

    fn template(&mut self, raw: bool, parts: List<Part>) {
        let quote = if raw { "`" } else { "\"" };
        self.write("$");
        self.write(quote);
        for part in self.module.parts(parts).to_vec() {
            match part {
                Part::Expression(id) => {
                    self.write("{");
                    self.level += 1;
                    self.expression(id);
                    self.level -= 1;
                    self.write("}");
                }
                Part::Term(id) => {
                    let text = match self.kind(id) {
                        TermKind::String { value, .. } if raw => self.module.text(value).to_owned(),
                        _ => self.written(id),
                    };
                    let is_quoted = !raw || !matches!(self.kind(id), TermKind::String { .. });
                    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).filter(|_| is_quoted);
                    let text = escaped(inner.unwrap_or(&text));
                    self.write(&text);
                }
            }
        }
        self.write(quote);
    }

    /// A string as it was written.
    fn string(&mut self, id: TermId) {
        let text = self.text(self.module.term(id).location);
        let quote = text.chars().next_back().filter(|last| matches!(last, '"' | '`'));
        match quote.and_then(|quote| text.find(quote)).and_then(|start| text.get(start..)) {
            Some(text) => self.write(text),
            None => {
                let text = self.written(id);
                self.write(&text);
            }
        }
    }

    fn is_keyword(&self, word: &str) -> bool {
        let imported = Keyword::of(word.as_bytes()).is_some_and(|keyword| self.keywords.contains(keyword));
        imported || is_keyword(word, self.module.version)
    }

    pub(super) fn reference(&mut self, parts: &[TermId]) {
        let Some((head, rest)) = parts.split_first() else { return };
        let is_call = matches!(self.kind(*head), TermKind::Call(_));
        let grouped = is_call && self.text(self.module.term(*head).location).starts_with('(');
        self.term(*head, grouped);
        for part in rest {
            self.part(*part);
        }
    }

    /// A part of a ref behind its head.
    pub(super) fn part(&mut self, part: TermId) {
        let TermKind::String { value, .. } = self.kind(part) else {
            self.write("[");
            self.term(part, false);
            return self.write("]");
        };
        let text = self.module.text(value);
        let is_quoted = self.text(self.module.term(part).location).starts_with('"');
        if !is_identifier(text) || (is_quoted && self.is_keyword(text)) {
            self.write("[");
            self.write(&quoted(text));
            self.write("]");
        } else {
            self.write(".");
            self.write(text);
        }
    }
}

/// A text with a backslash before each brace that has none.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if character == '{' && !escaped.ends_with('\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
