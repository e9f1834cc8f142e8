//! What to do about a module with errors.

use crate::ops::Problem;
use crate::rego::syntax::ParseError;
use crate::ui::{Snippet, Ui};

/// Tells each error with its line.
pub(super) fn tell(ui: &Ui, problems: &[Problem]) {
    for problem in problems {
        let place = problem.error.placed.then_some((problem.error.row, problem.error.column));
        ui.snippet(&Snippet {
            code: ParseError::CODE,
            message: &problem.error.message,
            file: &problem.file,
            place,
            line: problem.excerpt.as_ref().map(|excerpt| (excerpt.line.as_str(), excerpt.marked.clone())),
            hints: hints(problem),
        });
    }
}

fn hints(problem: &Problem) -> Vec<String> {
    let message = problem.error.message.as_str();
    if problem.reads_as_v0 {
        return vec!["this is Rego of before OPA 1.0: --rego-version rego.v0 reads it".to_owned()];
    }
    if let Some(keyword) = problem.near_keyword {
        return vec![format!("did you mean `{keyword}`?")];
    }
    if message.starts_with("`if` keyword is required") {
        return vec!["write `if` before the body: allow if { … }".to_owned()];
    }
    Vec::new()
}
