//! The cases of a test: the keys of its object, and those it recorded on its way to a key it never reached.

use crate::eval::Failed;
use crate::eval::Value;

/// A case of a test.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its name: a string as it is, all else as JSON. Empty where its value is `null`, as OPA 1.22.2 has it.
    pub name: String,
    /// Whether it, or a case in it, failed.
    pub failed: bool,
    /// The cases in it, by their keys.
    pub cases: Vec<Case>,
    /// The last expression that did not hold before it was done, where it was recorded and values are to be shown.
    pub failed_at: Option<Failed>,
    key: String,
}

impl Case {
    /// What it is found under: its name, where it has one.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// It, or the cases in it that have none in them.
    #[must_use]
    pub fn leaves(&self) -> Vec<&Self> {
        if self.cases.is_empty() { vec![self] } else { self.cases.iter().flat_map(Self::leaves).collect() }
    }

    fn new(name: String, failed: bool, cases: Vec<Self>, key: String) -> Self {
        Self { name, failed, cases, failed_at: None, key }
    }

    fn of(key: String, value: &Value) -> Self {
        match value {
            Value::Null => Self::new(String::new(), false, Vec::new(), key),
            Value::Object(_) => {
                let cases = of_value(value);
                Self::new(key.clone(), cases.iter().any(|case| case.failed), cases, key)
            }
            other => Self::new(key.clone(), *other != Value::Bool(true), Vec::new(), key),
        }
    }
}

/// The cases of a test whose document is an object.
pub(super) fn of_value(value: &Value) -> Vec<Case> {
    let Some(entries) = value.as_object() else { return Vec::new() };
    let mut cases: Vec<Case> = Vec::new();
    for (key, value) in entries.iter() {
        let key = name(key);
        cases.retain(|case| case.key != key);
        cases.push(Case::of(key, value));
    }
    cases.sort_by(|left, right| left.key.cmp(&right.key));
    cases
}

/// Adds a case that was recorded, an array of keys, and what did not hold before the next was; gives whether it failed. One
/// the object has fails as it does there.
pub(super) fn add(cases: &mut Vec<Case>, recorded: &Value, failed_at: Option<&Failed>) -> bool {
    let keys: Vec<String> = recorded.as_array().map(|keys| keys.iter().map(name).collect()).unwrap_or_default();
    add_at(cases, &keys, failed_at)
}

fn add_at(cases: &mut Vec<Case>, keys: &[String], failed_at: Option<&Failed>) -> bool {
    let Some((key, inner)) = keys.split_first() else { return true };
    let place = cases.binary_search_by(|case| case.key.cmp(key)).unwrap_or_else(|place| {
        cases.insert(place, Case::new(key.clone(), true, Vec::new(), key.clone()));
        place
    });
    let Some(case) = cases.get_mut(place) else { return true };
    if inner.is_empty() {
        case.failed_at = failed_at.cloned();
        return case.failed;
    }
    let failed = add_at(&mut case.cases, inner, failed_at);
    case.failed |= failed;
    failed
}

/// What a case of this key is called.
fn name(key: &Value) -> String {
    match key {
        Value::String(text) => text.to_string(),
        other => other.to_json(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        Value::from_json(text).unwrap()
    }

    fn told(cases: &[Case]) -> Vec<(String, bool)> {
        cases.iter().map(|case| (case.name.clone(), case.failed)).collect()
    }

    #[test]
    fn true_passes_and_null_too_without_a_name() {
        let cases = of_value(&value(r#"{"b": true, "a": false, "c": 1, "d": null, "e": {"f": true, "g": []}}"#));
        let wanted = [("a", true), ("b", false), ("c", true), ("", false), ("e", true)];
        assert_eq!(told(&cases), wanted.map(|(name, failed)| (name.to_owned(), failed)));
        assert_eq!(cases.iter().flat_map(Case::leaves).count(), 6);
    }

    #[test]
    fn a_recorded_case_that_is_no_key_failed() {
        let mut cases = of_value(&value(r#"{"g": {"x": true}, "[1]": true}"#));
        assert!(!add(&mut cases, &value(r#"["g", "x"]"#), None));
        assert!(add(&mut cases, &value(r#"["g", "y"]"#), None));
        assert!(!add(&mut cases, &value("[[1]]"), None));
        assert_eq!(told(&cases), [("[1]".to_owned(), false), ("g".to_owned(), true)]);
        assert_eq!(told(&cases[1].cases), [("x".to_owned(), false), ("y".to_owned(), true)]);
    }
}
