//! The process environment as a value.

use super::ConfigError;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

/// The variables a run started with. Only `main` reads the process; everybody else is handed this.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<OsString, OsString>);

impl std::fmt::Debug for Environment {
    /// The names alone: values may be secret.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

impl Environment {
    /// Takes the variables.
    #[must_use]
    pub fn new(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        Self(variables.into_iter().collect())
    }

    /// Takes variables that are plain text.
    #[must_use]
    pub fn of(variables: &[(&str, &str)]) -> Self {
        Self::new(variables.iter().map(|(name, value)| ((*name).into(), (*value).into())))
    }

    /// A variable as text; `None` where it is not set, empty, or no UTF-8.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        let value = self.0.get(std::ffi::OsStr::new(name))?.to_str()?;
        (!value.is_empty()).then(|| value.to_owned())
    }

    /// All variables that are text.
    #[must_use]
    pub fn texts(&self) -> BTreeMap<String, String> {
        let text =
            |(name, value): (&OsString, &OsString)| Some((name.to_str()?.to_owned(), value.to_str()?.to_owned()));
        self.0.iter().filter_map(text).collect()
    }

    /// A variable as a path; `None` where it is not set or empty.
    #[must_use]
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.0.get(std::ffi::OsStr::new(name)).filter(|value| !value.is_empty()).map(PathBuf::from)
    }

    /// Whether a variable is set to something.
    #[must_use]
    pub fn is_set(&self, name: &str) -> bool {
        self.path(name).is_some()
    }

    /// A variable as yes or no.
    ///
    /// # Errors
    /// A value that is neither.
    pub fn flag(&self, name: &'static str) -> Result<Option<bool>, ConfigError> {
        let Some(value) = self.text(name) else { return Ok(None) };
        match value.to_ascii_lowercase().as_str() {
            "1" | "true" | "yes" | "on" => Ok(Some(true)),
            "0" | "false" | "no" | "off" => Ok(Some(false)),
            _ => Err(ConfigError::Variable { variable: name, value, wanted: "wanted true or false" }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_not_shown() {
        let environment = Environment::of(&[("POLICY_REGISTRY_PASSWORD", "hunter2")]);
        assert_eq!(format!("{environment:?}"), r#"{"POLICY_REGISTRY_PASSWORD"}"#);
    }
}
