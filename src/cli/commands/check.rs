//! `policy check`.

use super::{Context, build::split};
use crate::cli::rego::RegoArgs;
use crate::cli::tree::FormatArg;
use crate::ops::check::{Request, check};
use crate::ops::{OpsError, Problem};
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
    /// Take each PATH for a bundle: a folder with data and a manifest, or a bundle.tar.gz
    #[arg(short, long)]
    bundle: bool,
    /// Refuse more: imports, variables and arguments that nothing uses, deprecated built-ins
    #[arg(short = 'S', long)]
    strict: bool,
    /// How many errors to tell before one more says that there may be others; 0 for all
    #[arg(short, long, value_name = "N", default_value_t = 10, allow_negative_numbers = true)]
    max_errors: i64,
    /// Names of files and folders to leave out, such as '*_test.rego'; several with ',' between them
    #[arg(long, value_name = "PATTERN,…")]
    ignore: Vec<String>,
    #[command(flatten)]
    rego: RegoArgs,
    #[arg(short, long, hide = true, value_name = "FILE")]
    schema: Option<PathBuf>,
    #[arg(short = 'f', hide = true, value_enum, value_name = "FORMAT")]
    short_format: Option<FormatArg>,
}

impl CheckArgs {
    /// How to print results, by the short flag that OPA has for it.
    pub(in crate::cli) fn format(&self) -> Option<FormatArg> {
        self.short_format
    }
}

/// Prints nothing when all is well.
pub(in crate::cli) fn run(arguments: &CheckArgs, context: &Context) -> Result<(), OpsError> {
    if arguments.schema.is_some() {
        let text = "--schema is not supported: the types of input and data are not read from JSON schemas";
        return Err(OpsError::Unsupported(text.to_owned()));
    }
    let problems = check(&Request {
        paths: &arguments.paths,
        ignore: &split(&arguments.ignore, ','),
        bundle: arguments.bundle,
        language: &arguments.rego.language()?,
        strict: arguments.strict,
        limit: usize::try_from(arguments.max_errors).unwrap_or_default(),
    })?;
    if context.wants_json() {
        context.ui.report(&Found(&problems))?;
    }
    match problems.is_empty() {
        true => Ok(()),
        false if context.wants_json() => Err(OpsError::Told),
        false => Err(OpsError::Modules(problems)),
    }
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
    let mut value = json!({ "message": problem.message });
    if let Some(members) = value.as_object_mut() {
        if let Some(code) = problem.code {
            members.insert("code".to_owned(), code.into());
        }
        if let (Some(file), Some((row, column))) = (&problem.file, problem.place) {
            members.insert("location".to_owned(), json!({ "file": file, "row": row, "col": column }));
        }
        if let Some(details) = &problem.details {
            members.insert("details".to_owned(), details.clone());
        }
    }
    value
}
