//! The names the author of a name may have meant.

/// The longest name that is compared with others, in bytes.
const LONGEST: usize = 64;

/// How many names are suggested at most.
const MOST: usize = 3;

/// Those of the names there are that differ from one in a few letters, the nearest first.
pub(super) fn nearest<'n>(name: &str, there_are: impl IntoIterator<Item = &'n str>) -> Vec<String> {
    let most = name.len() / 3;
    let mut near: Vec<(usize, &str)> = there_are
        .into_iter()
        .filter(|other| *other != name && other.len() <= LONGEST && name.len().abs_diff(other.len()) <= most)
        .filter(|_| (3..=LONGEST).contains(&name.len()))
        .map(|other| (distance(name, other), other))
        .filter(|(distance, _)| *distance <= most)
        .collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().take(MOST).map(|(_, other)| other.to_owned()).collect()
}

/// How many letters have to be put in, left out or replaced to make one name of the other.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.chars().count()).collect();
    for (place, letter) in left.chars().enumerate() {
        let mut diagonal = place;
        let mut before = place + 1;
        for (cell, other) in row.iter_mut().skip(1).zip(right.chars()) {
            let replaced = diagonal + usize::from(letter != other);
            diagonal = *cell;
            before = replaced.min(diagonal + 1).min(before + 1);
            *cell = before;
        }
        if let Some(first) = row.first_mut() {
            *first = place + 1;
        }
    }
    row.last().copied().unwrap_or(left.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_a_few_letters_are_near() {
        assert_eq!(nearest("contaner", ["container", "containers", "input", "contaner"]), ["container", "containers"]);
        assert_eq!(nearest("usr", ["user", "us", "group"]), ["us", "user"]);
        assert_eq!(nearest("x", ["y"]), [""; 0]);
    }

    #[test]
    fn the_distance_counts_letters() {
        assert_eq!((distance("kitten", "sitting"), distance("", "ab"), distance("é", "e")), (3, 2, 1));
    }
}
