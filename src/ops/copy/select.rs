//! Which tags of a repository are meant.

use super::OpsError;
use crate::bundle::glob;

/// The tags to take: those that match one of `wanted`, or all where it is empty, and none of `unwanted`.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Patterns of tags to take.
    pub wanted: Vec<String>,
    /// Patterns of tags to leave.
    pub unwanted: Vec<String>,
}

impl Selection {
    /// Whether the patterns read.
    ///
    /// # Errors
    /// The first that does not.
    pub fn check(&self) -> Result<(), OpsError> {
        match self.wanted.iter().chain(&self.unwanted).find(|pattern| glob::matches(pattern, "").is_none()) {
            None => Ok(()),
            Some(pattern) => Err(OpsError::Usage(format!("{pattern:?} is not a pattern for tags, such as '1.*'"))),
        }
    }

    /// Whether a tag is meant.
    #[must_use]
    pub fn takes(&self, tag: &str) -> bool {
        let any = |patterns: &[String]| patterns.iter().any(|pattern| glob::matches(pattern, tag) == Some(true));
        (self.wanted.is_empty() || any(&self.wanted)) && !any(&self.unwanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_taken_by_pattern() {
        let patterns = |list: &[&str]| list.iter().map(|pattern| (*pattern).to_owned()).collect::<Vec<_>>();
        let some = Selection { wanted: patterns(&["1.*", "latest"]), unwanted: patterns(&["*-rc?"]) };
        let taken: Vec<&str> = ["1.0", "1.1-rc1", "2.0", "latest"].into_iter().filter(|tag| some.takes(tag)).collect();
        assert_eq!(taken, ["1.0", "latest"]);
        assert!(Selection::default().takes("anything"));
        assert!(Selection { wanted: patterns(&["[a"]), unwanted: Vec::new() }.check().is_err());
    }
}
