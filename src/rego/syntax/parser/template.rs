//! Template strings.

use super::{Parser, next_number, set_apart};
use crate::rego::syntax::lexer::replaced;
use crate::rego::syntax::location::Span;
use crate::rego::syntax::token::Token;
use crate::rego::syntax::tree::{ExpressionId, ExpressionKind, List, Part, TermId, TermKind, Text};
use std::marker::PhantomData;

impl Parser<'_> {
    /// A template string, from its first part on; its last token stays current.
    pub(super) fn template_string(&mut self, raw: bool) -> Option<TermId> {
        let location = self.here();
        if !self.options.template_strings() {
            self.error(location, "template strings are not supported by current capabilities");
            return None;
        }
        let mut parts = Vec::new();
        loop {
            if let Some(text) = self.template_text(raw)? {
                let here = self.here();
                let term = self.new_term(TermKind::String { value: text, raw }, here);
                parts.push(Part::Term(term));
            }
            if matches!(self.state.token, Token::TemplateEnd | Token::RawTemplateEnd) {
                break;
            }
            let comments = self.state.comments;
            self.scan();
            let no_comment = self.state.comments == comments;
            let Some(expression) = self.literal_expression_of_body() else {
                self.error_here("invalid template-string expression");
                return None;
            };
            if let Some(what) = self.unfit(expression) {
                let location = self.nodes.expression(expression).location;
                self.error(location, format!("unexpected {what} in template-string expression"));
                return None;
            }
            parts.push(match self.nodes.expression(expression).kind {
                ExpressionKind::Term(term) if no_comment && self.is_constant(term) => Part::Term(term),
                _ => Part::Expression(expression),
            });
            if !self.is(Token::RightBrace) {
                self.error_here("expected } to end template string expression");
                return None;
            }
            self.scan_template(raw);
        }
        let start = next_number(&self.nodes.parts);
        self.nodes.parts.extend_from_slice(&parts);
        let parts = List { start, length: next_number(&parts), of: PhantomData };
        let location = Self::placed(location, location.at, self.state.end);
        Some(self.new_term(TermKind::TemplateString { raw, parts }, location))
    }

    fn is_constant(&self, term: TermId) -> bool {
        matches!(self.kind(term), TermKind::String { .. } | TermKind::Number(_) | TermKind::Boolean(_) | TermKind::Null)
    }

    /// What an expression is that may not stand in a template string.
    fn unfit(&self, expression: ExpressionId) -> Option<&'static str> {
        let node = self.nodes.expression(expression);
        if node.negated {
            return Some("negation ('not')");
        }
        match node.kind {
            ExpressionKind::Call(list) => match self.operator_of(list) {
                Some(b"eq") => Some("unification ('=')"),
                Some(b"assign") => Some("assignment (':=')"),
                _ => None,
            },
            ExpressionKind::Every { .. } => Some("'every'"),
            ExpressionKind::Some { .. } => Some("'some'"),
            _ => None,
        }
    }

    /// The text of the current part: none where it is empty, nothing at all where it is illegal.
    fn template_text(&mut self, raw: bool) -> Option<Option<Text>> {
        if !matches!(
            self.state.token,
            Token::TemplatePart | Token::TemplateEnd | Token::RawTemplatePart | Token::RawTemplateEnd
        ) {
            self.error_here("expected template-string part");
            return None;
        }
        let literal = self.literal();
        let inside = literal.get(1..literal.len().saturating_sub(1)).unwrap_or_default();
        if !inside.contains(&b'\\') {
            let start = self.state.literal_start + 1;
            let span = Span { offset: start, length: u32::try_from(inside.len()).unwrap_or(0) };
            return Some((!inside.is_empty()).then_some(Text { span, apart: false }));
        }
        let unescaped = without_brace_escapes(literal, raw);
        let inside = unescaped.get(1..unescaped.len().saturating_sub(1)).unwrap_or_default();
        let text = if raw || !inside.contains(&b'\\') {
            set_apart(&mut self.apart, &replaced(inside))
        } else {
            let Some(text) = self.decoded(inside) else {
                self.error_here(format!("illegal template-string part: {}", replaced(&unescaped)));
                return None;
            };
            text
        };
        Some((text.span.length > 0).then_some(text))
    }
}

/// A part with `\{` as `{`.
fn without_brace_escapes(literal: &[u8], raw: bool) -> Vec<u8> {
    let mut text = Vec::with_capacity(literal.len());
    let mut rest = literal;
    while let Some((first, more)) = rest.split_first() {
        rest = more;
        match (first, more.first()) {
            (b'\\', Some(b'{')) => {}
            (b'\\', Some(next)) if !raw => {
                text.extend([b'\\', *next]);
                rest = more.get(1..).unwrap_or_default();
            }
            _ => text.push(*first),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_backslash_that_is_no_escaped_one_hides_a_brace() {
        assert_eq!(without_brace_escapes(br#""a\{b\n\\{"#, false), br#""a{b\n\\{"#);
        assert_eq!(without_brace_escapes(br"`a\{b\\{", true), br"`a{b\{");
    }
}
