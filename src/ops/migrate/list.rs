//! A file that names what to move: a repository, or a pair of them, a line.

use super::{Account, Move};
use crate::oci::Name;
use crate::ops::OpsError;

/// A line that means nothing, with its number.
#[derive(Debug)]
pub struct Line {
    /// Counted from 1.
    pub number: usize,
    /// What is wrong with it.
    pub problem: String,
}

/// The repositories a text names. A line is `SOURCE TARGET`, or a repository of the account that is moved: its whole name,
/// its path, or what follows the account's. A tag behind it means that tag alone. Blank lines and what follows a `#` do not
/// count.
///
/// # Errors
/// The first line that is no name or pair.
pub fn lines(text: &str, accounts: Option<(&Account, &Account)>, default_domain: &str) -> Result<Vec<Move>, Line> {
    let mut moves = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default();
        let words: Vec<&str> = line.split_whitespace().collect();
        let read = match words.as_slice() {
            [] => continue,
            [source, target] => pair(source, target, default_domain),
            [one] => match accounts {
                Some((source, target)) => single(one, source, target),
                None => Err(OpsError::Usage(format!("{one}: where it is to go is not said"))),
            },
            _ => Err(OpsError::Usage("a line is a repository, or a source and a target".to_owned())),
        };
        moves.push(read.map_err(|error| Line { number: index + 1, problem: error.to_string() })?);
    }
    Ok(moves)
}

fn pair(source: &str, target: &str, default_domain: &str) -> Result<Move, OpsError> {
    let (source, target) = (Name::parse(source, default_domain)?, Name::parse(target, default_domain)?);
    let tag = source.reference.tag().filter(|_| source.has_target).map(str::to_owned);
    let renamed = target.has_target && target.reference.tag() != source.reference.tag();
    if source.reference.digest().is_some() || renamed {
        return Err(OpsError::Usage(
            "only whole repositories, or single tags under their own name, are moved".to_owned(),
        ));
    }
    Ok(Move { source: source.reference, target: target.reference, tag })
}

fn single(typed: &str, source: &Account, target: &Account) -> Result<Move, OpsError> {
    let path = typed.strip_prefix(source.registry()).and_then(|rest| rest.strip_prefix('/')).unwrap_or(typed);
    let rest = source.within(path).unwrap_or(path);
    let (rest, tag) = match rest.rsplit_once(':') {
        Some((rest, tag)) => (rest, Some(tag.to_owned())),
        None => (rest, None),
    };
    if rest.is_empty() {
        return super::itself(source, target).map(|one| Move { tag, ..one });
    }
    Ok(Move { source: source.repository(rest)?, target: target.repository(rest)?, tag })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_pair_or_a_repository_of_the_account() {
        let (source, target) =
            (Account::parse("opcr.io/acme", "").unwrap(), Account::parse("ghcr.io/other", "").unwrap());
        let text = "# all of these\nopcr.io/acme/a\nacme/b:1.0\n\nc/d # nested\nx.example/e y.example/f\n";
        let read: Vec<String> = lines(text, Some((&source, &target)), "docker.io")
            .unwrap()
            .iter()
            .map(|one| format!("{} {} {:?}", one.source.repository(), one.target.repository(), one.tag))
            .collect();
        assert_eq!(
            read,
            [
                "opcr.io/acme/a ghcr.io/other/a None",
                "opcr.io/acme/b ghcr.io/other/b Some(\"1.0\")",
                "opcr.io/acme/c/d ghcr.io/other/c/d None",
                "x.example/e y.example/f None",
            ]
        );
        assert_eq!(lines("a/b\n", None, "docker.io").unwrap_err().number, 1);
        for bad in ["a b c", "A", "x/y@sha256:00 z/y", "x/y:1 z/y:2"] {
            assert_eq!(
                lines(&format!("\n{bad}"), Some((&source, &target)), "docker.io").unwrap_err().number,
                2,
                "{bad}"
            );
        }
    }
}
