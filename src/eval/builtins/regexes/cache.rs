//! Patterns that have been compiled.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use regex::{Regex, RegexBuilder};

use super::syntax;

/// How many patterns are kept.
const MOST_KEPT: usize = 100;

/// The most bytes that a compiled pattern may take.
const MOST_BYTES: usize = 32 << 20;

/// The pattern, ready to be applied.
pub(super) fn compiled(pattern: &str) -> Result<Regex, String> {
    static KEPT: LazyLock<Mutex<HashMap<String, Regex>>> = LazyLock::new(Mutex::default);
    let kept = || KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = kept().get(pattern) {
        return Ok(known.clone());
    }
    let translated = syntax::translated(pattern)?;
    let compiled = RegexBuilder::new(&translated).size_limit(MOST_BYTES).nest_limit(5000).build();
    let compiled = compiled.map_err(|_| format!("expression too large: `{pattern}`"))?;
    let mut kept = kept();
    if kept.len() >= MOST_KEPT {
        kept.clear();
    }
    drop(kept.insert(pattern.to_owned(), compiled.clone()));
    Ok(compiled)
}
