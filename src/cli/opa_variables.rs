//! Variables of OPA that stand for flags of `eval`, `test` and `repl`: `OPA_EVAL_FORMAT=raw` for `--format raw`, and
//! `OPA_RUN_FORMAT=json` for that of `repl`.

use crate::config::Environment;
use clap::parser::ValueSource;
use clap::{ArgAction, ArgMatches, Command};
use std::ffi::OsString;

/// Arguments with the flags that variables stand for and that were not typed; `None` where there are none.
pub(super) fn with_flags(
    tree: &Command,
    matches: &ArgMatches,
    typed: &[OsString],
    environment: &Environment,
) -> Option<Vec<OsString>> {
    let (name, matches) = matches.subcommand().filter(|(name, _)| matches!(*name, "eval" | "test" | "repl"))?;
    let of_opa = if name == "repl" { "run" } else { name };
    let mut flags: Vec<OsString> = Vec::new();
    for argument in tree.find_subcommand(name)?.get_arguments() {
        let id = argument.get_id().as_str();
        let flag = match (argument.get_long(), argument.get_short()) {
            (Some(long), _) => format!("--{long}"),
            (None, Some(short)) => format!("-{short}"),
            (None, None) => continue,
        };
        let word = argument.get_long().unwrap_or(id);
        let variable = format!("OPA_{of_opa}_{word}").to_uppercase().replace('-', "_");
        let Some(value) = environment.text(&variable) else { continue };
        if matches.value_source(id) == Some(ValueSource::CommandLine) {
            continue;
        }
        let is_switch = matches!(argument.get_action(), ArgAction::SetTrue | ArgAction::Count);
        match value.as_str() {
            "1" | "t" | "T" | "TRUE" | "true" | "True" if is_switch => flags.push(flag.into()),
            "0" | "f" | "F" | "FALSE" | "false" | "False" if is_switch => {}
            value => flags.push(format!("{flag}={value}").into()),
        }
    }
    let end = typed.iter().position(|argument| argument == "--").unwrap_or(typed.len());
    let mut all = typed.to_vec();
    let has_flags = !flags.is_empty();
    all.splice(end..end, flags);
    has_flags.then_some(all)
}
