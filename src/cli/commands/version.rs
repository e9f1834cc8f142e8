//! `policy version`.

use super::Context;
use crate::ops::OpsError;
use crate::ui::{Report, sentence};
use serde_json::{Value, json};

/// What release builds set, and `undefined` where nobody did.
const DATE: &str = match option_env!("POLICY_BUILD_DATE") {
    Some(date) => date,
    None => "undefined",
};
const COMMIT: &str = match option_env!("POLICY_BUILD_COMMIT") {
    Some(commit) => commit,
    None => "undefined",
};

struct Version;

/// Prints the version.
pub(in crate::cli) fn run(context: &Context) -> Result<(), OpsError> {
    context.ui.report(&Version)?;
    Ok(())
}

impl Report for Version {
    fn text(&self) -> String {
        let version = env!("CARGO_PKG_VERSION");
        sentence("Policy CLI.", &[("version", version), ("date", DATE), ("commit", COMMIT)])
    }

    fn json(&self) -> Value {
        json!({ "version": env!("CARGO_PKG_VERSION"), "date": DATE, "commit": COMMIT })
    }

    fn quiet(&self) -> Vec<String> {
        vec![env!("CARGO_PKG_VERSION").to_owned()]
    }
}
