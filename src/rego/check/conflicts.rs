//! Rules that cannot be at their paths together.
//!
//! A rule whose whole path is known may have nothing below it; a function may not stand below a path with variables. The
//! rules of one path are of one kind: with as many arguments, a value or a set, one place or many; one of them at most
//! is a default. A package may not be where a rule is, and data of the bundle may not either.

use super::errors::{CheckError, Code, Place};
use super::names::Symbol;
use super::path::{Key, Step};
use super::program::{Program, numbered};
use super::rule_text::place_text;
use super::rule_tree::{NodeId, RuleTree, TreeRule};
use super::unit::Unit;
use crate::rego::syntax::Location;
use std::cmp::Ordering;

/// The conflicts of a program.
pub(super) fn check(units: &[Unit<'_>], program: &Program<'_>) -> Vec<CheckError> {
    let conflicts = Conflicts { units, program, tree: &program.rules };
    let mut errors: Vec<CheckError> =
        conflicts.tree.depth_first(RuleTree::ROOT).filter_map(|node| conflicts.at(node)).collect();
    if let Some(data) = &program.options.data {
        conflicts.with_data(&|path| data.has(path), &mut errors);
    }
    conflicts.with_packages(&mut errors);
    errors
}

struct Conflicts<'a, 'm> {
    units: &'a [Unit<'m>],
    program: &'a Program<'a>,
    tree: &'a RuleTree,
}

impl<'a, 'm> Conflicts<'a, 'm> {
    fn unit(&self, number: u32) -> Option<&'a Unit<'m>> {
        self.units.get(number as usize)
    }

    fn location(&self, rule: &TreeRule) -> Location {
        let rule = self.unit(rule.unit).and_then(|unit| unit.nodes.rule(rule.rule));
        rule.map_or(Location::NONE, |rule| rule.location)
    }

    fn place(&self, rule: &TreeRule) -> Place {
        Place { unit: rule.unit, location: self.location(rule) }
    }

    fn text(&self, rule: &TreeRule) -> String {
        let text = |unit| numbered(&self.program.rule_text(unit, rule.rule), unit, self.units);
        self.unit(rule.unit).map(text).unwrap_or_default()
    }

    fn place_text(&self, rule: &TreeRule) -> String {
        self.unit(rule.unit).map(|unit| place_text(unit, self.location(rule))).unwrap_or_default()
    }

    /// The conflict at one place of the tree.
    fn at(&self, node: NodeId) -> Option<CheckError> {
        let rules = self.tree.rules(node);
        let (first, last) = (rules.first()?, rules.last()?);
        let below = self.below(node, rules);
        if !below.is_empty() {
            return Some(self.extent(first, last, &below));
        }
        let same = |kind: &dyn Fn(&TreeRule) -> bool| rules.iter().all(|rule| kind(rule) == kind(first));
        let fits = rules.iter().all(|rule| rule.arity == first.arity)
            && same(&|rule| rule.multiple)
            && same(&TreeRule::is_ground);
        if !fits {
            let other = rules.iter().find(|rule| {
                (rule.arity, rule.multiple, rule.is_ground()) != (first.arity, first.multiple, first.is_ground())
            });
            let message = format!("conflicting rules {} found", self.text(last));
            let error = CheckError::new(Code::Type, Some(self.place(first)), message);
            return Some(match other {
                Some(other) => error.with_related("of another kind", self.place(other)),
                None => error,
            });
        }
        self.defaults(rules, last)
    }

    fn extent(&self, first: &TreeRule, last: &TreeRule, below: &[&TreeRule]) -> CheckError {
        let mut message = format!("rule {} conflicts with:", self.text(last));
        for rule in below {
            message.push_str(&format!("\n  rule {} at {}", self.text(rule), self.place_text(rule)));
        }
        let error = CheckError::new(Code::Type, Some(self.place(first)), message);
        match below.first() {
            Some(rule) => error.with_related("stands inside it", self.place(rule)),
            None => error,
        }
    }

    fn defaults(&self, rules: &[TreeRule], last: &TreeRule) -> Option<CheckError> {
        let defaults: Vec<&TreeRule> = rules.iter().filter(|rule| rule.default).collect();
        let [first, second, ..] = defaults[..] else { return None };
        let places: Vec<String> = defaults.iter().map(|rule| self.place_text(rule)).collect();
        let message = format!("multiple default rules {} found at {}", self.text(last), places.join(", "));
        let package = self.unit(first.unit)?.module.package.location;
        let place = Place { unit: first.unit, location: package };
        Some(
            CheckError::new(Code::Type, Some(place), message)
                .with_related("first default", self.place(first))
                .with_related("another default", self.place(second)),
        )
    }

