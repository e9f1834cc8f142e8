//! `policy eval`.

mod print;

use super::{Context, build::split};
use crate::cli::arguments::integer;
use crate::cli::coverage_runs;
use crate::cli::explain::Explain;
use crate::cli::metrics;
use crate::cli::network::NetworkArgs;
use crate::cli::policies;
use crate::cli::rego::RegoArgs;
use crate::cli::sign_in::SignInArgs;
use crate::cli::tree::GlobalArgs;
use crate::eval::{EvalError, Value};
use crate::ops::documents::Documents;
use crate::ops::eval::{Request, eval};
use crate::ops::policies::{Source, load};
use crate::ops::{Language, OpsError, documents, entrypoints};
use clap::{Args, ValueEnum};
use std::io::Read as _;
use std::path::PathBuf;

/// The most bytes a document or query on standard input may have.
const LIMIT: u64 = 1 << 30;

/// What to ask, and of what.
#[derive(Debug, Args)]
pub struct EvalArgs {
    /// Files and folders to ask, as with --data, or images, which are pulled when they are not in the local store; the last
    /// one is the query
    #[arg(value_name = "[PATH|IMAGE…] QUERY")]
    arguments: Vec<String>,
    /// File or folder with modules and data; PREFIX:FILE puts its data at a path; repeatable
    #[arg(short, long, value_name = "PATH")]
    data: Vec<String>,
    /// Bundle: a folder with data and a manifest, or a bundle.tar.gz; repeatable
    #[arg(short, long, value_name = "PATH")]
    bundle: Vec<PathBuf>,
    /// File with the input document, JSON or YAML
    #[arg(short, long, value_name = "FILE")]
    input: Option<String>,
    /// Read the input document from standard input
    #[arg(short = 'I', long)]
    stdin_input: bool,
    /// Read the query from standard input
    #[arg(long)]
    stdin: bool,
    /// How to print results: json, pretty, raw, values, bindings or discard [default: json]
    #[arg(short, long = "format", value_enum, value_name = "FORMAT", hide_possible_values = true)]
    format_of_result: Option<FormatOfResult>,
    /// Exit with 1 where the query is undefined
    #[arg(long)]
    fail: bool,
    /// Exit with 1 where the query is defined
    #[arg(long)]
    fail_defined: bool,
    /// End at the first error of a built-in function, which otherwise leaves its call undefined
    #[arg(long)]
    strict_builtin_errors: bool,
    /// Tell the errors of built-in functions besides the result
    #[arg(long)]
    show_builtin_errors: bool,
    /// Package whose rules the names of the query mean
    #[arg(long, value_name = "PACKAGE")]
    package: Option<String>,
    /// Import for the query, such as 'data.lib as l'; repeatable
    #[arg(long, value_name = "IMPORT")]
    import: Vec<String>,
    /// Tell which lines were evaluated
    #[arg(long)]
    coverage: bool,
    /// As --coverage; which reasons are looked for why something was not evaluated: index_excluded, early_exit, both with ','
    /// between them, or none [default: both]
    #[arg(long, value_name = "REASON,…")]
    coverage_runs: Vec<String>,
    /// Show the way to the answer before it: full, notes (of trace), fails, debug or off
    #[arg(long, value_enum, value_name = "MODE", default_value_t = Explain::Off, hide_possible_values = true, hide_default_value = true)]
    explain: Explain,
    /// Show the values of variables beside each step of --explain
    #[arg(long)]
    var_values: bool,
    /// Tell how long each step took
    #[arg(long)]
    metrics: bool,
    // The steps of OPA's compiler and evaluator are not measured one by one.
    #[arg(long, hide = true)]
    instrument: bool,
    /// How often to ask, for --metrics: of more than one run it tells statistics
    #[arg(long, value_name = "N", allow_negative_numbers = true, default_value_t = 1, hide_default_value = true)]
    count: i64,
    /// Evaluate rules too that cannot hold by what they compare with constants
    #[arg(long)]
    disable_indexing: bool,
    /// Evaluate rules too when another held that has the same value
    #[arg(long)]
    disable_early_exit: bool,
    /// Refuse entrypoints that lead to no rule, as `opa eval -O` does where N is above 0; answers are the same either way
    #[arg(short = 'O', long, value_name = "N", allow_negative_numbers = true, value_parser = integer, default_value_t = 0, hide_default_value = true)]
    optimize: i64,
    /// Entrypoint for --optimize, such as authz/allow; repeatable
    #[arg(short, long, value_name = "PATH")]
    entrypoint: Vec<String>,
    /// Refuse more: imports, variables and arguments that nothing uses, deprecated built-ins
    #[arg(short = 'S', long)]
    strict: bool,
    /// Names of files and folders to leave out, such as '*_test.rego'; several with ',' between them
    #[arg(long, value_name = "PATTERN,…")]
    ignore: Vec<String>,
    #[arg(short, long, hide = true, value_name = "TARGET", value_parser = ["rego"])]
    target: Option<String>,
    #[arg(long, hide = true, value_name = "N", allow_negative_numbers = true, value_parser = integer)]
    pretty_limit: Option<i64>,
    #[command(flatten)]
    network: NetworkArgs,
    #[command(flatten)]
    rego: RegoArgs,
    #[command(flatten)]
    sign_in: SignInArgs,
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FormatOfResult {
    Json,
    #[value(alias = "text")]
    Pretty,
    Raw,
    Values,
    Bindings,
    Discard,
}

impl EvalArgs {
    /// Whether it is told how long steps took.
    const fn measures(&self) -> bool {
        self.metrics || self.instrument
    }

