//! `policy repl`.

mod commands;
mod history;
mod names;
mod print;
mod settings;
mod shell;
mod terminal;

use super::{Context, build::split};
use crate::cli::network::NetworkArgs;
use crate::cli::policies;
use crate::cli::rego::RegoArgs;
use crate::cli::sign_in::SignInArgs;
use crate::ops::policies::load;
use crate::ops::repl::start;
use crate::ops::{OpsError, documents};
use crate::rego::capabilities::Capabilities;
use crate::ui::faults;
use clap::Args;
use settings::Settings;
use shell::{Flow, Shell};
use std::ffi::OsString;
use std::io::{BufRead as _, Read as _};
use std::path::PathBuf;

/// The most bytes a line may have that is read from a pipe.
const LINE: usize = 1 << 20;

/// What to ask.
#[derive(Debug, Args)]
pub struct ReplArgs {
    /// Files and folders to ask, or images, which are pulled when they are not in the local store; PREFIX:FILE puts the
    /// data of a file at a path
    #[arg(value_name = "IMAGE|PATH")]
    sources: Vec<String>,
    /// Take files and folders for bundles
    #[arg(short, long)]
    bundle: bool,
    /// File with the input document, JSON or YAML
    #[arg(short, long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// How to print results at first: pretty or json [default: pretty]
    #[arg(short, long = "format", value_name = "FORMAT")]
    format_of_result: Option<String>,
    /// How many errors of a statement to tell; 0 for all
    #[arg(short, long, value_name = "N", default_value_t = 10, allow_negative_numbers = true)]
    max_errors: i64,
    /// Names of files and folders to leave out, such as '*_test.rego'; several with ',' between them
    #[arg(long, value_name = "PATTERN,…")]
    ignore: Vec<String>,
    /// File for what was typed, so that later sessions find it [default: ~/.policy/repl_history]; '' for none
    #[arg(short = 'H', long, value_name = "FILE")]
    history: Option<OsString>,
    #[command(flatten)]
    network: NetworkArgs,
    #[command(flatten)]
    rego: RegoArgs,
    #[command(flatten)]
    sign_in: SignInArgs,
}

/// Does what is typed until the input ends; an error ends nothing.
pub(in crate::cli) fn run(arguments: &ReplArgs, context: &Context) -> Result<(), OpsError> {
    let language = arguments.rego.language()?;
    let input = match &arguments.input {
        None => None,
        Some(path) => {
            let what = path.display().to_string();
            let bytes = std::fs::read(path).map_err(|cause| OpsError::Read { what, cause })?;
            Some(documents::input(&bytes).map_err(OpsError::Usage)?)
        }
    };
    let sources = policies::sources(&arguments.sources, arguments.bundle, &arguments.sign_in, context)?;
    let refused = |text: String| -> Result<(), OpsError> {
        context.ui.content(&format!("error: {text}"))?;
        Err(OpsError::Ended(1))
    };
    let documents = match load(sources, &split(&arguments.ignore, ','), &language) {
        Ok(documents) => documents,
        Err(OpsError::Eval(error)) => {
            return refused(format!("load error: {}", faults::text_of_loading(&print::listed(error))));
        }
        Err(OpsError::BundleLoading { message, .. }) => return refused(format!("load error: {message}\n")),
        Err(OpsError::BundleActivation(message)) => return refused(format!("initialization error: {message}\n")),
        Err(error) => return Err(error),
    };
    for name in &documents.signed {
        context.ui.note(&format!("{name} is signed; its signatures are not checked"));
    }
    let limit = usize::try_from(arguments.max_errors).unwrap_or_default();
    let network = arguments.network.network(&language, context);
    let session = match start(documents, input, &language, limit, network) {
        Ok(session) => session,
        Err(errors) => return refused(format!("initialization error: {}", faults::text(&errors))),
    };
    let missing = session.missing_builtins();
    if !missing.is_empty() {
        let names = missing.join(", ");
        context.ui.note(&format!("built-in functions that are required and not here are undefined: {names}"));
    }
    let json = arguments.format_of_result.as_deref() == Some("json");
    let mut shell = Shell::new(context, session, Settings::new(json));
    if !context.ui.is_interactive() {
        return lines(&mut shell);
    }
    shell.write(&banner(&arguments.sources))?;
    let history = match &arguments.history {
        Some(path) if path.is_empty() => None,
        Some(path) => Some(path.into()),
        None => terminal::usual_history(context),
    };
    let capabilities = language.capabilities.as_ref().unwrap_or_else(|| Capabilities::current());
    terminal::run(&mut shell, context, history, capabilities)
}

/// What a terminal shows first.
fn banner(sources: &[String]) -> String {
    let running = if sources.is_empty() { String::new() } else { format!("running policy [{}]\n", sources.join(", ")) };
    let version = env!("CARGO_PKG_VERSION");
    format!("{running}policy {version}, with the Rego of OPA 1.22.2\n\nRun 'help' to see a list of commands.\n\n")
}

/// What the system says of a file that cannot be opened, in the words of Go.
fn unopened(path: &str, error: &std::io::Error) -> String {
    let text = match error.kind() {
        std::io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        std::io::ErrorKind::IsADirectory => "is a directory".to_owned(),
        _ => error.to_string(),
    };
    format!("open {path}: {text}")
}

/// Takes the lines of standard input.
fn lines(shell: &mut Shell<'_>) -> Result<(), OpsError> {
    let unread = |cause| OpsError::Read { what: "standard input".to_owned(), cause };
    let mut input = std::io::stdin().lock();
    loop {
        let mut line = Vec::new();
        let read = input.by_ref().take(LINE as u64).read_until(b'\n', &mut line).map_err(unread)?;
        if read == 0 {
            return Ok(());
        }
        if line.len() == LINE && line.last() != Some(&b'\n') {
            return Err(OpsError::Ended(1));
        }
        if line.last() == Some(&b'\n') {
            let _ = line.pop();
        }
        if line.last() == Some(&b'\r') {
            let _ = line.pop();
        }
        if shell.line(&line)? == Flow::Ends {
            return Ok(());
        }
    }
}