    /// The rules that may not be below a place.
    fn below(&self, node: NodeId, rules: &[TreeRule]) -> Vec<&'a TreeRule> {
        if self.tree.children(node).is_empty() {
            return Vec::new();
        }
        let mut below = Vec::new();
        if rules.iter().any(TreeRule::is_ground) {
            below = self.outermost(node, &|_| true);
        }
        if below.is_empty() && rules.iter().any(|rule| !rule.is_ground()) {
            below = self.outermost(node, &|rule| rule.arity > 0);
        }
        below
    }

    /// The rules below a place that are wanted and do not stand inside another wanted one, in the order of their refs.
    fn outermost(&self, node: NodeId, wanted: &dyn Fn(&TreeRule) -> bool) -> Vec<&'a TreeRule> {
        enum Due {
            Enter(NodeId),
            Leave(NodeId),
        }
        let mut outermost = Vec::new();
        let mut due: Vec<Due> = self.tree.children(node).iter().rev().map(|child| Due::Enter(*child)).collect();
        while let Some(next) = due.pop() {
            match next {
                Due::Enter(node) => match self.tree.rules(node).iter().find(|rule| rule.is_ground() && wanted(rule)) {
                    Some(rule) => outermost.push(rule),
                    None => {
                        due.push(Due::Leave(node));
                        due.extend(self.tree.children(node).iter().rev().map(|child| Due::Enter(*child)));
                    }
                },
                Due::Leave(node) => {
                    let mut dynamic: Vec<&TreeRule> =
                        self.tree.rules(node).iter().filter(|rule| wanted(rule)).collect();
                    dynamic.sort_by(|left, right| self.order_of_suffixes(left, right));
                    dynamic.dedup_by(|later, first| self.is_inside(later, first));
                    outermost.extend(dynamic);
                }
            }
        }
        outermost
    }

    /// Whether the ref of a rule goes on from that of another of the same place.
    fn is_inside(&self, rule: &TreeRule, other: &TreeRule) -> bool {
        let (steps, others) = (self.tree.suffix(rule), self.tree.suffix(other));
        others.len() <= steps.len()
            && others.iter().zip(steps).enumerate().all(|(place, pair)| match pair {
                (Step::Key(left), Step::Key(right)) => left == right,
                (Step::Key(_), _) | (_, Step::Key(_)) => false,
                _ => {
                    let (own, of) = (self.part(rule, steps.len() - place), self.part(other, others.len() - place));
                    own == of && (rule.unit == other.unit || own.is_some_and(|name| name.ordinal().is_none()))
                }
            })
    }

    /// The order of the refs of two rules of one place: variables come behind all constants.
    fn order_of_suffixes(&self, left: &TreeRule, right: &TreeRule) -> Ordering {
        let (lefts, rights) = (self.tree.suffix(left), self.tree.suffix(right));
        for (place, pair) in lefts.iter().zip(rights).enumerate() {
            let order = match pair {
                (Step::Key(left), Step::Key(right)) => left.order(*right, &self.program.names),
                (Step::Key(_), _) => Ordering::Less,
                (_, Step::Key(_)) => Ordering::Greater,
                _ => self.variable(left, lefts.len() - place).cmp(&self.variable(right, rights.len() - place)),
            };
            if order.is_ne() {
                return order;
            }
        }
        lefts.len().cmp(&rights.len())
    }

    /// The name OPA gives the variable that is so many parts before the end of a rule's head.
    fn variable(&self, rule: &TreeRule, from_end: usize) -> Option<String> {
        let unit = self.unit(rule.unit)?;
        Some(unit.name(&self.program.names, self.units, self.part(rule, from_end)?).into_owned())
    }

    /// The variable that is so many parts before the end of a rule's head.
    fn part(&self, rule: &TreeRule, from_end: usize) -> Option<Symbol> {
        let unit = self.unit(rule.unit)?;
        let parts = unit.nodes.terms(unit.nodes.rule(rule.rule)?.head.reference);
        unit.variable(*parts.get(parts.len().checked_sub(from_end)?)?)
    }

    /// Rules at paths where there is data: the first of each path, and none below one that is told.
    fn with_data(&self, has: &dyn Fn(&[&str]) -> bool, errors: &mut Vec<CheckError>) {
        let mut path: Vec<&str> = Vec::new();
        let mut due: Vec<(usize, NodeId)> = self.below_of(RuleTree::ROOT, 0).collect();
        while let Some((depth, node)) = due.pop() {
            path.truncate(depth);
            let Key::Name(name) = self.tree.key(node) else { continue };
            path.push(self.program.names.text(name));
            match self.tree.rules(node).first() {
                Some(rule) if has(&path) => {
                    let message = format!("conflicting rule for data path {} found", path.join("/"));
                    errors.push(CheckError::new(Code::Compile, Some(self.place(rule)), message));
                }
                _ => due.extend(self.below_of(node, depth + 1)),
            }
        }
    }

    fn below_of(&self, node: NodeId, depth: usize) -> impl Iterator<Item = (usize, NodeId)> {
        self.tree.children(node).iter().rev().map(move |child| (depth, *child))
    }

    /// Packages at the paths of rules.
    fn with_packages(&self, errors: &mut Vec<CheckError>) {
        for node in self.tree.depth_first(RuleTree::ROOT) {
            for package in self.tree.units(node).iter().filter_map(|unit| self.unit(*unit)) {
                let ground = self.tree.rules(node).iter().filter(|rule| rule.is_ground());
                errors.extend(ground.filter_map(|rule| self.with_package(rule, package)));
            }
        }
    }

    fn with_package(&self, rule: &TreeRule, package: &Unit<'_>) -> Option<CheckError> {
        let unit = self.unit(rule.unit)?;
        let message = format!(
            "package {} conflicts with rule {} defined at {}",
            self.program.package_text(package),
            numbered(&self.program.head_text(unit, rule.rule), unit, self.units),
            self.place_text(rule)
        );
        let of_package = |unit: &Unit<'_>| Place { unit: unit.number, location: unit.module.package.location };
        Some(
            CheckError::new(Code::Type, Some(of_package(unit)), message)
                .with_related("the rule", self.place(rule))
                .with_related("the package", of_package(package)),
        )
    }
}
