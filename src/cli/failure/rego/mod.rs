//! Modules with errors, as people are told of them.

mod hints;

use crate::ops::{Excerpt, Problem};
use crate::ui::{Lines, Mark, Snippet, Ui};
use std::collections::HashSet;

/// Tells each error with its lines.
pub(super) fn tell(ui: &Ui, problems: &[Problem]) {
    // Errors of one cause come in numbers, and a way out is told once.
    let mut told = HashSet::new();
    for problem in problems {
        // Of a message of several lines the first one says what is wrong.
        let mut message = problem.message.lines();
        let title = message.next().unwrap_or_default();
        let note: Vec<String> =
            message.map(|line| line.trim().to_owned()).chain(problem.lines.iter().cloned()).collect();
        let hints: Vec<String> = hints::hints(problem).into_iter().filter(|hint| told.insert(hint.clone())).collect();
        ui.snippet(&Snippet {
            code: problem.code,
            message: title,
            file: problem.file.as_deref(),
            place: problem.place,
            lines: problem.excerpts.iter().map(lines).collect(),
            note: &note,
            hints,
        });
    }
}

fn lines(excerpt: &Excerpt) -> Lines<'_> {
    Lines {
        file: &excerpt.file,
        lines: excerpt.lines.iter().map(|line| (line.row, line.text.as_str())).collect(),
        marks: excerpt.marks.iter().map(mark).collect(),
    }
}

fn mark(mark: &crate::ops::Mark) -> Mark<'_> {
    Mark { row: mark.row, bytes: mark.bytes.clone(), label: mark.label.as_deref() }
}
