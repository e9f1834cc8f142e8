//! Packages and rules.

use super::{Writer, newlines};
use crate::rego::syntax::{ExpressionId, ExpressionKind, Head, Rule, RuleId, TermId, TermKind};

impl Writer<'_> {
    pub(super) fn module(&mut self) {
        let module = self.module;
        self.write("package ");
        self.inline = true;
        let path = module.terms(module.package.path);
        if let Some(TermKind::String { value, .. }) = path.get(1).map(|part| self.kind(*part)) {
            self.write(module.text(value));
        }
        for part in path.iter().skip(2) {
            self.part(*part);
        }
        self.blank_line();
        for group in self.import_groups() {
            for line in group {
                self.write(&line);
                self.write("\n");
            }
            self.write("\n");
        }
        let mut rules: Vec<(RuleId, Rule)> =
            module.rules.iter().filter_map(|id| Some((*id, *module.rule(*id)?))).collect();
        rules.sort_by_key(|(_, rule)| self.place(rule.location));
        for (place, (_, rule)) in rules.iter().enumerate() {
            self.rule(rule, false);
            let next = rules
                .get(place + 1)
                .filter(|(_, next)| self.row(next.location) == self.row(rule.location) + 1 && self.is_one_line(next));
            if next.is_none() || !self.is_one_line(rule) {
                self.blank_line();
            }
        }
    }

    /// Whether a rule may stand next to another without a blank line.
    fn is_one_line(&self, rule: &Rule) -> bool {
        let body = self.module.body(rule.body);
        body.len() <= 1
            && !rule.default
            && rule.otherwise.is_none()
            && !body.first().is_some_and(|only| self.is_set(*only))
            && self.uses_if(rule)
    }

    fn uses_if(&self, rule: &Rule) -> bool {
        self.ifs && (self.contains || rule.head.value.is_some())
    }

    fn is_set(&self, expression: ExpressionId) -> bool {
        let expression = self.module.expression(expression);
        let ExpressionKind::Term(term) = expression.kind else { return false };
        !expression.negated && matches!(self.kind(term), TermKind::Set(_))
    }

    fn rule(&mut self, rule: &Rule, is_else: bool) {
        let module = self.module;
        if !is_else {
            self.start_line();
        }
        if rule.default {
            self.write("default ");
        }
        let is_constant = self.is_true(rule.body) && rule.otherwise.is_none();
        let is_written = module.body(rule.body).iter().any(|id| !module.expression(*id).generated);
        let head = Head { generated_value: rule.head.generated_value && !(is_written && is_constant), ..rule.head };
        self.head(&head, rule.default, is_constant, is_else);
        let body = module.body(rule.body);
        let Some(first) = body.first().copied().filter(|_| !is_constant) else {
            return self.end_line();
        };
        let uses_if = self.uses_if(rule);
        if uses_if {
            self.write(" if");
            let end = self.end_row(rule.head.location);
            if body.len() == 1 && self.row_of_expression(first) == end && !self.is_set(first) {
                self.write(" ");
                self.expression(first);
                self.end_line();
                return self.otherwise(rule);
            }
        }
        self.write(" {");
        self.end_line();
        if uses_if && !is_else {
            self.mark_leading_union(first);
        }
        self.level += 1;
        self.body(rule.body);
        self.level -= 1;
        self.start_line();
        self.write("}");
        self.otherwise(rule);
    }

    fn otherwise(&mut self, rule: &Rule) {
        let Some(other) = rule.otherwise.and_then(|id| self.module.rule(id)).copied() else { return };
        let rows = self.row(other.location).saturating_sub(self.row(rule.location));
        let line = self.text(rule.location).split('\n').nth(rows as usize).filter(|_| rows > 0);
        if line.is_some_and(|line| !line.trim_start().starts_with("else")) {
            self.write(" ");
        } else {
            self.blank_line();
            self.start_line();
        }
        self.rule(&other, true);
    }

    fn head(&mut self, head: &Head, is_default: bool, is_constant: bool, is_else: bool) {
        let module = self.module;
        let reference = module.terms(head.reference);
        if is_else {
            self.write("else");
        } else {
            match reference {
                [first, second] if !self.reference_heads => {
                    let text = format!("{}[{}]", self.written(*first), self.written(*second));
                    self.write(&text);
                }
                parts => self.reference(parts),
            }
            if !head.arguments.is_empty() {
                self.write("(");
                let arguments = module.terms(head.arguments).to_vec();
                self.list(&arguments, head.location, false);
                self.write(")");
            }
        }
        if let (Some(key), None) = (head.key, head.value) {
            if self.contains {
                self.write(" contains ");
                self.term(key, false);
            } else {
                self.write("[");
                self.term(key, false);
                self.write("]");
            }
        }
        if let Some(value) = head.value {
            self.value(head, value, is_default, is_constant, is_else);
        }
    }

    fn value(&mut self, head: &Head, value: TermId, is_default: bool, is_constant: bool, is_else: bool) {
        let is_true = self.kind(value) == TermKind::Boolean(true);
        if head.key.is_none() && is_true && !is_constant && !is_default {
            return;
        }
        let told = self.is_v1 && is_constant && head.key.is_none() && head.arguments.is_empty();
        if head.generated_value && is_true && !is_else && !told {
            return;
        }
        self.write(if head.assign || self.is_v1 { " := " } else { " = " });
        self.term(value, false);
    }

    pub(super) fn body(&mut self, body: crate::rego::syntax::Body) {
        let module = self.module;
        let mut last: Option<u32> = None;
        for id in module.body(body) {
            let location = module.expression(*id).location;
            let row = self.row(location);
            if last.is_some_and(|last| row > last + 1) {
                self.blank_line();
            }
            last = Some(row + newlines(self.text(location)));
            self.start_line();
            self.expression(*id);
            self.end_line();
        }
    }
}
