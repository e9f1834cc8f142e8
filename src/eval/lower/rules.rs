//! Packages, imports, rules.

use super::Writer;
use crate::rego::syntax::{Head, List, Rule, RuleId, Statement, TermId, TermKind};

impl Writer<'_> {
    pub(super) fn module(&mut self) {
        let module = self.module;
        self.out.push_str("package ");
        self.path(module.package.path, 1);
        self.imports();
        let mut head = None;
        for statement in &module.statements {
            let Statement::Rule(id) = statement else { continue };
            let Some(rule) = module.rule(*id).copied() else { continue };
            if !rule.chained {
                head = Some(rule.head);
            }
            self.metadata = self.metadata_of(*id);
            self.rule(&rule, head.unwrap_or(rule.head));
        }
    }

    /// A path from one of its parts on.
    pub(super) fn path(&mut self, parts: List<TermId>, from: usize) {
        let module = self.module;
        for (place, part) in module.terms(parts).iter().skip(from).enumerate() {
            let (TermKind::Var(text) | TermKind::String { value: text, .. }) = module.term(*part).kind else {
                continue;
            };
            let text = module.text(text);
            if place == 0 { self.out.push_str(text) } else { self.field(text) }
        }
    }

    fn rule(&mut self, rule: &Rule, head: Head) {
        let module = self.module;
        self.line(rule.head.location);
        if rule.default {
            self.out.push_str("default ");
        }
        self.head(&head, rule.default);
        let templates: Vec<(usize, TermId)> = module
            .terms(head.arguments)
            .iter()
            .copied()
            .enumerate()
            .filter(|(_, argument)| matches!(module.term(*argument).kind, TermKind::TemplateString { .. }))
            .collect();
        if templates.is_empty() {
            self.rule_body(rule);
        } else {
            self.templates_and_body(&templates, rule);
        }
        let mut next: Option<RuleId> = rule.otherwise;
        while let Some(other) = next.and_then(|id| module.rule(id).copied()) {
            self.line(other.head.location);
            self.out.push_str("else");
            self.value(&other.head);
            if other.generated_body {
                self.out.push_str(" if {\ntrue\n}");
                self.lines.extend([other.location.at, other.location.at]);
            } else {
                self.rule_body(&other);
            }
            next = other.otherwise;
        }
    }

    /// A body that compares the arguments that are template strings first.
    fn templates_and_body(&mut self, templates: &[(usize, TermId)], rule: &Rule) {
        self.out.push_str(" if {");
        for (place, argument) in templates {
            self.line(self.module.term(*argument).location);
            self.out.push_str(&template_argument(*place));
            self.out.push_str(" == ");
            self.term(*argument);
            self.out.push(';');
        }
        self.body(rule.body);
        self.line(rule.location);
        self.out.push('}');
    }

    fn rule_body(&mut self, rule: &Rule) {
        if !rule.default && !rule.generated_body {
            self.out.push_str(" if {");
            self.body(rule.body);
            self.line(rule.location);
            self.out.push('}');
        }
    }

    fn head(&mut self, head: &Head, default: bool) {
        let module = self.module;
        self.in_head = true;
        self.reference(head.reference);
        if !head.arguments.is_empty() {
            self.out.push('(');
            self.in_pattern = true;
            for (place, argument) in module.terms(head.arguments).iter().enumerate() {
                if place > 0 {
                    self.out.push_str(", ");
                }
                if matches!(module.term(*argument).kind, TermKind::TemplateString { .. }) {
                    self.out.push_str(&template_argument(place));
                } else {
                    self.term(*argument);
                }
            }
            self.in_pattern = false;
            self.out.push(')');
        }
        match (head.key, head.value) {
            (Some(key), None) => {
                self.out.push_str(" contains ");
                self.term(key);
                return;
            }
            (Some(key), Some(_)) if head.reference.len() == 1 => {
                self.out.push('[');
                self.term(key);
                self.out.push(']');
            }
            _ => {}
        }
        self.in_pattern = default;
        self.value(head);
        self.in_pattern = false;
    }

    fn value(&mut self, head: &Head) {
        self.out.push_str(" := ");
        match head.value {
            Some(value) => self.term(value),
            None => self.out.push_str("true"),
        }
    }
}

/// The name of an argument that is a template string.
fn template_argument(place: usize) -> String {
    format!("policy_argument_{place}")
}
