//! What tests of stages share.

use super::{CheckOptions, check};
use crate::rego::syntax::{Module, Options, RegoVersion, parse};

/// The messages of a program of v1 texts, which are the files `0.rego`, `1.rego` …
pub(super) fn messages(texts: &[&str], options: &CheckOptions) -> Vec<String> {
    let module = |(place, text): (usize, &&str)| {
        let file = format!("{place}.rego");
        parse(text.as_bytes(), &file, &Options::new(RegoVersion::V1)).expect("a module")
    };
    let modules: Vec<Module> = texts.iter().enumerate().map(module).collect();
    let (_, errors) = check(&modules, options);
    errors.into_iter().map(|error| error.message).collect()
}
