//! `and` and `or`.

use super::Writer;
use super::bodies::is_logical;
use crate::rego::syntax::{Body, ExpressionId, ExpressionKind, Logical, Span};

/// One side of `and` or `or`.
struct Operand {
    body: Body,
    /// Whether it is written in braces.
    braced: bool,
    /// Whether it is written in parentheses.
    grouped: bool,
    /// The row of its brace.
    row: u32,
}

/// An operator, and what stands to its right.
struct Step {
    word: &'static str,
    right: Operand,
    /// The row in which its left side ends.
    end: u32,
}

impl Writer<'_> {
    pub(super) fn logical(&mut self, id: ExpressionId) {
        let Some((first, steps)) = self.flattened(id) else { return };
        self.operand(&first);
        let mut indented = false;
        for step in &steps {
            self.write(" ");
            self.write(step.word);
            if self.start_row(&step.right) > step.end {
                if !indented {
                    self.level += 1;
                    indented = true;
                }
                self.end_line();
                self.start_line();
            } else {
                self.write(" ");
            }
            self.operand(&step.right);
        }
        if indented {
            self.level -= 1;
        }
    }

    fn parts(&self, id: ExpressionId) -> Option<(&'static str, Logical)> {
        match self.module.expression(id).kind {
            ExpressionKind::And(logical) => Some(("and", logical)),
            ExpressionKind::Or(logical) => Some(("or", logical)),
            _ => None,
        }
    }

    /// A chain as its first operand and the steps behind it.
    fn flattened(&self, id: ExpressionId) -> Option<(Operand, Vec<Step>)> {
        let (word, logical) = self.parts(id)?;
        let right = self.side(id, logical.right, logical.explicit_right, word, true);
        if let ([only], false) = (self.module.body(logical.left), logical.explicit_left)
            && is_logical(self.module.expression(*only).kind)
            && !self.is_grouped(*only, word, false)
        {
            let (first, mut steps) = self.flattened(*only)?;
            steps.push(Step { word, right, end: self.end_of(logical.left) });
            return Some((first, steps));
        }
        let first = self.side(id, logical.left, logical.explicit_left, word, false);
        let end = if first.braced { self.brace_end(id, logical.left) } else { self.end_of(logical.left) };
        Some((first, vec![Step { word, right, end }]))
    }

    fn side(&self, of: ExpressionId, body: Body, explicit: bool, word: &str, is_right: bool) -> Operand {
        match self.module.body(body) {
            [only] if !explicit => {
                Operand { body, braced: false, grouped: self.is_grouped(*only, word, is_right), row: 0 }
            }
            _ => Operand { body, braced: true, grouped: false, row: self.brace_row(of, body) },
        }
    }

    /// The row of the brace before a body.
    fn brace_row(&self, of: ExpressionId, body: Body) -> u32 {
        let first = self.module.body(body).first().copied().unwrap_or(of);
        let start = self.module.expression(first).location.text.offset;
        let whole = self.module.expression(of).location;
        let before = self.module.span(Span::between(whole.text.offset, start));
        match before.rfind('{') {
            Some(brace) => self.row(whole) + super::newlines(before.get(..brace).unwrap_or_default()),
            None => self.row(whole),
        }
    }

    /// The row of the brace behind a body.
    fn brace_end(&self, of: ExpressionId, body: Body) -> u32 {
        let Some(last) = self.module.body(body).last() else { return self.row_of_expression(of) };
        let end = self.module.expression(*last).location.text.end();
        let whole = self.module.expression(of).location;
        let text = self.module.span(Span::between(end, whole.text.end()));
        let behind = text.find('}').and_then(|brace| text.get(..brace)).unwrap_or_default();
        self.end_of(body) + super::newlines(behind)
    }

    fn end_of(&self, body: Body) -> u32 {
        let Some(last) = self.module.body(body).last() else { return 0 };
        let location = self.module.expression(*last).location;
        self.row(location) + super::newlines(self.text(location).trim_end())
    }

    fn start_row(&self, operand: &Operand) -> u32 {
        match self.module.body(operand.body).first() {
            _ if operand.braced => operand.row,
            Some(first) => self.row_of_expression(*first),
            None => 0,
        }
    }

    fn is_grouped(&self, id: ExpressionId, around: &str, is_right: bool) -> bool {
        let expression = self.module.expression(id);
        if !expression.with.is_empty() {
            return true;
        }
        match expression.kind {
            ExpressionKind::Or(_) => around == "and" || is_right,
            ExpressionKind::And(_) => around == "and" && is_right,
            _ => self.leads_with_brace(id),
        }
    }

    fn operand(&mut self, operand: &Operand) {
        let body = self.module.body(operand.body);
        let (Some(first), Some(last)) = (body.first().copied(), body.last().copied()) else {
            return self.write("{}");
        };
        if !operand.braced {
            if operand.grouped {
                self.write("(");
            }
            self.expression(first);
            if operand.grouped {
                self.write(")");
            }
            return;
        }
        if self.is_union_expression(first) {
            self.wrapped_expression = Some(first);
        }
        self.write("{");
        self.inner_body(operand.body, operand.row);
        if self.row_of_expression(last) == operand.row {
            self.write(" ");
        }
        self.write("}");
    }

    /// Puts the union that an expression begins with in parentheses: behind a brace it reads as a comprehension.
    pub(super) fn mark_leading_union(&mut self, id: ExpressionId) {
        let expression = *self.module.expression(id);
        if expression.negated {
            return;
        }
        if is_logical(expression.kind) {
            if let Some((first, _)) = self.flattened(id)
                && let ([only], false, false) = (self.module.body(first.body), first.braced, first.grouped)
            {
                let only = *only;
                self.mark_leading_union(only);
            }
            return;
        }
        if self.is_union_expression(id) {
            self.wrapped_expression = Some(id);
            return;
        }
        let ExpressionKind::Call(list) = expression.kind else { return };
        self.wrapped_term = self.leading_operand(list).filter(|term| self.is_union(*term)).or(self.wrapped_term);
    }
}
