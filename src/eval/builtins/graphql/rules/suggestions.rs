//! Names like one that is not known.

/// The names that are most like a text, the most like first.
pub(super) fn alike<'n>(text: &str, names: impl IntoIterator<Item = &'n str>) -> Vec<&'n str> {
    let threshold = text.len() * 2 / 5 + 1;
    let mut found: Vec<(usize, &str)> = names
        .into_iter()
        .map(|name| (distance(text, name), name))
        .filter(|(distance, _)| *distance <= threshold)
        .collect();
    found.sort_by_key(|(distance, _)| *distance);
    found.into_iter().map(|(_, name)| name).collect()
}

/// A question after names, with a space before it; nothing where there are none.
pub(super) fn question(begin: &str, names: &[&str], is_quoted: bool) -> String {
    if names.is_empty() {
        return String::new();
    }
    let names: Vec<String> =
        names.iter().take(5).map(|name| if is_quoted { format!("\"{name}\"") } else { (*name).to_owned() }).collect();
    let listed = match names.as_slice() {
        [first, second] => format!("{first} or {second}"),
        [before @ .., last] if !before.is_empty() => format!("{}, or {last}", before.join(", ")),
        _ => names.concat(),
    };
    format!(" {begin} {listed}?")
}

/// How many edits make one text of the other; a change of case alone is one.
fn distance(first: &str, second: &str) -> usize {
    if first == second {
        return 0;
    }
    let (first, second) = (first.to_lowercase(), second.to_lowercase());
    if first == second {
        return 1;
    }
    let second: Vec<char> = second.chars().collect();
    let mut row: Vec<usize> = (0..=second.len()).collect();
    for (index, one) in first.chars().enumerate() {
        let mut next = vec![index + 1];
        for ((other, above), diagonal) in second.iter().zip(row.iter().skip(1)).zip(&row) {
            let left = next.last().copied().unwrap_or_default();
            next.push((diagonal + usize::from(one != *other)).min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_by_their_likeness() {
        assert_eq!(alike("nmae", ["name", "NAME", "age", "nmae2"]), ["nmae2", "name", "NAME"]);
        assert_eq!(question("Did you mean", &["a", "b"], true), " Did you mean \"a\" or \"b\"?");
        assert_eq!(question("Did you mean", &["a", "b", "c"], false), " Did you mean a, b, or c?");
        assert_eq!(question("Did you mean", &["a"], false), " Did you mean a?");
        assert_eq!(question("Did you mean", &[], false), "");
    }
}
