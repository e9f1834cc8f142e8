//! Bundles whose roots overlap, in the words of OPA 1.22.2.

use crate::bundle::Manifest;
use std::collections::BTreeSet;

/// What is wrong with bundles that are to be loaded together; none where their roots do not overlap.
pub(super) fn overlapping(bundles: &[(String, Manifest)]) -> Option<String> {
    let mut entries: Vec<(String, &str, &str)> = Vec::new();
    let mut empty = BTreeSet::new();
    for (name, manifest) in bundles {
        for root in &manifest.roots {
            if root.is_empty() {
                let _ = empty.insert(name.as_str());
            }
            let canonical = if root.is_empty() { String::new() } else { format!("{}/", root.trim_matches('/')) };
            entries.push((canonical, name, root));
        }
    }
    entries.sort();
    let (mut colliding, mut conflicts) = (BTreeSet::new(), BTreeSet::new());
    for (place, (canonical, name, root)) in entries.iter().enumerate() {
        let behind = entries.iter().skip(place + 1).take_while(|(other, ..)| other.starts_with(canonical));
        for (other, other_name, other_root) in behind.filter(|(_, other_name, _)| other_name != name) {
            colliding.extend([*name, *other_name]);
            let _ = conflicts.insert(if other == canonical {
                format!("root {root} is in multiple bundles")
            } else {
                let (first, second) = if root <= other_root { (root, other_root) } else { (other_root, root) };
                format!("{first} overlaps {second}")
            });
        }
    }
    let listed = |names: BTreeSet<&str>| names.into_iter().collect::<Vec<_>>().join(", ");
    if colliding.is_empty() {
        return None;
    }
    let names = listed(colliding);
    if !empty.is_empty() {
        return Some(format!(
            "bundles [{names}] have overlapping roots and cannot be activated simultaneously because bundle(s) [{}] \
             specify empty root paths ('') which overlap with any other bundle root",
            listed(empty)
        ));
    }
    let conflicts: Vec<String> = conflicts.into_iter().collect();
    Some(format!("detected overlapping roots in manifests for these bundles: [{names}] ({})", conflicts.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bundles: &[(&str, &[&str])]) -> Option<String> {
        let manifest = |roots: &[&str]| Manifest {
            roots: roots.iter().map(|root| (*root).to_owned()).collect(),
            ..Manifest::default()
        };
        let bundles: Vec<_> = bundles.iter().map(|(name, roots)| ((*name).to_owned(), manifest(roots))).collect();
        overlapping(&bundles)
    }

    #[test]
    fn bundles_that_overlap_are_named_with_their_roots() {
        assert_eq!(told(&[("a", &["x", "x/y"]), ("b", &["xy"])]), None);
        let wanted = "detected overlapping roots in manifests for these bundles: [a, b] (root x is in multiple bundles, \
                      x overlaps x/y)";
        assert_eq!(told(&[("a", &["x"]), ("b", &["x", "x/y"])]).as_deref(), Some(wanted));
        assert!(told(&[("a", &[""]), ("b", &["x"])]).is_some_and(|text| text.contains("bundle(s) [a] specify")));
    }
}
