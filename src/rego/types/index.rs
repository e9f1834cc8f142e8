//! A table that finds the number of what an arena already holds.

/// Numbers by hash; what the numbers stand for is the arena's.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    /// The number plus one; 0 is free. As long as a power of two.
    slots: Vec<u32>,
    hashes: Vec<u32>,
}

impl Index {
    /// The number of this hash that is the one looked for.
    pub(super) fn find(&self, hash: u64, mut same: impl FnMut(u32) -> bool) -> Option<u32> {
        let short = shortened(hash);
        let mask = self.slots.len().wrapping_sub(1);
        let mut place = short as usize & mask;
        loop {
            let number = self.slots.get(place)?.checked_sub(1)?;
            if self.hashes.get(number as usize) == Some(&short) && same(number) {
                return Some(number);
            }
            place = (place + 1) & mask;
        }
    }

    /// The next number, under a hash.
    pub(super) fn insert(&mut self, hash: u64) -> u32 {
        if self.hashes.len() * 2 >= self.slots.len() {
            self.grow();
        }
        let number = u32::try_from(self.hashes.len()).unwrap_or(u32::MAX);
        let short = shortened(hash);
        self.hashes.push(short);
        self.place(number, short);
        number
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(64);
        self.slots.clear();
        self.slots.resize(size, 0);
        for number in 0..self.hashes.len() {
            if let (Ok(number), Some(hash)) = (u32::try_from(number), self.hashes.get(number).copied()) {
                self.place(number, hash);
            }
        }
    }

    fn place(&mut self, number: u32, hash: u32) {
        let mask = self.slots.len().wrapping_sub(1);
        let mut place = hash as usize & mask;
        while let Some(slot) = self.slots.get_mut(place) {
            if *slot == 0 {
                *slot = number.saturating_add(1);
                return;
            }
            place = (place + 1) & mask;
        }
    }
}

#[allow(clippy::cast_possible_truncation)]
fn shortened(hash: u64) -> u32 {
    (hash ^ (hash >> 32)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_again_among_equal_hashes() {
        let mut index = Index::default();
        for number in 0..1000 {
            assert_eq!(index.find(number % 7, |_| false), None);
            assert_eq!(index.insert(number % 7), u32::try_from(number).unwrap());
        }
        assert_eq!(index.find(500 % 7, |number| number == 500), Some(500));
        assert_eq!(index.hashes.len(), 1000);
    }
}
