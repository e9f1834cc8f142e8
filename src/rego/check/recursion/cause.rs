//! What makes a rule recursive that need not be.

use super::Recursion;
use super::certain::{Bound, Uncertain, rule_step};
use super::origin::{Origin, Origins};
use crate::rego::check::graph::bindings::members;
use crate::rego::check::names::Symbol;
use crate::rego::check::path::{Key, Step};
use crate::rego::check::program::numbered;
use crate::rego::check::unit::Unit;
use crate::rego::syntax::{RuleId, TermId, TermKind, quoted};

/// How many conditions a message spells out.
const CONDITIONS: usize = 2;

/// How many members of a collection a message lists.
const MEMBERS: usize = 5;

/// A part of a ref, and the value it must have for the ref to lead to a rule.
struct Condition {
    part: TermId,
    term: String,
    key: Key,
    value: String,
}

impl<'m> Recursion<'_, 'm> {
    /// The ref a step of a way takes and the values it needs for that, in parentheses.
    pub(super) fn cause(&mut self, path: &[u32], step: usize) -> String {
        let (Some(from), Some(to)) = (path.get(step).copied(), path.get(step + 1).copied()) else {
            return String::new();
        };
        let _ = self.certainty(from);
        let this = &*self;
        let reference = this.certainties.get(&from).and_then(|certainty| certainty.cause(to));
        let (Some(reference), Some((unit, rule)), Some((target, target_rule))) =
            (reference, this.rule(from), this.rule(to))
        else {
            return String::new();
        };
        let length = (0..).take_while(|place| rule_step(target, target_rule, *place).is_some()).count();
        let shown = reference.written.get(..length).unwrap_or(&reference.written);
        let mut text = format!(" ({}", this.shown(unit, &this.program.reference_text(unit, shown)));
        if step > 0 {
            text.push_str(&format!(" in {}", this.text(from)));
        }
        let origins = Origins::new(this.program, unit, rule, reference.expression);
        match this.conditions(reference, unit, rule, (target, target_rule)) {
            Some(conditions)
                if (1..=CONDITIONS).contains(&conditions.len())
                    && conditions.iter().all(|condition| this.may_hold(unit, &origins, condition)) =>
            {
                text.push_str(&format!(" refers to {}", this.text(to)));
                for (place, condition) in conditions.iter().enumerate() {
                    text.push_str(if place == 0 { " if " } else { " and " });
                    text.push_str(&format!("{} is {}", condition.term, condition.value));
                    if let Some(note) = this.note(unit, from, &origins, condition) {
                        text.push_str(&format!(" ({note})"));
                    }
                }
            }
            _ => text.push_str(&format!(" could refer to {}", this.text(to))),
        }
        text.push(')');
        text
    }

    fn shown(&self, unit: &Unit<'_>, text: &str) -> String {
        numbered(text, unit, self.units)
    }

    fn term(&self, unit: &Unit<'_>, term: TermId) -> String {
        self.shown(unit, &self.program.term_text(unit, term))
    }

    /// What must hold for a ref to lead to a rule; `None` if a term had to have two values.
    fn conditions(
        &self,
        reference: &Uncertain,
        unit: &Unit<'_>,
        rule: RuleId,
        (target, target_rule): (&Unit<'_>, RuleId),
    ) -> Option<Vec<Condition>> {
        let bound = Bound::new(unit, rule);
        let mut positions = Vec::new();
        let at = reference.expression;
        let _ = self.selects((unit, &reference.selecting), (target, target_rule), &bound, at, Some(&mut positions));
        let mut conditions: Vec<Condition> = Vec::new();
        for position in positions {
            let part = *reference.written.get(position)?;
            let Some(Step::Key(key)) = rule_step(target, target_rule, position) else { continue };
            let (term, value) = (self.term(unit, part), self.key_text(key));
            match conditions.iter().find(|condition| condition.term == term) {
                None => conditions.push(Condition { part, term, key, value }),
                Some(condition) if condition.value != value => return None,
                Some(_) => {}
            }
        }
        Some(conditions)
    }

    fn key_text(&self, key: Key) -> String {
        match key {
            Key::Null => "null".to_owned(),
            Key::Boolean(value) => value.to_string(),
            Key::Number(number) => self.program.names.text(number).to_owned(),
            Key::Name(name) => quoted(self.program.names.text(name)),
        }
    }

    /// Whether a condition can hold as far as it is known where the variable comes from.
    fn may_hold(&self, unit: &Unit<'_>, origins: &Origins<'_, '_>, condition: &Condition) -> bool {
        match unit.variable(condition.part).and_then(|variable| origins.of(variable)) {
            Some(Origin::Collection(collection)) => {
                let members = members(&unit.nodes, collection).unwrap_or_default();
                members.iter().any(|member| self.is_key(unit, *member, condition.key))
            }
            Some(Origin::Builtin(builtin)) => origins.may_return(builtin, condition.key),
            _ => true,
        }
    }

    fn is_key(&self, unit: &Unit<'_>, member: TermId, key: Key) -> bool {
        match Step::of(&unit.nodes, member) {
            Step::Key(own) => own == key || self.key_text(own) == self.key_text(key),
            Step::Composite | Step::Dynamic => false,
        }
    }

    /// Where the value of a condition's term comes from.
    fn note(&self, unit: &Unit<'_>, rule: u32, origins: &Origins<'_, '_>, condition: &Condition) -> Option<String> {
        let term = &condition.term;
        let variable = match unit.nodes.term(condition.part).kind {
            TermKind::Var(variable) => variable,
            TermKind::Ref(parts) => {
                let head = *unit.nodes.terms(parts).first()?;
                let of_data = unit.variable(head) == Some(Symbol::DATA);
                return of_data.then(|| "rule values aren't known at compile time".to_owned());
            }
            _ => return None,
        };
        let reference = |parts: &[TermId]| self.shown(unit, &self.program.reference_text(unit, parts));
        Some(match origins.of(variable)? {
            Origin::Input(parts) => format!("{term} comes from {}", reference(parts)),
            Origin::Rule(parts) => {
                format!("{term} comes from rule {}, whose value isn't known at compile time", reference(parts))
            }
            Origin::Collection(collection) => {
                let count = members(&unit.nodes, collection).unwrap_or_default().len();
                if count > MEMBERS {
                    format!("{term} is one of {count} values")
                } else {
                    format!("{term} is one of {}", self.term(unit, collection))
                }
            }
            Origin::Builtin(builtin) => format!("{term} is computed by {}", builtin.name),
            Origin::Key => format!("{term} is a key of {}", self.text(rule)),
            Origin::Argument => format!("{term} is an argument of {}", self.text(rule)),
        })
    }
}
