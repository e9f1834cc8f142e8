//! Paths that are made shorter, so that what stands beside them has room, as OPA 1.22.2 makes them.

use std::collections::{BTreeMap, BTreeSet};

/// How wide places may be before paths are made shorter.
const WIDE: usize = 64;

/// What stands for what is left out.
const GAP: &str = "...";

/// Paths and what is shown of them, where the widest place they stand in is so wide.
pub(super) fn shortened<'p>(paths: &[&'p str], widest: usize) -> BTreeMap<&'p str, String> {
    let common = if widest > WIDE { left_out(paths, widest) } else { String::new() };
    let shown = |path: &&'p str| match common.len() > GAP.len() {
        true => (*path, path.replacen(&common, GAP, 1)),
        false => (*path, (*path).to_owned()),
    };
    paths.iter().map(shown).collect()
}

/// What is left out: no more of what paths have in common than is needed.
fn left_out(paths: &[&str], widest: usize) -> String {
    let folders: Vec<String> = paths.iter().map(|path| below_the_first(path)).collect();
    let mut common = longest_in_all(&folders);
    let spare = (WIDE + common.len()).saturating_sub(widest + GAP.len());
    common.truncate(common.floor_char_boundary(common.len().saturating_sub(spare)));
    common
}

/// The folder of a path, below the first one in it.
fn below_the_first(path: &str) -> String {
    let folder = path.rsplit_once('/').map_or(".", |(folder, _)| folder);
    let folder = folder.strip_prefix('/').unwrap_or(folder);
    folder.split_once('/').filter(|(first, _)| !first.is_empty()).map_or(folder, |(_, rest)| rest).to_owned()
}

/// The longest text that is in all of several; of several such the least.
fn longest_in_all(texts: &[String]) -> String {
    if let [only] = texts {
        return only.clone();
    }
    let characters: Vec<Vec<char>> = texts.iter().map(|text| text.chars().collect()).collect();
    let mut longest = String::new();
    let (mut least, mut most) = (1, characters.iter().map(Vec::len).min().unwrap_or_default());
    while least <= most {
        let length = least.midpoint(most);
        match in_all(&characters, length) {
            Some(found) => {
                longest = found;
                least = length + 1;
            }
            None => most = length - 1,
        }
    }
    longest
}

/// The least of the texts of a length that are in all of several.
fn in_all(texts: &[Vec<char>], length: usize) -> Option<String> {
    let parts = |text: &Vec<char>| -> BTreeSet<String> {
        text.windows(length).map(|part| part.iter().collect::<String>()).collect()
    };
    let (first, rest) = texts.split_first()?;
    let mut common = parts(first);
    for text in rest {
        let own = parts(text);
        common.retain(|part| own.contains(part));
    }
    common.pop_first()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_paths_have_in_common_gives_way() {
        let long = "policies/authorization/applications/inventory/backend/v1/rules/allow_test.rego";
        let shown = shortened(&[long], long.len() + 2);
        assert_eq!(shown[long], "policies/...cations/inventory/backend/v1/rules/allow_test.rego");
    }

    #[test]
    fn short_paths_stay() {
        assert_eq!(shortened(&["a/b/c.rego"], 12)["a/b/c.rego"], "a/b/c.rego");
        assert_eq!(longest_in_all(&["abcxyz".to_owned(), "xyzabc".to_owned()]), "abc");
    }
}
