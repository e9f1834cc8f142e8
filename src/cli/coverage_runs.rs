//! `--coverage-runs`: the reasons that are looked for why something was not evaluated.

use crate::eval::Reason;
use crate::ops::OpsError;

/// The reasons that are named, in the order in which they are told; all of them where nothing is.
///
/// # Errors
/// A word that names none.
pub(super) fn reasons(named: &[String]) -> Result<Vec<Reason>, OpsError> {
    if named.is_empty() {
        return Ok(Reason::ALL.to_vec());
    }
    let words: Vec<&str> = named.iter().flat_map(|text| text.split(',')).filter(|word| !word.is_empty()).collect();
    let is_known = |word: &&str| Reason::ALL.iter().any(|reason| reason.name() == *word);
    if let Some(word) = words.iter().find(|word| !is_known(word)) {
        let [first, second] = Reason::ALL.map(Reason::name);
        return Err(OpsError::Usage(format!("--coverage-runs: {word:?} is neither {first} nor {second}")));
    }
    Ok(Reason::ALL.into_iter().filter(|reason| words.contains(&reason.name())).collect())
}
