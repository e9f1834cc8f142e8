//! Rules that depend on themselves.
//!
//! A rule *is* recursive where refs lead back to it whatever values variables have, and *may be* where that takes a
//! certain value of a variable; then the message says which, if that is short to say.

mod cause;
mod certain;
mod origin;

use super::errors::{CheckError, Code, Place};
use super::graph::Graph;
use super::graph::components::Components;
use super::graph::targets::Target;
use super::program::{Program, numbered};
use super::rule_tree::RuleTree;
use super::unit::Unit;
use crate::rego::syntax::{Location, RuleId};
use certain::Certainty;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::VecDeque;

/// An error for every rule, each `else` among them, that depends on itself; not more than are told.
pub(super) fn check(units: &[Unit<'_>], program: &Program<'_>, graph: &Graph) -> Vec<CheckError> {
    if !graph.is_circular() {
        return Vec::new();
    }
    let circles = Components::new(&graph.targets, graph.rules.count());
    let mut recursion = Recursion { units, program, graph, circles, certainties: FxHashMap::default() };
    let limit = if program.options.limit == 0 { usize::MAX } else { program.options.limit };
    let rules = program.rules.depth_first(RuleTree::ROOT).flat_map(|node| program.rules.rules(node));
    let mut errors = Vec::new();
    for rule in rules {
        for number in graph.rules.with_else(rule.unit, rule.rule) {
            if errors.len() < limit {
                errors.extend(recursion.error(number));
            }
        }
    }
    errors
}

struct Recursion<'a, 'm> {
    units: &'a [Unit<'m>],
    program: &'a Program<'a>,
    graph: &'a Graph,
    circles: Components,
    certainties: FxHashMap<u32, Certainty>,
}

impl<'a, 'm> Recursion<'a, 'm> {
    fn rule(&self, number: u32) -> Option<(&'a Unit<'m>, RuleId)> {
        let (unit, rule) = self.graph.rules.get(number)?;
        Some((self.units.get(unit as usize)?, rule))
    }

    fn text(&self, number: u32) -> String {
        let text = |(unit, rule)| numbered(&self.program.rule_text(unit, rule), unit, self.units);
        self.rule(number).map(text).unwrap_or_default()
    }

    fn place(&self, number: u32) -> Option<Place> {
        let (unit, rule) = self.rule(number)?;
        let location = unit.nodes.rule(rule).map_or(Location::NONE, |rule| rule.location);
        Some(Place { unit: unit.number, location })
    }

    fn error(&mut self, rule: u32) -> Option<CheckError> {
        let _ = self.circles.of(rule)?;
        let mut path = self.path(rule, false)?;
        let mut cause = None;
        if let Some(step) = self.first_uncertain(&path) {
            match self.path(rule, true) {
                Some(certain) => path = certain,
                None => cause = Some(self.cause(&path, step)),
            }
        }
        let way: Vec<String> = path.iter().map(|rule| self.text(*rule)).collect();
        let is = if cause.is_some() { "may be" } else { "is" };
        let message =
            format!("rule {} {is} recursive: {}{}", self.text(rule), way.join(" -> "), cause.unwrap_or_default());
        let mut error = CheckError::new(Code::Recursion, self.place(rule), message);
        for other in path.get(1..path.len() - 1).unwrap_or_default() {
            if let Some(place) = self.place(*other) {
                error = error.with_related("on the way back to it", place);
            }
        }
        Some(error)
    }

    /// A shortest way from a rule back to it, both ends included.
    fn path(&mut self, rule: u32, certain: bool) -> Option<Vec<u32>> {
        let circle = self.circles.of(rule);
        let mut from: FxHashMap<u32, u32> = FxHashMap::default();
        let mut lists: FxHashSet<u32> = FxHashSet::default();
        let mut due = VecDeque::from([rule]);
        while let Some(here) = due.pop_front() {
            let mut next = Vec::new();
            for target in self.graph.targets.of(here) {
                match target {
                    Target::Rule(rule) => next.push(*rule),
                    // Whether a step through a list is certain depends on where it is taken.
                    Target::List(list) if certain || lists.insert(*list) => {
                        next.extend(self.graph.targets.list(*list));
                    }
                    Target::List(_) => {}
                }
            }
            next.sort_unstable();
            if certain {
                let certainty = self.certainty(here);
                next.retain(|next| !certainty.is_uncertain(*next));
            }
            for next in next {
                if self.circles.of(next) != circle {
                    continue;
                }
                if let std::collections::hash_map::Entry::Vacant(entry) = from.entry(next) {
                    let _ = entry.insert(here);
                    if next == rule {
                        return Some(way_back(rule, &from));
                    }
                    due.push_back(next);
                }
            }
        }
        None
    }

    /// The first step of a way that variables decide about.
    fn first_uncertain(&mut self, path: &[u32]) -> Option<usize> {
        path.windows(2).position(|step| match *step {
            [from, to] => self.certainty(from).is_uncertain(to),
            _ => false,
        })
    }

    fn certainty(&mut self, rule: u32) -> &Certainty {
        if !self.certainties.contains_key(&rule) {
            let certainty = self.certainty_of(rule);
            let _ = self.certainties.insert(rule, certainty);
        }
        self.certainties.entry(rule).or_default()
    }
}

fn way_back(rule: u32, from: &FxHashMap<u32, u32>) -> Vec<u32> {
    let mut path = vec![rule];
    let mut here = rule;
    while let Some(before) = from.get(&here) {
        path.push(*before);
        here = *before;
        if here == rule {
            break;
        }
    }
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    use crate::rego::check::CheckOptions;
    use crate::rego::check::tests::messages;

    #[test]
    fn a_long_chain_is_no_circle_and_one_ref_back_makes_it_one() {
        let mut text = String::from("package a\n\nf0(x) := x\n");
        for number in 1..5000 {
            text.push_str(&format!("\nf{number}(x) := f{}(x)\n", number - 1));
        }
        let worker = std::thread::Builder::new().stack_size(256 << 20);
        let check = move || {
            assert!(messages(&[&text], &CheckOptions::default()).is_empty());
            let told = messages(&[&format!("{text}\nf0(x) := f4999(x)\n")], &CheckOptions::default());
            assert_eq!(told.len(), 11);
            assert!(told[0].starts_with("rule data.a.f"), "{}", told[0]);
        };
        worker.spawn(check).expect("a thread").join().expect("no panic");
    }

    #[test]
    fn a_variable_bound_to_constants_narrows() {
        let text = "package a\n\np if {\n\tsome x in [\"q\", \"r\"]\n\tdata.a[x]\n}\n\nq := 1";
        assert!(messages(&[text], &CheckOptions::default()).is_empty());
        let told = messages(&[&text.replace("\"r\"", "\"p\"")], &CheckOptions::default());
        let cause = "(data.a[x] refers to data.a.p if x is \"p\" (x is one of [\"q\", \"p\"]))";
        assert_eq!(told, [format!("rule data.a.p may be recursive: data.a.p -> data.a.p {cause}")]);
    }
}
