//! What rules want, by the places it is looked for at.

use super::entries::Entries;
use super::found::{Found, Wanted};
use super::{Condition, Probe, Want};
use std::cmp::Reverse;

/// How a place is wanted to be several things, of which one is enough.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Several {
    /// It is not.
    #[default]
    No,
    /// A rule goes on behind them.
    Converging,
    /// What a rule wants behind them is left out.
    Ending,
}

/// Places, and how often rules want something of them.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub(super) probes: Vec<Probe>,
    counts: Vec<Count>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    rules: usize,
    several: Several,
}

impl Places {
    /// The number of a place.
    pub(super) fn number(&mut self, probe: Probe) -> usize {
        self.probes.iter().position(|known| *known == probe).unwrap_or_else(|| {
            self.probes.push(probe);
            self.counts.push(Count::default());
            self.probes.len() - 1
        })
    }

    pub(super) fn count(&mut self, place: usize, rules: usize) {
        if let Some(count) = self.counts.get_mut(place) {
            count.rules += rules;
        }
    }

    pub(super) fn mark(&mut self, place: usize, several: Several) {
        if let Some(count) = self.counts.get_mut(place) {
            count.several = count.several.max(several);
        }
    }

    /// Sets aside what was counted; gives it back to [`Self::restore`].
    pub(super) fn set_aside(&mut self) -> SetAside {
        let none = vec![Count::default(); self.counts.len()];
        SetAside(std::mem::replace(&mut self.counts, none))
    }

    /// Forgets what was counted since it was set aside.
    pub(super) fn restore(&mut self, aside: SetAside) {
        let mut counts = aside.0;
        counts.resize(self.probes.len(), Count::default());
        self.counts = counts;
    }

    /// The places in the order in which they are asked: first those that tell most rules apart.
    pub(super) fn levels(&self, found: &[Entries]) -> Levels {
        let mut counted: Vec<(usize, Count)> =
            self.counts.iter().copied().enumerate().filter(|(_, count)| count.rules > 0).collect();
        counted.sort_by_key(|(_, count)| (count.several, Reverse(count.rules)));
        let has_value =
            |place: usize| found.iter().flat_map(Entries::all).any(|found| found.place == place && !found.is_open());
        let (asked, open) = counted.into_iter().map(|(place, _)| place).partition(|place| has_value(*place));
        let mut delimiters: Vec<(usize, String)> = Vec::new();
        for found in found.iter().flat_map(Entries::all) {
            delimiters.extend(found.split_at.as_ref().map(|delimiter| (found.place, delimiter.clone())));
        }
        Levels { asked, open, delimiters }
    }
}

/// What was counted before.
pub(super) struct SetAside(Vec<Count>);

/// The places in the order in which they are asked.
pub(super) struct Levels {
    asked: Vec<usize>,
    /// Those that no rule wants more of than that something lies there.
    open: Vec<usize>,
    /// What strings at places are split at.
    delimiters: Vec<(usize, String)>,
}

impl Levels {
    /// What a path wants of the places.
    pub(super) fn conditions(&self, path: &[Found]) -> Vec<Condition> {
        let mut conditions = Vec::new();
        let mut rest = path.len();
        for place in &self.asked {
            if rest == 0 {
                break;
            }
            let mut of_place: Vec<&Found> = path.iter().filter(|found| found.place == *place).collect();
            rest -= of_place.len();
            if of_place.iter().any(|found| !found.is_open()) {
                of_place.retain(|found| !found.is_open());
            }
            let several = of_place.len() > 1;
            let ends = several
                && !of_place.iter().any(|found| found.is_open())
                && (rest == 0 || of_place.iter().any(|found| found.is_affix() || !found.is_scalar()));
            if ends {
                drop_one_end(&mut of_place);
            }
            if !of_place.is_empty() {
                conditions.push(self.condition(*place, &of_place));
            }
            if ends {
                break;
            }
        }
        conditions
    }

    fn condition(&self, place: usize, found: &[&Found]) -> Condition {
        let delimiters = self.delimiters.iter().filter(|(of, _)| *of == place).map(|(_, text)| text.clone());
        Condition {
            probe: place,
            wants: found.iter().map(|found| found.want()).collect(),
            delimiters: delimiters.collect(),
        }
    }

    /// The places at which something must lie, whichever path is taken.
    pub(super) fn defined(&self, paths: &[Vec<Found>]) -> Vec<usize> {
        let everywhere = |place: &&usize| paths.iter().all(|path| path.iter().any(|found| found.place == **place));
        self.open.iter().filter(everywhere).copied().collect()
    }
}

/// Of what a string begins and ends with only one end can be asked: that whose shortest text is longer.
fn drop_one_end(found: &mut Vec<&Found>) {
    let shortest =
        |of: fn(&Wanted) -> Option<&String>| found.iter().filter_map(|found| of(&found.wanted)).map(String::len).min();
    let prefix = shortest(|wanted| match wanted {
        Wanted::Want(Want::Prefix(text)) => Some(text),
        _ => None,
    });
    let suffix = shortest(|wanted| match wanted {
        Wanted::Want(Want::Suffix(text)) => Some(text),
        _ => None,
    });
    let (Some(prefix), Some(suffix)) = (prefix, suffix) else { return };
    let drops_prefixes = suffix > prefix;
    found.retain(|found| match &found.wanted {
        Wanted::Want(Want::Prefix(_)) => !drops_prefixes,
        Wanted::Want(Want::Suffix(_)) => drops_prefixes,
        _ => true,
    });
}
