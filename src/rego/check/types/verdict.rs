//! Whether anything is wrong with the types of a program, on several processors.
//!
//! Each processor types rules of its own, and those they depend on, which another may type too: types are numbers of an
//! arena, and each has its own. From where rules are typed depends which keys an error can tell of, so that this gives no
//! errors.

use super::Checker;
use crate::rego::check::graph::Graph;
use crate::rego::check::graph::targets::Target;
use crate::rego::check::parallel;
use crate::rego::check::program::Program;
use crate::rego::check::unit::Unit;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether all is well.
pub(super) fn is_sound(units: &[Unit<'_>], program: &Program<'_>, graph: &Graph) -> bool {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let work = Work {
        units,
        program,
        graph,
        ranks: graph.ranks(),
        due: Mutex::new(0..units.len()),
        fault: AtomicBool::new(false),
    };
    let _ = parallel((0..processors).collect(), |processor| work.share(processor % 2 == 1));
    !work.fault.into_inner()
}

struct Work<'w, 'm> {
    units: &'w [Unit<'m>],
    program: &'w Program<'m>,
    graph: &'w Graph,
    /// The place of each rule in the order.
    ranks: Vec<u32>,
    /// The units whose rules no processor has taken.
    due: Mutex<Range<usize>>,
    fault: AtomicBool,
}

impl Work<'_, '_> {
    /// Types units until none is left: some processors begin with the first, the others with the last, since what is near
    /// often depends on the same.
    fn share(&self, backwards: bool) {
        let Some(first) = self.units.first() else { return };
        let mut checker = Checker::new(self.units, self.program, self.graph, first);
        let mut taken = Taken {
            rules: vec![false; self.ranks.len()],
            lists: vec![false; self.graph.targets.lists()],
            near: vec![false; self.units.len()],
            due: Vec::new(),
        };
        while let Some(unit) = self.next(backwards) {
            for rank in taken.with_dependencies(unit, self) {
                let Some((unit, rule)) = self.graph.at(rank) else { continue };
                let Some(unit) = self.units.get(unit as usize) else { continue };
                if let Some(near @ false) = taken.near.get_mut(unit.number as usize) {
                    *near = true;
                    unit.nodes.draw_near();
                }
                checker.unit = unit;
                checker.rule(rule);
            }
            if !checker.found.is_empty() {
                self.fault.store(true, Ordering::Relaxed);
            }
        }
    }

    fn next(&self, backwards: bool) -> Option<&Unit<'_>> {
        if self.fault.load(Ordering::Relaxed) {
            return None;
        }
        let mut due = self.due.lock().ok()?;
        let place = if backwards { due.next_back() } else { due.next() }?;
        self.units.get(place)
    }
}

/// What a processor has typed, or is about to.
struct Taken {
    rules: Vec<bool>,
    lists: Vec<bool>,
    /// Whether the tree of each unit was drawn near.
    near: Vec<bool>,
    due: Vec<u32>,
}

impl Taken {
    /// The places in the order, growing, of a unit's rules and all they depend on that are not typed yet.
    fn with_dependencies(&mut self, unit: &Unit<'_>, work: &Work<'_, '_>) -> Vec<u32> {
        let mut ranks = Vec::new();
        let rules = &work.graph.rules;
        self.due.extend(unit.rules.iter().flat_map(|rule| rules.with_else(unit.number, *rule)));
        while let Some(rule) = self.due.pop() {
            let (Some(taken @ false), Some(rank)) =
                (self.rules.get_mut(rule as usize), work.ranks.get(rule as usize).copied())
            else {
                continue;
            };
            *taken = true;
            ranks.push(rank);
            for target in work.graph.targets.of(rule) {
                match target {
                    Target::Rule(rule) => self.due.push(*rule),
                    Target::List(list) => {
                        if let Some(taken @ false) = self.lists.get_mut(*list as usize) {
                            *taken = true;
                            self.due.extend(work.graph.targets.list(*list));
                        }
                    }
                }
            }
        }
        ranks.sort_unstable();
        ranks
    }
}
