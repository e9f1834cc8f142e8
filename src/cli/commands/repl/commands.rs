//! The commands of a session.

use super::shell::{Flow, Shell};
use crate::cli::explain::Explain;
use crate::eval::session::SessionError;
use crate::ops::OpsError;
use crate::rego::syntax::{Options, RegoVersion, TermKind, parse_query};
use crate::ui::repl_help;

/// The words a line can begin with to be a command.
pub(super) const NAMES: [&str; 21] = [
    "show",
    "unset",
    "unset-package",
    "json",
    "pretty",
    "pretty-limit",
    "trace",
    "notes",
    "fails",
    "metrics",
    "instrument",
    "profile",
    "types",
    "unknown",
    "strict-builtin-errors",
    "traceback",
    "dump",
    "help",
    "target",
    "exit",
    "ctrl+l",
];

/// A command, and the words behind it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Typed<'l> {
    pub(super) name: &'static str,
    pub(super) words: Vec<&'l str>,
}

/// The command a line is, if it is one.
pub(super) fn command(line: &str) -> Option<Typed<'_>> {
    let mut words = line.split_whitespace();
    let first = words.next()?.to_lowercase();
    // It is only listed.
    let name = NAMES.into_iter().filter(|name| *name != "ctrl+l").find(|name| *name == first)?;
    Some(Typed { name, words: words.collect() })
}

/// What went wrong, in a line.
type Told = Result<String, String>;

impl Shell<'_> {
    /// Does what a command says.
    pub(super) fn obey(&mut self, typed: &Typed<'_>) -> Result<Flow, OpsError> {
        let words = typed.words.as_slice();
        let told = match typed.name {
            "exit" => return Ok(Flow::Ends),
            "show" => self.show(words),
            "unset" => self.unset(words),
            "unset-package" => self.unset_package(words),
            "json" | "pretty" => {
                self.settings.json = typed.name == "json";
                Ok(String::new())
            }
            "pretty-limit" => self.pretty_limit(words),
            "trace" => match words {
                [mode] => Explain::read(mode).map(|mode| self.explain(mode)),
                _ => Ok(self.explain(Explain::Full)),
            },
            "notes" => Ok(self.explain(Explain::Notes)),
            "fails" => Ok(self.explain(Explain::Fails)),
            "unknown" => self.unknown(words),
            "dump" => self.dump(words),
            "help" => match words.first() {
                None => Ok(repl_help::help()),
                Some(topic) => repl_help::topic(topic).ok_or_else(|| format!("unknown topic '{topic}'")),
            },
            "target" => self.target(words),
            name => {
                self.switch(name);
                Ok(String::new())
            }
        };
        let text = told.unwrap_or_else(|message| message + "\n");
        self.write(&text)?;
        Ok(Flow::GoesOn)
    }

    fn switch(&mut self, name: &str) {
        let settings = &mut self.settings;
        match name {
            "metrics" => {
                settings.metrics = !settings.metrics;
                settings.instrument = false;
            }
            "instrument" => {
                settings.instrument = !settings.instrument;
                settings.metrics = settings.instrument;
            }
            "profile" => settings.profile = !settings.profile,
            "types" => settings.types = !settings.types,
            "strict-builtin-errors" => settings.strict_builtin_errors = !settings.strict_builtin_errors,
            "traceback" => settings.traceback = !settings.traceback,
            _ => {}
        }
    }

    fn explain(&mut self, mode: Explain) -> String {
        self.settings.toggle(mode);
        self.settings.warning().unwrap_or_default()
    }

    fn show(&self, words: &[&str]) -> Told {
        match words.first() {
            None => Ok(self.session.text().unwrap_or_else(|| "no rules defined\n".to_owned())),
            Some(&"debug") => Ok(self.settings.debug()),
            Some(other) => Err(format!("unknown option '{other}'")),
        }
    }

    fn unset(&mut self, words: &[&str]) -> Told {
        let [reference] = words else {
            return Err("code bad arguments: unset <ref>: expects exactly one argument".to_owned());
        };
        match self.session.unset(reference) {
            Ok(true) => Ok(String::new()),
            Ok(false) => Ok("warning: no matching rules in current module\n".to_owned()),
            Err(error) => Err(words_of(error)),
        }
    }

    fn unset_package(&mut self, words: &[&str]) -> Told {
        let [path] = words else {
            return Err("code bad arguments: unset-package <var>: expects exactly one argument".to_owned());
        };
        match self.session.unset_package(path) {
            Ok(true) => Ok(String::new()),
            Ok(false) => Ok("warning: no matching package\n".to_owned()),
            Err(error) => Err(words_of(error)),
        }
    }

    fn pretty_limit(&mut self, words: &[&str]) -> Told {
        let [number] = words else { return Err("usage: pretty-limit <n>".to_owned()) };
        self.settings.pretty_limit = integer(number)?;
        Ok(String::new())
    }

    fn unknown(&mut self, words: &[&str]) -> Told {
        let is_reference = |word: &&str| {
            parse_query(word.as_bytes(), "", &Options::new(RegoVersion::V1)).is_ok_and(|(module, body)| {
                matches!(module.body(body), [only] if matches!(
                    module.expression(*only).kind,
                    crate::rego::syntax::ExpressionKind::Term(term)
                        if matches!(module.term(term).kind, TermKind::Var(_) | TermKind::Ref(_))
                ))
            })
        };
        if (words.is_empty() && self.settings.unknowns.is_empty()) || !words.iter().all(is_reference) {
            let usage = "usage: unknown <input/data reference> [<input/data reference> [...]] (hint: try 'input')";
            return Err(usage.to_owned());
        }
        self.settings.unknowns = words.iter().map(|word| (*word).to_owned()).collect();
        Ok(String::new())
    }

    fn dump(&self, words: &[&str]) -> Told {
        let text = self.session.data().to_json() + "\n";
        let Some(path) = words.first() else { return Ok(text) };
        std::fs::write(path, text).map(|()| String::new()).map_err(|error| super::unopened(path, &error))
    }

    fn target(&mut self, words: &[&str]) -> Told {
        let [target] = words else {
            let count = words.len();
            return Err(format!("code bad arguments: target <mode>: expects exactly one argument, got {count}"));
        };
        if !matches!(*target, "rego" | "wasm") {
            return Err(format!("invalid target \"{target}\":must be one of {{rego,wasm}}"));
        }
        self.settings.wasm = *target == "wasm";
        Ok(self.settings.warning().unwrap_or_default())
    }
}

fn words_of(error: SessionError) -> String {
    super::print::refusal(error)
}

/// A number as Go reads it.
fn integer(text: &str) -> Result<i64, String> {
    let wrong = |what: &str| format!("strconv.ParseInt: parsing {text:?}: {what}");
    text.parse().map_err(|error: std::num::ParseIntError| match error.kind() {
        std::num::IntErrorKind::PosOverflow | std::num::IntErrorKind::NegOverflow => wrong("value out of range"),
        _ => wrong("invalid syntax"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_its_first_word_in_any_case() {
        assert_eq!(command("  Show Debug "), Some(Typed { name: "show", words: vec!["Debug"] }));
        assert_eq!(command("show"), Some(Typed { name: "show", words: Vec::new() }));
        assert_eq!(command("(show)"), None);
        assert_eq!(command("ctrl+l"), None);
        assert_eq!(command(" "), None);
    }

    #[test]
    fn numbers_are_refused_in_the_words_of_go() {
        assert_eq!(integer("-5"), Ok(-5));
        assert_eq!(integer("many"), Err("strconv.ParseInt: parsing \"many\": invalid syntax".to_owned()));
    }
}
