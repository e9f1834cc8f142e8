//! Parse errors of modules: the gate a bundle passes before it is packed.

use super::{depth, lengths};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The version of the language a module is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Before OPA 1.0.
    V0,
    /// What is valid both before and since OPA 1.0.
    V0V1,
    /// Since OPA 1.0.
    V1,
}

/// Why a module cannot be parsed. Positions count from 1; zero where the parser does not tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The module.
    pub file: String,
    /// The line.
    pub row: usize,
    /// The character in the line.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

/// The parse errors of modules, each a name, its text and the dialect it is read as, in the order of the modules.
/// Modules are parsed on as many threads as there are processors.
#[must_use]
pub fn syntax_errors(modules: &[(&str, &str, Dialect)]) -> Vec<SyntaxError> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(modules.len().max(1));
    let next = AtomicUsize::new(0);
    let work = || {
        let mut found = Vec::new();
        while let Some((place, (file, text, dialect))) = {
            let place = next.fetch_add(1, Ordering::Relaxed);
            modules.get(place).map(|module| (place, module))
        } {
            if let Some(error) = syntax_error(file, text, *dialect) {
                found.push((place, error));
            }
        }
        found
    };
    let mut found: Vec<(usize, SyntaxError)> = if threads == 1 {
        work()
    } else {
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
        })
    };
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, error)| error).collect()
}

fn syntax_error(file: &str, text: &str, dialect: Dialect) -> Option<SyntaxError> {
    if let Some((row, column)) = depth::too_deep(text) {
        let message = format!("brackets nest deeper than {} levels", depth::DEEPEST);
        return Some(SyntaxError { file: file.to_owned(), row, column, message });
    }
    let versions: &[bool] = match dialect {
        Dialect::V0 => &[true],
        Dialect::V0V1 => &[true, false],
        Dialect::V1 => &[false],
    };
    versions.iter().find_map(|is_v0| {
        let mut engine = regorus::Engine::new();
        engine.set_rego_v0(*is_v0);
        if let Some(lengths) = lengths() {
            engine.set_policy_length_config(lengths);
        }
        let parsed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            engine.add_policy(file.to_owned(), text.to_owned()).map_err(|error| error.to_string())
        }));
        match parsed {
            Ok(Ok(_)) => None,
            Ok(Err(message)) => Some(read_message(file, &message)),
            Err(_) => Some(SyntaxError {
                file: file.to_owned(),
                row: 0,
                column: 0,
                message: "the parser failed on this module".to_owned(),
            }),
        }
    })
}

/// Takes a message of regorus apart: `--> file:row:column`, source lines, `error: text`.
fn read_message(file: &str, message: &str) -> SyntaxError {
    let position = message.lines().find_map(|line| {
        let rest = line.trim_start().strip_prefix("-->")?.trim().strip_prefix(file)?.strip_prefix(':')?;
        let (row, column) = rest.split_once(':')?;
        Some((row.parse().ok()?, column.trim().parse().ok()?))
    });
    let text = message
        .lines()
        .find_map(|line| line.trim_start().strip_prefix("error:"))
        .unwrap_or_else(|| message.lines().find(|line| !line.trim().is_empty()).unwrap_or_default());
    let (row, column) = position.unwrap_or_default();
    SyntaxError { file: file.to_owned(), row, column, message: text.trim().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_has_its_file_row_and_column() {
        let errors = syntax_errors(&[
            ("good.rego", "package a\n\nallow if input.x\n", Dialect::V1),
            ("bad.rego", "package a\n\nallow {\n  input.x\n}\n", Dialect::V1),
        ]);
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert_eq!((errors[0].file.as_str(), errors[0].row), ("bad.rego", 3), "{errors:?}");
        assert!(!errors[0].message.is_empty());
    }

    #[test]
    fn a_v0_module_is_read_as_one_when_asked() {
        assert_eq!(syntax_errors(&[("a.rego", "package a\nallow { input.x }\n", Dialect::V0)]), []);
        assert_eq!(syntax_errors(&[("a.rego", "package a\nallow { input.x }\n", Dialect::V0V1)]).len(), 1);
    }

    #[test]
    fn deep_brackets_are_refused_at_once() {
        let text = format!("package a\nx := {}{}\n", "[".repeat(40), "]".repeat(40));
        let errors = syntax_errors(&[("a.rego", &text, Dialect::V1)]);
        assert_eq!((errors[0].row, errors[0].column), (2, 20));
    }

    #[test]
    fn long_lines_and_files_are_no_errors() {
        let long = format!("package a\nx := \"{}\"\n", "a".repeat(5000));
        let many = "package a\ny := 1\n".to_owned() + &"\n".repeat(30_000);
        assert_eq!(syntax_errors(&[("l.rego", &long, Dialect::V1), ("m.rego", &many, Dialect::V1)]), []);
    }
}
