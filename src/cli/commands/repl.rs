//! `policy repl`.

use super::{Context, tell_choice};
use crate::cli::jobs::JobsArgs;
use crate::cli::sign_in::SignInArgs;
use crate::eval::{Engine, Query, ResultRow};
use crate::ops::{Names, OpsError, pull::pull, repl::open};
use crate::ui::table;
use clap::Args;
use std::io::BufRead;
use std::path::PathBuf;

/// The image to ask.
#[derive(Debug, Args)]
pub struct ReplArgs {
    /// Name of the image, or the beginning of its digest; pulled when it is not in the local store
    #[arg(value_name = "IMAGE")]
    image: String,
    /// JSON file with the input document
    #[arg(short, long, value_name = "FILE")]
    input: Option<PathBuf>,
    #[arg(short, long, hide = true, value_name = "N", default_value_t = 10)]
    max_errors: u32,
    #[command(flatten)]
    sign_in: SignInArgs,
}

/// Answers a query a line until the input ends; a query that fails ends nothing.
pub(in crate::cli) fn run(arguments: &ReplArgs, context: &Context) -> Result<(), OpsError> {
    let store = context.store();
    let reader = Names { default_domain: context.default_domain() };
    let (chosen, image) = match reader.open(&store, &arguments.image, true) {
        Err(OpsError::NotInStore { .. }) => {
            let reference = reader.read(&arguments.image)?;
            context.ui.note(&format!("{reference} is not in the local store; pulling it"));
            let bar = |total| context.shown(&reference.to_string(), total);
            let remote = context.remote_with(&arguments.sign_in.read(context)?, [reference.registry()])?;
            let runtime = context.runtime()?;
            context.wait(&runtime, pull(&store, &JobsArgs::default().jobs(context, remote)?, &reference, &bar))?;
            reader.open(&store, &arguments.image, false)?
        }
        other => other?,
    };
    tell_choice(context, &chosen);
    let mut session = open(&store, &chosen, &image)?;
    if let Some(path) = &arguments.input {
        let what = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|cause| OpsError::Read { what, cause })?;
        session.set_input(&text)?;
    }
    let interactive = context.ui.is_interactive();
    if interactive {
        context.ui.content(&format!("running policy [{}]\n", chosen.entry.reference))?;
    }
    for line in prompted(context, interactive) {
        let line = line?;
        match line.trim() {
            "" => {}
            "exit" | "quit" => break,
            query => context.ui.content(&reply(&mut session, query))?,
        }
    }
    Ok(())
}

/// The lines of standard input, each after a prompt where somebody types them.
fn prompted(context: &Context, interactive: bool) -> impl Iterator<Item = Result<String, OpsError>> {
    std::iter::from_fn(move || {
        if interactive && let Err(error) = context.ui.content("> ") {
            return Some(Err(error.into()));
        }
        let mut line = String::new();
        match std::io::stdin().lock().read_line(&mut line) {
            Ok(0) => None,
            Ok(_) => Some(Ok(line)),
            Err(cause) => Some(Err(OpsError::Read { what: "standard input".to_owned(), cause })),
        }
    })
}

fn reply(session: &mut Engine, query: &str) -> String {
    match session.query(&Query { text: query, ..Query::default() }) {
        Ok(rows) => shown(&rows),
        Err(error) => format!("error: {}\n", crate::ui::Safe(&error.to_string())),
    }
}

/// What a query gives: a value alone, else a table of variables and of the expressions that are more than true.
fn shown(rows: &[ResultRow]) -> String {
    let json = |value: &crate::eval::Value| value.to_json();
    let Some(first) = rows.first() else { return "undefined\n".to_owned() };
    let is_told = |place: usize| {
        rows.iter()
            .filter_map(|row| row.expressions.get(place))
            .any(|part| !matches!(part.value, crate::eval::Value::Bool(_)))
    };
    let told: Vec<usize> = (0..first.expressions.len()).filter(|place| is_told(*place)).collect();
    if let ([row], true) = (rows, first.bindings.is_empty()) {
        let value = row.expressions.get(told.first().copied().unwrap_or(0));
        if told.len() < 2 && (row.expressions.len() == 1 || told.is_empty()) {
            return format!("{}\n", value.map(|part| json(&part.value)).unwrap_or_default());
        }
    }
    let mut columns: Vec<&str> = first.bindings.iter().map(|(name, _)| name.as_str()).collect();
    let expressions = told.iter().filter_map(|place| first.expressions.get(*place));
    columns.extend(expressions.map(|part| part.text.as_str()));
    let line = |row: &ResultRow| -> Vec<String> {
        let values = row.bindings.iter().map(|(_, value)| json(value));
        values
            .chain(told.iter().filter_map(|place| row.expressions.get(*place)).map(|part| json(&part.value)))
            .collect()
    };
    table(&columns, &rows.iter().map(line).collect::<Vec<_>>())
}