    /// Whether anything is named that is asked.
    fn names_sources(&self, paths: &[String]) -> bool {
        !paths.is_empty() || !self.data.is_empty() || !self.bundle.is_empty()
    }

    /// Reads what is asked; what OPA's loader refuses is an answer too.
    fn documents(
        &self,
        paths: &[String],
        language: &Language,
        context: &Context,
    ) -> Result<Result<Documents, EvalError>, OpsError> {
        let mut sources = policies::sources(paths, false, &self.sign_in, context)?;
        sources.extend(self.data.iter().cloned().map(Source::Path));
        sources.extend(self.bundle.iter().cloned().map(Source::BundlePath));
        match load(sources, &split(&self.ignore, ','), language) {
            Ok(documents) => Ok(Ok(documents)),
            Err(OpsError::Eval(error)) => Ok(Err(error)),
            Err(error @ (OpsError::BundleLoading { .. } | OpsError::BundleActivation(_))) => {
                Ok(Err(EvalError::Document(error.to_string())))
            }
            Err(error) => Err(error),
        }
    }

    /// The paths and the query among the arguments.
    fn query(&self) -> Result<(&[String], String), OpsError> {
        let usage = |text: &str| Err(OpsError::Usage(text.to_owned()));
        match self.arguments.split_last() {
            Some(_) if self.stdin => usage("name a query or --stdin, not both"),
            Some((query, paths)) => Ok((paths, query.clone())),
            None if self.stdin && self.stdin_input => usage("name --stdin or --stdin-input, not both"),
            None if self.stdin => Ok((&[], String::from_utf8_lossy(&standard_input()?).into_owned())),
            None => usage("name a query, or --stdin"),
        }
    }

    /// The input document, or a message why it is none.
    fn document(&self) -> Result<Result<Option<Value>, String>, OpsError> {
        let bytes = match &self.input {
            Some(_) if self.stdin_input => {
                return Err(OpsError::Usage("name --stdin-input or --input, not both".to_owned()));
            }
            None if self.stdin_input => standard_input()?,
            None => return Ok(Ok(None)),
            Some(path) => match std::fs::read(path.strip_prefix("file://").unwrap_or(path)) {
                Ok(bytes) => bytes,
                Err(error) => return Ok(Err(unreadable(path, &error))),
            },
        };
        Ok(documents::input(&bytes).map(Some))
    }
}

fn unreadable(path: &str, error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => format!("open {path}: no such file or directory"),
        std::io::ErrorKind::PermissionDenied => format!("open {path}: permission denied"),
        std::io::ErrorKind::IsADirectory => format!("read {path}: is a directory"),
        _ => format!("read {path}: {error}"),
    }
}

