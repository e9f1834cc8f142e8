//! `policy check`.

use super::{Context, build::split};
use crate::cli::rego::RegoArgs;
use crate::ops::check::{Request, check};
use crate::ops::{OpsError, Problem};
use crate::rego::syntax::ParseError;
use crate::ui::Report;
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;

/// What to check.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Modules, and folders of them
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Names of files and folders to leave out, such as '*_test.rego'; several with ',' between them
    #[arg(long, value_name = "PATTERN,…")]
    ignore: Vec<String>,
    #[command(flatten)]
    rego: RegoArgs,
}

/// Prints nothing when all is well.
pub(in crate::cli) fn run(arguments: &CheckArgs, context: &Context) -> Result<(), OpsError> {
    let options = arguments.rego.reading()?;
    let ignore = split(&arguments.ignore, ',');
    let version = arguments.rego.version();
    let request = Request { paths: &arguments.paths, ignore: &ignore, version, options: &*options };
    let checked = check(&request)?;
    if checked.problems.is_empty() {
        return if context.wants_json() { Ok(context.ui.report(&Found(&[]))?) } else { Ok(()) };
    }
    if context.wants_json() {
        context.ui.report(&Found(&checked.problems))?;
        return Err(OpsError::Told);
    }
    Err(OpsError::Modules(checked.problems))
}

/// The errors as OPA's `check --format json` lists them.
pub(super) struct Found<'a>(pub(super) &'a [Problem]);

impl Report for Found<'_> {
    fn text(&self) -> String {
        String::new()
    }

    fn json(&self) -> Value {
        if self.0.is_empty() {
            return json!({});
        }
        json!({ "errors": self.0.iter().map(error).collect::<Vec<_>>() })
    }

    fn quiet(&self) -> Vec<String> {
        Vec::new()
    }
}

fn error(problem: &Problem) -> Value {
    let error = &problem.error;
    let mut value = json!({ "message": error.message, "code": ParseError::CODE });
    if let Some(members) = value.as_object_mut() {
        if error.placed {
            let location = json!({ "file": problem.file, "row": error.row, "col": error.column });
            members.insert("location".to_owned(), location);
        }
        if let Some(details) = &error.details {
            members.insert("details".to_owned(), json!({ "line": details.line, "idx": details.index }));
        }
    }
    value
}
