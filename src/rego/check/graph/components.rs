//! Which rules depend on themselves, through whatever others.

use super::targets::{Target, Targets};

/// For each rule the number of the circle it is on, if it is on one; rules of one number depend on each other.
pub(in crate::rego::check) struct Components {
    of: Vec<Option<u32>>,
}

/// Rules and lists on the way, the lists numbered behind the rules.
struct Search<'t> {
    targets: &'t Targets,
    rules: u32,
    /// When each was met, counted from 1.
    met: Vec<u32>,
    lowest: Vec<u32>,
    on_path: Vec<bool>,
    path: Vec<u32>,
    count: u32,
    components: Vec<Option<u32>>,
    component: u32,
}

impl Components {
    /// The circles of a graph.
    pub(in crate::rego::check) fn new(targets: &Targets, rules: u32) -> Self {
        let all = rules as usize + targets.lists();
        let mut search = Search {
            targets,
            rules,
            met: vec![0; all],
            lowest: vec![0; all],
            on_path: vec![false; all],
            path: Vec::new(),
            count: 0,
            components: vec![None; rules as usize],
            component: 0,
        };
        for rule in 0..rules {
            if search.met.get(rule as usize) == Some(&0) {
                search.run(rule);
            }
        }
        Self { of: search.components }
    }

    /// The circle of a rule.
    pub(in crate::rego::check) fn of(&self, rule: u32) -> Option<u32> {
        self.of.get(rule as usize).copied().flatten()
    }
}

impl Search<'_> {
    fn next(&self, vertex: u32, place: u32) -> Option<u32> {
        match vertex.checked_sub(self.rules) {
            Some(list) => self.targets.list(list).get(place as usize).copied(),
            None => self.targets.of(vertex).get(place as usize).map(|target| match target {
                Target::Rule(rule) => *rule,
                Target::List(list) => self.rules + list,
            }),
        }
    }

    fn enter(&mut self, vertex: u32, frames: &mut Vec<(u32, u32)>) {
        self.count += 1;
        let place = vertex as usize;
        if let (Some(met), Some(lowest), Some(on_path)) =
            (self.met.get_mut(place), self.lowest.get_mut(place), self.on_path.get_mut(place))
        {
            (*met, *lowest, *on_path) = (self.count, self.count, true);
        }
        self.path.push(vertex);
        frames.push((vertex, 0));
    }

    fn lower(&mut self, vertex: u32, to: u32) {
        if let Some(lowest) = self.lowest.get_mut(vertex as usize) {
            *lowest = to.min(*lowest);
        }
    }

    fn run(&mut self, start: u32) {
        let mut frames = Vec::new();
        self.enter(start, &mut frames);
        while let Some((vertex, place)) = frames.last_mut() {
            let vertex = *vertex;
            let next = self.next(vertex, *place);
            *place += 1;
            match next {
                Some(next) => match self.met.get(next as usize).copied().unwrap_or_default() {
                    0 => self.enter(next, &mut frames),
                    met if self.on_path.get(next as usize) == Some(&true) => self.lower(vertex, met),
                    _ => {}
                },
                None => {
                    let _ = frames.pop();
                    let lowest = self.lowest.get(vertex as usize).copied().unwrap_or_default();
                    if let Some((above, _)) = frames.last() {
                        self.lower(*above, lowest);
                    }
                    if self.met.get(vertex as usize) == Some(&lowest) {
                        self.close(vertex);
                    }
                }
            }
        }
    }

    /// Ends the component whose first vertex is given.
    fn close(&mut self, first: u32) {
        let start = self.path.iter().rposition(|vertex| *vertex == first).unwrap_or_default();
        let members = self.path.split_off(start);
        self.component += 1;
        let circle = members.len() > 1 || self.targets.of(first).contains(&Target::Rule(first));
        for vertex in members {
            if let Some(on_path) = self.on_path.get_mut(vertex as usize) {
                *on_path = false;
            }
            if circle && let Some(component) = self.components.get_mut(vertex as usize) {
                *component = Some(self.component);
            }
        }
    }
}
