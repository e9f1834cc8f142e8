//! All rules of a program, numbered.

use super::super::unit::Unit;
use crate::rego::syntax::{Location, RuleId};

/// All rules of a program, each `else` a rule of its own, numbered by file and place.
#[derive(Debug, Default)]
pub(in crate::rego::check) struct Rules {
    rules: Vec<(u32, RuleId)>,
    /// The numbers of a unit's rules, by their places in its arena.
    numbers: Vec<Vec<u32>>,
    /// The number of the `else` behind each rule; its own where there is none.
    behind: Vec<u32>,
}

impl Rules {
    pub(in crate::rego::check) fn new(units: &[Unit<'_>]) -> Self {
        let mut all = Self::default();
        let mut of_unit: Vec<(Location, RuleId)> = Vec::new();
        for unit in units {
            of_unit.clear();
            for rule in &unit.rules {
                of_unit.extend(with_else(unit, *rule).map(|(id, rule)| (rule.location, id)));
            }
            of_unit.sort_by_key(|(location, _)| location.at);
            let mut numbers = Vec::new();
            for (_, id) in &of_unit {
                if numbers.len() <= id.index() {
                    numbers.resize(id.index() + 1, u32::MAX);
                }
                if let Some(number) = numbers.get_mut(id.index()) {
                    *number = u32::try_from(all.rules.len()).unwrap_or(u32::MAX);
                }
                all.rules.push((unit.number, *id));
            }
            let number = |id: RuleId| numbers.get(id.index()).copied();
            let behind = of_unit.iter().map(|(_, id)| unit.nodes.rule(*id)?.otherwise.and_then(number).or(number(*id)));
            all.behind.extend(behind.map(|behind| behind.unwrap_or(u32::MAX)));
            all.numbers.push(numbers);
        }
        all
    }

    /// How many there are.
    pub(in crate::rego::check) fn count(&self) -> u32 {
        u32::try_from(self.rules.len()).unwrap_or(u32::MAX)
    }

    /// The unit and rule of a number.
    pub(in crate::rego::check) fn get(&self, number: u32) -> Option<(u32, RuleId)> {
        self.rules.get(number as usize).copied()
    }

    /// The number of a rule.
    pub(in crate::rego::check) fn number(&self, unit: u32, rule: RuleId) -> Option<u32> {
        self.numbers.get(unit as usize)?.get(rule.index()).copied().filter(|number| *number != u32::MAX)
    }

    /// The numbers of a rule and of each `else` of it.
    pub(in crate::rego::check) fn with_else(&self, unit: u32, rule: RuleId) -> impl Iterator<Item = u32> {
        std::iter::successors(self.number(unit, rule), |number| {
            self.behind.get(*number as usize).copied().filter(|behind| behind != number)
        })
    }
}

/// A rule and each `else` of it.
pub(in crate::rego::check) fn with_else<'a>(
    unit: &'a Unit<'_>,
    rule: RuleId,
) -> impl Iterator<Item = (RuleId, &'a crate::rego::syntax::Rule<super::super::names::Symbol>)> {
    let get = |id: RuleId| unit.nodes.rule(id).map(|rule| (id, rule));
    std::iter::successors(get(rule), move |(_, rule)| rule.otherwise.and_then(get))
}
