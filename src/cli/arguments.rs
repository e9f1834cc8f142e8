//! Makes argument lists that the Go CLI understands understandable to clap.
//!
//! Two habits: a flag may be given a value (`--force=true`, `-k=0`), and typography may have made dashes of hyphens
//! (`-–password-stdin`, as the founding post prints it).

use clap::{ArgAction, Command};
use std::ffi::OsString;

/// Rewrites what was typed after the program's name. What is not text, and everything after `--`, stays.
#[must_use]
pub fn normalise(tree: &Command, typed: &[OsString]) -> Vec<OsString> {
    let mut command = tree;
    let mut result: Vec<OsString> = Vec::with_capacity(typed.len());
    let mut rest = typed.iter();
    let mut value_follows = false;
    for argument in rest.by_ref() {
        if std::mem::take(&mut value_follows) {
            result.push(argument.clone());
            continue;
        }
        let Some(text) = argument.to_str() else {
            result.push(argument.clone());
            continue;
        };
        if text == "--" {
            result.push(argument.clone());
            break;
        }
        let text = hyphenated(tree, command, text).unwrap_or_else(|| text.to_owned());
        if !text.starts_with('-') || text == "-" {
            if let Some(next) = command.find_subcommand(&text) {
                command = next;
            }
            result.push(text.into());
            continue;
        }
        match flag_with_value(tree, command, &text) {
            Some((flag, true)) => result.push(flag.into()),
            Some((flag, false)) => result.retain(|earlier| !is_same_flag(tree, command, &flag, earlier)),
            None => {
                value_follows = takes_next(tree, command, &text);
                result.push(text.into());
            }
        }
    }
    result.extend(rest.cloned());
    result
}

/// Hyphens for dashes, if the result names a flag of the command.
fn hyphenated(tree: &Command, command: &Command, text: &str) -> Option<String> {
    let is_dash = |character: char| matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}');
    let name = text.trim_start_matches(is_dash);
    let lead = text.strip_suffix(name)?;
    if lead.is_empty() || lead.chars().all(|character| character == '-') {
        return None;
    }
    let word = name.split('=').next().unwrap_or_default();
    let candidate = if word.chars().count() == 1 { format!("-{name}") } else { format!("--{name}") };
    find(tree, command, &candidate).map(|_| candidate)
}

/// A yes-or-no flag that was given a value: the flag, and whether it is on.
fn flag_with_value(tree: &Command, command: &Command, text: &str) -> Option<(String, bool)> {
    let (flag, value) = text.split_once('=')?;
    let argument = find(tree, command, flag)?;
    if !matches!(argument.get_action(), ArgAction::SetTrue) {
        return None;
    }
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" => Some((flag.to_owned(), true)),
        "false" | "0" | "no" => Some((flag.to_owned(), false)),
        _ => None,
    }
}

fn is_same_flag(tree: &Command, command: &Command, flag: &str, earlier: &OsString) -> bool {
    let earlier = earlier.to_str().and_then(|earlier| find(tree, command, earlier));
    matches!((find(tree, command, flag), earlier), (Some(one), Some(other)) if one.get_id() == other.get_id())
}

/// Whether a flag's value is the next argument.
fn takes_next(tree: &Command, command: &Command, text: &str) -> bool {
    !text.contains('=')
        && find(tree, command, text).is_some_and(|argument| {
            matches!(argument.get_action(), ArgAction::Set | ArgAction::Append) && !argument.is_require_equals_set()
        })
}

/// The argument a flag such as `-k` or `--insecure` names, without its value.
fn find<'a>(tree: &'a Command, command: &'a Command, flag: &str) -> Option<&'a clap::Arg> {
    let name = flag.split('=').next().unwrap_or_default();
    let mut arguments = command.get_arguments().chain(tree.get_arguments());
    if let Some(long) = name.strip_prefix("--") {
        return arguments
            .find(|argument| argument.get_long_and_visible_aliases().is_some_and(|names| names.contains(&long)));
    }
    let mut letters = name.strip_prefix('-')?.chars();
    match (letters.next(), letters.next()) {
        (Some(short), None) => arguments.find(|argument| argument.get_short() == Some(short)),
        _ => None,
    }
}

/// Reads a whole number as Go does: 16, 0x10, 0o20, 0b1_0000.
pub(super) fn integer(text: &str) -> Result<i64, String> {
    let wanted = || format!("{text:?} is no whole number");
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = digits.to_ascii_lowercase();
    let prefixes = [("0x", 16), ("0o", 8), ("0b", 2), ("0", 8)];
    let found = prefixes.iter().find_map(|(prefix, radix)| Some((lower.strip_prefix(prefix)?, *radix)));
    let (digits, radix) = found.filter(|(digits, _)| !digits.is_empty()).unwrap_or((&lower, 10));
    if digits.starts_with(['+', '-']) {
        return Err(wanted());
    }
    i64::from_str_radix(&format!("{sign}{}", digits.replace('_', "")), radix).map_err(|_| wanted())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn normal(typed: &str) -> String {
        let tree = super::super::tree::Cli::command();
        let typed: Vec<OsString> = typed.split(' ').map(OsString::from).collect();
        let normal: Vec<String> =
            normalise(&tree, &typed).into_iter().map(|argument| argument.into_string().unwrap()).collect();
        normal.join(" ")
    }

    #[test]
    fn dashes_are_read_as_hyphens_when_they_make_a_flag() {
        assert_eq!(
            normal("login -–password-stdin –s ghcr.io —username=me"),
            "login --password-stdin -s ghcr.io --username=me"
        );
        assert_eq!(normal("login –nonsense"), "login –nonsense");
        assert_eq!(normal("tag –a b"), "tag –a b");
        assert_eq!(normal("rm -- –f"), "rm -- –f");
    }

    #[test]
    fn a_flag_takes_a_value_as_in_the_go_cli() {
        assert_eq!(normal("rm --force=true x"), "rm --force x");
        assert_eq!(normal("rm -f=1 x"), "rm -f x");
        assert_eq!(normal("-k rm --force -k=0 x --force=false"), "rm x");
        assert_eq!(normal("push --plaintext=false x"), "push --plaintext=false x");
        assert_eq!(normal("build --entrypoint= ."), "build --entrypoint= .");
    }

    #[test]
    fn the_value_of_a_flag_is_left_alone() {
        assert_eq!(normal("build -t –s ."), "build -t –s .");
    }

    #[test]
    fn whole_numbers_are_read_as_in_go() {
        for (text, wanted) in [("0", 0), ("-12", -12), ("0x10", 16), ("017", 15), ("0B101", 5), ("1_000", 1000)] {
            assert_eq!(integer(text), Ok(wanted), "{text}");
        }
        assert!(["", "many", "1.5", "0x", "--1", "08"].iter().all(|text| integer(text).is_err()));
    }
}
