//! Why a YAML text does not read, in the words of the library OPA uses.

use super::cursor::Mark;

/// What is wrong, worded without the `yaml: ` before it. Most texts begin with `line N: `.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::rego::metadata) struct Failure(pub String);

impl Failure {
    /// An error among the characters. The library counts lines from 1 here, and names none on the first one.
    pub(super) fn scanning(context: Mark, place: Mark, problem: &str) -> Self {
        Self::at(if context.line == 0 { place.line } else { context.line }, 1, problem)
    }

    /// An error among the tokens. The library counts lines from 0 here, and names none on the first one.
    pub(super) fn parsing(context: Option<Mark>, place: Mark, problem: &str) -> Self {
        let line = context.map_or(0, |mark| mark.line);
        Self::at(if line == 0 { place.line } else { line }, 0, problem)
    }

    fn at(line: usize, first: usize, problem: &str) -> Self {
        match line {
            0 => Self(problem.to_owned()),
            line => Self(format!("line {}: {problem}", line + first)),
        }
    }
}

/// What reading gives.
pub(in crate::rego::metadata) type Outcome<T> = Result<T, Failure>;
