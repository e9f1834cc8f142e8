//! What is wanted at a place beside what was wanted there before.

use super::Want;
use super::found::{Found, Wanted};
use super::paths::Several;
use super::reader::Reader;

impl Reader<'_> {
    /// Wants one of several things at a place.
    pub(super) fn insert_all(&mut self, place: usize, wants: impl ExactSizeIterator<Item = Want>, are_affixes: bool) {
        let several = if are_affixes { Several::Ending } else { Several::Converging };
        let found = |want| Found { place, wanted: Wanted::Want(want), split_at: None };
        let (known, count) = (self.entries.always.iter().any(|found| found.place == place), wants.len());
        if count == 0 {
            return;
        }
        for (number, want) in wants.enumerate() {
            // The first of them may take the place of what was wanted before.
            if number == 0 && !are_affixes {
                self.insert(found(want));
                continue;
            }
            let found = found(want);
            if !self.entries.always.contains(&found) {
                self.entries.always.push(found);
            }
        }
        let counted = if are_affixes && !known { count } else { count.saturating_sub(1) };
        self.places.count(place, counted);
        let closed = self.entries.always.iter().filter(|found| found.place == place && !found.is_open()).count();
        if closed > 1 {
            self.places.mark(place, several);
        }
    }

    pub(super) fn insert(&mut self, new: Found) {
        let mut is_new = true;
        for known in self.entries.always.iter_mut().filter(|known| known.place == new.place) {
            is_new = false;
            if known.wanted == new.wanted {
                return;
            }
            if !new.is_open() && !new.is_affix() && known.is_open() {
                *known = new;
                return;
            }
            if !new.is_open() && !known.is_open() {
                let ends = new.is_affix() || known.is_affix();
                self.places.mark(new.place, if ends { Several::Ending } else { Several::Converging });
            }
        }
        if is_new {
            self.places.count(new.place, 1);
        }
        self.entries.always.push(new);
    }
}
