//! `policy parse`.

use super::{Context, check::Found};
use crate::cli::rego::RegoArgs;
use crate::ops::OpsError;
use crate::ops::parse::{Request, parse};
use crate::rego::syntax::{Include, Layout, write_json};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// What to read.
#[derive(Debug, Args)]
pub struct ParseArgs {
    /// Module to read
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// With --format json: tell more with the tree; several with ',' between them
    #[arg(long, value_enum, value_name = "WHAT,…", value_delimiter = ',')]
    json_include: Vec<IncludeArg>,
    #[command(flatten)]
    rego: RegoArgs,
}

/// What may be told with a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum IncludeArg {
    /// The place and text of every node
    Locations,
    /// The comments
    Comments,
}

/// Prints the tree: as text of Rego, or as OPA's JSON.
pub(in crate::cli) fn run(arguments: &ParseArgs, context: &Context) -> Result<(), OpsError> {
    let language = arguments.rego.language()?;
    let module = match parse(&Request { path: &arguments.file, language: &language }) {
        Err(OpsError::Modules(problems)) if context.wants_json() => {
            context.ui.report(&Found(&problems))?;
            return Err(OpsError::Told);
        }
        other => other?,
    };
    if !context.wants_json() {
        context.ui.content(&crate::rego::print(&module))?;
        return Ok(());
    }
    let has = |what| arguments.json_include.contains(&what);
    let include = Include { locations: has(IncludeArg::Locations), comments: has(IncludeArg::Comments) };
    let mut out = Vec::new();
    write_json(&module, include, Layout::Indented, &mut out)
        .map_err(|error| OpsError::Unsupported(format!("the tree cannot be written as JSON: {error}")))?;
    out.push(b'\n');
    context.ui.content(&String::from_utf8_lossy(&out))?;
    Ok(())
}
