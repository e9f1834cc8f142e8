//! The order in which every rule comes after all it depends on.

use super::targets::{Target, Targets};

/// How far a rule is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Entered,
    Done,
}

/// Rules a rule depends on that have not been looked at, in the order of their numbers.
#[derive(Clone, Copy)]
struct Cursor {
    target: Target,
    place: u32,
}

struct Sorter<'t> {
    targets: &'t Targets,
    states: Vec<State>,
    done_lists: Vec<bool>,
    order: Vec<u32>,
    cursors: Vec<Cursor>,
    /// The rules that are entered, each with its first cursor.
    frames: Vec<(u32, usize)>,
}

/// All rules, each after those it depends on, which come by number, as OPA sorts them; `None` if rules depend on
/// themselves.
pub(super) fn sorted(targets: &Targets, rules: u32) -> Option<Vec<u32>> {
    let mut sorter = Sorter {
        targets,
        states: vec![State::New; rules as usize],
        done_lists: vec![false; targets.lists()],
        order: Vec::with_capacity(rules as usize),
        cursors: Vec::new(),
        frames: Vec::new(),
    };
    for rule in 0..rules {
        if sorter.state(rule) == State::New && !sorter.visit(rule) {
            return None;
        }
    }
    Some(sorter.order)
}

impl Sorter<'_> {
    fn state(&self, rule: u32) -> State {
        self.states.get(rule as usize).copied().unwrap_or(State::Done)
    }

    fn set(&mut self, rule: u32, state: State) {
        if let Some(place) = self.states.get_mut(rule as usize) {
            *place = state;
        }
    }

    fn enter(&mut self, rule: u32, frames: &mut Vec<(u32, usize)>) {
        self.set(rule, State::Entered);
        frames.push((rule, self.cursors.len()));
        let cursors = self.targets.of(rule).iter().map(|target| Cursor { target: *target, place: 0 });
        self.cursors.extend(cursors);
    }

    fn visit(&mut self, rule: u32) -> bool {
        let frames = &mut std::mem::take(&mut self.frames);
        frames.clear();
        self.enter(rule, frames);
        while let Some((rule, first)) = frames.last().copied() {
            match self.next(first) {
                Some(next) if self.state(next) == State::Entered => return false,
                Some(next) => self.enter(next, frames),
                None => {
                    self.set(rule, State::Done);
                    self.order.push(rule);
                    self.cursors.truncate(first);
                    let _ = frames.pop();
                }
            }
        }
        self.frames = std::mem::take(frames);
        true
    }

    /// The first rule by number, of those of the cursors from a place on, that is not done.
    fn next(&mut self, first: usize) -> Option<u32> {
        let mut least = None;
        let mut place = first;
        while let Some(cursor) = self.cursors.get(place).copied() {
            let (next, moved) = self.head(cursor);
            match next {
                Some(rule) => {
                    least = Some(least.map_or(rule, |least: u32| least.min(rule)));
                    if let Some(cursor) = self.cursors.get_mut(place) {
                        cursor.place = moved;
                    }
                    place += 1;
                }
                None => {
                    let _ = self.cursors.swap_remove(place);
                }
            }
        }
        least
    }

    /// The first rule of a cursor that is not done, and where it is in its list.
    fn head(&mut self, cursor: Cursor) -> (Option<u32>, u32) {
        match cursor.target {
            Target::Rule(rule) => ((self.state(rule) != State::Done).then_some(rule), 0),
            Target::List(list) => {
                if self.done_lists.get(list as usize) == Some(&true) {
                    return (None, 0);
                }
                let members = self.targets.list(list).get(cursor.place as usize..).unwrap_or_default();
                let open = members.iter().zip(cursor.place..).find(|(rule, _)| self.state(**rule) != State::Done);
                if open.is_none()
                    && let Some(done) = self.done_lists.get_mut(list as usize)
                {
                    *done = true;
                }
                (open.map(|(rule, _)| *rule), open.map_or(0, |(_, place)| place))
            }
        }
    }
}
