//! Terms as OPA writes them in errors.

use super::Parser;
use crate::rego::syntax::lexer::replaced;
use crate::rego::syntax::text::Written;
use crate::rego::syntax::tree::{Body, ExpressionId, List, TermId, Text};
use std::borrow::Cow;

impl Parser<'_> {
    pub(in super::super) fn written(&self, term: TermId) -> String {
        Written::new(&self.nodes, &|text| self.characters(text)).term(term)
    }

    pub(in super::super) fn written_reference(&self, list: List<TermId>) -> String {
        Written::new(&self.nodes, &|text| self.characters(text)).reference(self.nodes.terms(list))
    }

    pub(in super::super) fn written_expression(&self, id: ExpressionId) -> String {
        Written::new(&self.nodes, &|text| self.characters(text)).expression(id)
    }

    pub(in super::super) fn written_body(&self, body: Body) -> String {
        Written::new(&self.nodes, &|text| self.characters(text)).body(body)
    }

    fn characters(&self, text: Text) -> Cow<'_, str> {
        let from = if text.apart { Some(self.apart.as_str()) } else { self.lexer.valid };
        let found = from.and_then(|from| from.get(text.span.offset as usize..text.span.end() as usize));
        found.map_or_else(|| Cow::Owned(replaced(self.bytes(text))), Cow::Borrowed)
    }
}
