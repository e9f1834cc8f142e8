//! Expressions.

use super::{Writer, newlines};
use crate::rego::syntax::{Body, ExpressionId, ExpressionKind, List, Location, TermId, TermKind, With};

impl Writer<'_> {
    pub(super) fn expression(&mut self, id: ExpressionId) {
        let expression = *self.module.expression(id);
        let is_wrapped = self.wrapped_expression == Some(id);
        if is_wrapped {
            self.wrapped_expression = None;
        }
        if !self.inline {
            self.start_line();
        }
        let is_grouped =
            expression.negated && (is_logical(expression.kind) || (self.is_v2 && self.leads_with_brace(id)));
        if expression.negated {
            self.write(if is_grouped { "not (" } else { "not " });
        }
        if is_wrapped {
            self.write("(");
        }
        match expression.kind {
            ExpressionKind::Some { symbols, location } => self.some(symbols, location),
            ExpressionKind::Every { key, value, domain, body, location } => {
                self.every(key, value, domain, body, (expression.location, location));
            }
            ExpressionKind::Not { body, explicit, .. } => self.not(body, explicit, expression.location),
            ExpressionKind::And(_) | ExpressionKind::Or(_) => self.logical(id),
            ExpressionKind::Call(list) => self.call_expression(list),
            ExpressionKind::Term(term) => self.term(term, false),
        }
        if is_wrapped {
            self.write(")");
        }
        if is_grouped {
            self.write(")");
        }
        self.withs(expression.with, expression.location);
    }

    fn withs(&mut self, withs: List<With>, location: Location) {
        let withs = self.module.withs(withs).to_vec();
        let Some(first) = withs.first() else { return };
        // What stands before the first `with`.
        let text = self.text(location);
        let length = first.location.text.offset.saturating_sub(location.text.offset) as usize;
        let mut last = self.row(location) + newlines(text.get(..length).unwrap_or(text).trim_end());
        let is_same = self.row(first.location) == last;
        let mut rest = withs.as_slice();
        if is_same {
            self.with(first, false);
            last = self.row(first.location);
            rest = withs.get(1..).unwrap_or_default();
        }
        let mut indented = false;
        for with in rest {
            let row = self.row(with.location);
            if row > last {
                if !indented {
                    self.level += 1;
                    indented = true;
                }
                self.end_line();
                self.start_line();
                last = row;
                self.with(with, true);
            } else {
                self.with(with, false);
            }
        }
        if indented {
            self.level -= 1;
        }
    }

    fn with(&mut self, with: &With, indented: bool) {
        self.write(if indented { "with " } else { " with " });
        self.term(with.target, false);
        self.write(" as ");
        self.term(with.value, false);
    }

    fn some(&mut self, symbols: List<TermId>, location: Location) {
        self.write("some ");
        let mut row = self.row(location);
        let symbols = self.module.terms(symbols).to_vec();
        for (place, symbol) in symbols.iter().enumerate() {
            match self.kind(*symbol) {
                TermKind::Call(list) => {
                    let operands = self.module.terms(list).get(1..).unwrap_or_default().to_vec();
                    self.membership(&operands, false);
                }
                _ => {
                    let own = self.row_of_term(*symbol);
                    if own > row {
                        self.end_line();
                        self.start_line();
                        self.write("\t");
                        row = own;
                    } else if place > 0 {
                        self.write(" ");
                    }
                    self.term(*symbol, false);
                    if place + 1 < symbols.len() {
                        self.write(",");
                    }
                }
            }
        }
    }

    fn every(&mut self, key: Option<TermId>, value: TermId, domain: TermId, body: Body, places: (Location, Location)) {
        self.write("every ");
        if let Some(key) = key {
            self.term(key, false);
            self.write(", ");
        }
        self.term(value, false);
        self.write(" in ");
        self.term(domain, false);
        self.write(" {");
        let row = self.row(places.0);
        self.inner_body(body, row);
        if let [only] = self.module.body(body)
            && self.row_of_expression(*only) == self.row(places.1)
        {
            self.write(" ");
        }
        self.write("}");
    }

    fn not(&mut self, body: Body, explicit: bool, location: Location) {
        let expressions = self.module.body(body);
        let (Some(first), Some(last)) = (expressions.first().copied(), expressions.last().copied()) else { return };
        self.write("not ");
        if explicit || expressions.len() > 1 {
            if self.is_union_expression(first) {
                self.wrapped_expression = Some(first);
            }
            let row = self.row(location);
            self.write("{");
            self.inner_body(body, row);
            if self.row_of_expression(last) == row {
                self.write(" ");
            }
            self.write("}");
            return;
        }
        let expression = self.module.expression(first);
        let is_grouped = !expression.with.is_empty()
            || is_logical(expression.kind)
            || matches!(expression.kind, ExpressionKind::Not { .. })
            || self.leads_with_brace(first);
        if is_grouped {
            self.write("(");
        }
        self.expression(first);
        if is_grouped {
            self.write(")");
        }
    }

    /// A body behind a bracket that stands in a row, on that line if it is written so.
    pub(super) fn inner_body(&mut self, body: Body, row: u32) {
        let expressions = self.module.body(body).to_vec();
        let rows: Vec<u32> = expressions.iter().map(|id| self.row_of_expression(*id)).collect();
        let is_long =
            rows.first().is_some_and(|first| *first > row) || rows.windows(2).any(|pair| pair.first() < pair.last());
        if is_long {
            self.end_line();
            self.level += 1;
            self.body(body);
            self.level -= 1;
            self.start_line();
            return;
        }
        self.write(" ");
        for (place, id) in expressions.iter().enumerate() {
            if place > 0 {
                self.write("; ");
            }
            self.expression(*id);
        }
    }
}

pub(super) fn is_logical(kind: ExpressionKind) -> bool {
    matches!(kind, ExpressionKind::And(_) | ExpressionKind::Or(_))
}