fn standard_input() -> Result<Vec<u8>, OpsError> {
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().take(LIMIT).read_to_end(&mut bytes);
    read.map_err(|cause| OpsError::Read { what: "standard input".to_owned(), cause })?;
    Ok(bytes)
}

/// Prints the result; what is undefined or wrong is an exit code as `opa eval` has it.
pub(in crate::cli) fn run(arguments: &EvalArgs, flags: &GlobalArgs, context: &Context) -> Result<(), OpsError> {
    if arguments.fail && arguments.fail_defined {
        return Err(OpsError::Usage("name --fail or --fail-defined, not both".to_owned()));
    }
    if arguments.show_builtin_errors && arguments.strict_builtin_errors {
        let text = "cannot use --show-builtin-errors with --strict-builtin-errors, --strict-builtin-errors will return \
                    the first built-in error encountered immediately\n";
        context.ui.plain(text);
        return Err(OpsError::Ended(2));
    }
    if arguments.optimize > 0 && !arguments.data.is_empty() && !arguments.bundle.is_empty() {
        return Err(OpsError::Usage("name --data or --bundle with --optimize, not both".to_owned()));
    }
    let reasons = coverage_runs::reasons(&arguments.coverage_runs)?;
    let (paths, query) = arguments.query()?;
    let language = arguments.rego.language()?;
    let input = match arguments.document()? {
        Ok(input) => input,
        Err(message) => {
            context.ui.plain(&(message + "\n"));
            return Err(OpsError::Ended(2));
        }
    };
    let format = arguments.format_of_result.unwrap_or(FormatOfResult::Json);
    let mut documents = arguments.documents(paths, &language, context)?;
    if arguments.optimize > 0
        && arguments.names_sources(paths)
        && let Ok(documents) = &documents
        && let Some(fault) = entrypoints::fault(&documents.modules, &arguments.entrypoint)
    {
        context.ui.plain(&(fault + "\n"));
        return Err(OpsError::Ended(2));
    }
    let request = Request {
        input,
        query: &query,
        package: arguments.package.as_deref(),
        imports: &arguments.import,
        strict: arguments.strict,
        strict_builtin_errors: arguments.strict_builtin_errors,
        timeout: flags.timeout.filter(|timeout| !timeout.is_zero()),
        coverage: (arguments.coverage || !arguments.coverage_runs.is_empty()).then_some(reasons),
        language: &language,
        events: arguments.explain.kept(),
        values: arguments.var_values,
        measures: arguments.measures(),
        environment: context.environment.texts(),
        network: arguments.network.network(&language, context),
        without_index: arguments.disable_indexing,
        without_early_exit: arguments.disable_early_exit,
    };
    let mut runs = Vec::new();
    let asked = loop {
        let loading = documents.as_ref().map(|documents| documents.times).unwrap_or_default();
        let asked = eval(&request, documents);
        runs.push(metrics::measured(&loading, &asked.times));
        let is_last = !arguments.measures() || usize::try_from(arguments.count).is_ok_and(|count| runs.len() >= count);
        if is_last || arguments.count < 1 {
            break asked;
        }
        documents = arguments.documents(paths, &language, context)?;
    };
    let runs = if arguments.measures() { runs } else { Vec::new() };
    for line in &asked.prints {
        context.ui.plain(&format!("{line}\n"));
    }
    let code = match &asked.result {
        Err(_) => 2,
        Ok(rows) if arguments.fail && rows.is_empty() || arguments.fail_defined && !rows.is_empty() => 1,
        Ok(_) => 0,
    };
    let shown =
        if arguments.show_builtin_errors && asked.result.is_ok() { asked.builtin_errors.clone() } else { Vec::new() };
    print::tell(&asked, &shown, &runs, format, context)?;
    if code == 0 { Ok(()) } else { Err(OpsError::Ended(code)) }
}
