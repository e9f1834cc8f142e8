//! Imports and rules as text.

use super::blocks::block;
use super::terms::{INFIX, bare_union, infix, membership};
use super::{Binding, Printer, Work};
use crate::rego::syntax::{Head, Rule, RuleId, TermId};

impl<'a> Printer<'a> {
    /// Writes an import, and gives the byte of the source it ends before.
    pub(super) fn import(&mut self, index: usize) -> u32 {
        let module = self.module;
        let Some(import) = module.imports.get(index) else { return 0 };
        self.out.push_str("import ");
        self.work.push(Work::Term(import.path, Binding::Whole));
        self.run();
        if let Some(alias) = import.alias {
            self.out.push_str(" as ");
            self.variable(module.text(alias));
        }
        let path = module.term(import.path).location.text.end();
        path.max(if import.alias_location.is_some() { import.alias_location.text.end() } else { 0 })
    }

    /// Writes a rule with its `else` parts, and gives the byte of the source it ends before. A further body of the rule
    /// before it is a block alone.
    pub(super) fn rule(&mut self, id: RuleId) -> u32 {
        let module = self.module;
        let Some(rule) = module.rule(id).copied() else { return 0 };
        if rule.default {
            self.out.push_str("default ");
        }
        if !rule.chained {
            self.head(&rule);
        }
        self.body(&rule);
        let mut end = rule.location.text.end().max(rule.head.location.text.end());
        let mut next = rule.otherwise;
        while let Some(other) = next.and_then(|id| module.rule(id).copied()) {
            self.out.push_str(" else");
            self.value(&other.head);
            self.body(&other);
            end = end.max(other.location.text.end());
            next = other.otherwise;
        }
        end
    }

    fn head(&mut self, rule: &Rule) {
        let (module, head) = (self.module, &rule.head);
        if let Some(works) = self.head_with_sign(head) {
            self.then(&works);
            self.run();
            return self.value(head);
        }
        self.reference(head.reference);
        self.run();
        // `a.b() := 1` is no function, but without the parentheses `b` would be a key.
        let is_call = head.reference.len() == 2 && head.name.is_none() && head.key.is_none() && rule.generated_body;
        if !head.arguments.is_empty() || (is_call && !rule.default) {
            let mut works = vec![Work::Word("(")];
            self.separated(module.terms(head.arguments), &mut works);
            works.push(Work::Word(")"));
            self.then(&works);
            self.run();
        }
        if let Some(key) = head.key {
            if head.has_contains {
                self.out.push_str(" contains ");
                self.work.push(Work::Term(key, Binding::Membership));
            } else if head.reference.len() == 1 {
                self.then(&[Work::Word("["), Work::Term(key, Binding::Membership), Work::Word("]")]);
            }
            self.run();
        }
        self.value(head);
    }

    fn value(&mut self, head: &Head) {
        let Some(value) = head.value.filter(|_| !head.generated_value) else { return };
        self.out.push_str(if head.assign { " := " } else { " = " });
        self.work.push(Work::Term(value, Binding::Membership));
        self.run();
    }

    /// The body, if one was written.
    fn body(&mut self, rule: &Rule) {
        let module = self.module;
        let is_written = module.body(rule.body).iter().any(|id| !module.expression(*id).generated);
        if !is_written {
            return;
        }
        if rule.head.has_if && !rule.chained {
            self.out.push_str(" if");
        }
        if !self.out.ends_with('\n') {
            self.out.push(' ');
        }
        let last = module.body(rule.body).last().map(|id| module.expression(*id).location.text.end());
        let end = match rule.otherwise.and_then(|id| module.rule(id)) {
            Some(other) => other.location.text.offset,
            None => rule.location.text.end().max(last.unwrap_or(0)),
        };
        self.then(&block("{", rule.body, end, "}"));
        self.run();
    }

    /// A head such as `x & y = z` or `x in y = z`. By its name it would not read back: `and` is a keyword of Rego 2, and a
    /// ref that begins with a keyword is no argument.
    fn head_with_sign(&self, head: &Head) -> Option<Vec<Work<'a>>> {
        let module = self.module;
        let place = |part: &TermId| module.term(*part).location;
        let (first, last) = (module.terms(head.reference).first()?, module.terms(head.reference).last()?);
        // Both parts of the name of `in` stand where the sign does.
        if place(first) != place(last) {
            return None;
        }
        match (module.span(place(last).text), module.terms(head.arguments)) {
            ("in", [value, domain]) => Some(membership(None, *value, *domain)),
            ("in", [key, value, domain]) => Some(membership(Some(*key), *value, *domain)),
            ("|", [left, right]) => Some(bare_union(*left, *right).to_vec()),
            (sign, [left, right]) => {
                let (_, sign, binding) = INFIX.iter().find(|(_, known, _)| known.trim_ascii() == sign)?;
                Some(infix(*left, sign, *right, *binding).to_vec())
            }
            _ => None,
        }
    }
}
