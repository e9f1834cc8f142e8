//! `policy test`.

mod coverage;
mod github;
mod json;
mod junit;
mod pretty;
mod words;

use super::{Context, build::split};
use crate::cli::coverage_runs;
use crate::cli::explain::Explain;
use crate::cli::network::NetworkArgs;
use crate::cli::policies::sources;
use crate::cli::rego::RegoArgs;
use crate::cli::sign_in::SignInArgs;
use crate::cli::tree::GlobalArgs;
use crate::eval::builtins::pattern;
use crate::eval::testing::{Outcome, Tested, Totals};
use crate::eval::{EvalError, Kept, Network};
use crate::ops::policies::{Source, kept_for_tests, load};
use crate::ops::test::{Request, Suite};
use crate::ops::{Language, OpsError};
use crate::ui::faults;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// How long a test may take where nobody says.
const TIMEOUT: Duration = Duration::from_secs(5);

/// What to test, and how to tell of it.
#[derive(Debug, Args)]
pub struct TestArgs {
    /// Modules, data, and folders of them; or images, which are pulled when they are not in the local store
    #[arg(value_name = "PATH|IMAGE", required = true)]
    paths: Vec<String>,
    /// Take each PATH for a bundle: a folder with data and a manifest, or a bundle.tar.gz
    #[arg(short, long)]
    bundle: bool,
    /// Run only tests whose names, such as data.authz.test_admin, match a regular expression
    #[arg(short, long, value_name = "PATTERN", allow_hyphen_values = true)]
    run: Option<String>,
    /// How to report: pretty, json, junit (XML) or github (commands of a workflow)
    #[arg(short, long = "format", value_enum, value_name = "FORMAT", hide_possible_values = true)]
    format_of_report: Option<Report>,
    /// Exit with 0 where tests are skipped (todo_test_…) and all others pass
    #[arg(short = 'z', long)]
    exit_zero_on_skipped: bool,
    /// Fail when no test is run
    #[arg(long)]
    fail_on_empty: bool,
    /// How often to run the tests; ends after the first run that is not all well
    #[arg(long, value_name = "N", default_value_t = 1, allow_negative_numbers = true)]
    count: i64,
    /// Order of the tests in JSON: none or duration, the longest first
    #[arg(long, value_enum, value_name = "ORDER", default_value = "none", hide_possible_values = true)]
    sort: Order,
    /// How many tests to run at once [default: the number of processors]
    #[arg(short, long, value_name = "N", allow_negative_numbers = true)]
    parallel: Option<i64>,
    /// How many errors to tell before one more says that there may be others; 0 for all
    #[arg(short, long, value_name = "N", default_value_t = 10, allow_negative_numbers = true)]
    max_errors: i64,
    /// Names of files and folders to leave out, such as 'draft_*'; several with ',' between them
    #[arg(long, value_name = "PATTERN,…")]
    ignore: Vec<String>,
    #[arg(short, long, hide = true, value_name = "TARGET", default_value = "rego")]
    target: String,
    /// Report, in JSON, which lines of the modules were evaluated, and not the tests
    #[arg(short, long)]
    coverage: bool,
    /// As --coverage; which reasons are looked for why something was not evaluated: index_excluded, early_exit, both with ','
    /// between them, or none [default: both]
    #[arg(long, value_name = "REASON,…")]
    coverage_runs: Vec<String>,
    /// As --coverage; fails when less of the modules was evaluated, in percent
    #[arg(
        long,
        value_name = "PERCENT",
        default_value_t = 0.0,
        allow_negative_numbers = true,
        hide_default_value = true
    )]
    threshold: f64,
    /// Show, of tests that fail, the way to their answer, and all tests as -v does: full, notes (of trace), fails or debug
    /// [default with -v: fails and notes]
    #[arg(long, value_enum, value_name = "MODE", hide_possible_values = true)]
    explain: Option<Explain>,
    /// Show, of tests that fail, the last expression that did not hold, and the values in it
    #[arg(long)]
    var_values: bool,
    #[command(flatten)]
    network: NetworkArgs,
    #[command(flatten)]
    rego: RegoArgs,
    #[command(flatten)]
    sign_in: SignInArgs,
}

impl TestArgs {
    /// Whether it is reported what was evaluated.
    fn covers(&self) -> bool {
        self.coverage || self.threshold > 0.0 || !self.coverage_runs.is_empty()
    }

    /// Whether all tests are told, and how those went that failed.
    fn is_verbose(&self, flags: &GlobalArgs) -> bool {
        flags.verbose > 0 || self.explain.is_some()
    }

    /// Which events of tests are kept.
    fn events(&self, verbose: bool) -> Option<Kept> {
        match (self.explain, verbose, self.var_values) {
            (Some(explain), ..) => explain.kept(),
            (None, true, _) => Some(Kept::FailsAndNotes),
            (None, false, true) => Some(Kept::Fails),
            (None, false, false) => None,
        }
    }
}

/// How tests are reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Report {
    #[value(alias = "text")]
    Pretty,
    Json,
    Junit,
    Github,
}

/// The orders of tests in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Order {
    None,
    Duration,
}

/// Runs the tests and reports them; what is not well is an exit code. That of OPA for tests that do not pass is 2, and 1 for
/// all else.
pub(in crate::cli) fn run(arguments: &TestArgs, flags: &GlobalArgs, context: &Context) -> Result<(), OpsError> {
    run_all(arguments, flags, context).map_err(|error| {
        let text = match error {
            OpsError::Eval(error) => words::told(&error),
            error @ (OpsError::NoTests | OpsError::Usage(_)) => error.to_string(),
            other => return other,
        };
        context.ui.plain(&(text + "\n"));
        OpsError::Ended(1)
    })
}

fn run_all(arguments: &TestArgs, flags: &GlobalArgs, context: &Context) -> Result<(), OpsError> {
    if !(0.0..=100.0).contains(&arguments.threshold) {
        return Err(OpsError::Usage("Code coverage threshold must be between 0 and 100".to_owned()));
    }
    if arguments.target != "rego" {
        let target = &arguments.target;
        return Err(OpsError::Usage(format!("--target {target} is not supported: tests are evaluated as Rego")));
    }
    if arguments.explain == Some(Explain::Off) {
        return Err(OpsError::Usage("--explain wants one of fails, full, notes and debug".to_owned()));
    }
    let reasons = coverage_runs::reasons(&arguments.coverage_runs)?;
    let filter = arguments.run.as_deref().filter(|pattern| !pattern.is_empty()).map(pattern).transpose();
    let filter = filter.map_err(OpsError::Usage)?;
    let language = arguments.rego.language()?;
    let threads = usize::try_from(arguments.parallel.unwrap_or_default()).ok().filter(|threads| *threads > 0);
    let processors = || std::thread::available_parallelism().map_or(1, usize::from);
    let request = Request {
        limit: usize::try_from(arguments.max_errors).unwrap_or_default(),
        filter: filter.as_ref(),
        timeout: flags.timeout.filter(|timeout| !timeout.is_zero()).unwrap_or(TIMEOUT),
        environment: context.environment.texts(),
        network: arguments.network.network(&language, context),
        threads: threads.unwrap_or_else(processors),
        events: arguments.events(arguments.is_verbose(flags)),
        values: arguments.var_values,
        coverage: arguments.covers().then_some(reasons),
    };
    let report = match arguments.format_of_report {
        Some(report) => report,
        None if context.wants_json() => Report::Json,
        None => Report::Pretty,
    };
    if arguments.sort != Order::None && report != Report::Json {
        context.ui.plain("warning: --sort is only supported with JSON format\n");
    }
    let sources = sources(&arguments.paths, arguments.bundle, &arguments.sign_in, context)?;
    let documents = match load(sources, &split(&arguments.ignore, ','), &language) {
        Err(OpsError::Eval(EvalError::Compile(faults))) => {
            context.ui.plain(&faults::text_of_loading(&faults));
            return Err(OpsError::Ended(1));
        }
        Err(OpsError::BundleLoading { name, message }) => {
            context.ui.plain(&format!("unable to load bundle {name}: {message}\n"));
            return Err(OpsError::Ended(1));
        }
        Err(OpsError::BundleActivation(message)) => {
            context.ui.plain(&(message + "\n"));
            return Err(OpsError::Ended(1));
        }
        other => other?,
    };
    let suite = Suite::new(documents, &request)?;
    for _ in 0..arguments.count {
        if arguments.covers() {
            coverage::run(&suite, arguments, arguments.is_verbose(flags), context)?;
        } else {
            run_once(&suite, report, arguments, flags, context)?;
        }
    }
    Ok(())
}

/// Runs the tests of what a bundle is to be made of; tells those that do not pass, on standard error.
pub(super) fn run_for_build(
    paths: &[PathBuf],
    ignore: &[String],
    language: &Language,
    network: Option<Network>,
    context: &Context,
) -> Result<(), OpsError> {
    let sources = paths.iter().cloned().map(Source::BundlePath).collect();
    let documents = load(sources, &kept_for_tests(ignore)?, language)?;
    let request = Request {
        limit: 0,
        filter: None,
        timeout: TIMEOUT,
        environment: context.environment.texts(),
        network,
        threads: std::thread::available_parallelism().map_or(1, usize::from),
        events: None,
        values: false,
        coverage: None,
    };
    let (mut pretty, mut text, mut failed) = (pretty::Pretty::new(false, false), String::new(), 0);
    let _ = Suite::new(documents, &request)?.run(|tested| {
        if matches!(tested.outcome, Outcome::Failed | Outcome::Broken(_)) {
            failed += 1;
            text.push_str(&pretty.tested(&tested));
        }
    });
    if failed == 0 {
        return Ok(());
    }
    context.ui.plain(&text);
    Err(OpsError::FailedTests(failed))
}

fn run_once(
    suite: &Suite,
    report: Report,
    arguments: &TestArgs,
    flags: &GlobalArgs,
    context: &Context,
) -> Result<(), OpsError> {
    let streams = !context.ui.look().quiet;
    let mut pretty = pretty::Pretty::new(arguments.is_verbose(flags), arguments.var_values);
    let (mut all, mut totals) = (Vec::new(), Totals::default());
    let mut written = Ok(());
    let _ = suite.run(|tested| {
        totals.add(&tested);
        let text = match report {
            Report::Pretty => pretty.tested(&tested),
            Report::Github => github::tested(&tested),
            Report::Json | Report::Junit => String::new(),
        };
        if written.is_ok() && streams && !text.is_empty() {
            written = context.ui.content(&text);
        }
        all.push(tested);
    });
    written?;
    if arguments.sort == Order::Duration {
        all.sort_by_key(|tested| std::cmp::Reverse(tested.duration));
    }
    let end = match report {
        _ if !streams => failed_names(&all),
        Report::Pretty => pretty.end(),
        Report::Github => github::end(totals),
        Report::Json => json::report(&all),
        Report::Junit => junit::report(&all),
    };
    context.ui.content(&end)?;
    ended(&all, arguments)
}

/// How a run ends that was reported.
fn ended(all: &[Tested], arguments: &TestArgs) -> Result<(), OpsError> {
    if all.is_empty() && arguments.fail_on_empty {
        return Err(OpsError::NoTests);
    }
    match code(all, arguments.exit_zero_on_skipped) {
        0 => Ok(()),
        code => Err(OpsError::Ended(code)),
    }
}

/// The exit code of a run.
fn code(all: &[Tested], skipping_is_fine: bool) -> u8 {
    let is_well = |tested: &Tested| match tested.outcome {
        Outcome::Passed => true,
        Outcome::Skipped => skipping_is_fine,
        Outcome::Failed | Outcome::Broken(_) => false,
    };
    if all.iter().all(is_well) { 0 } else { 2 }
}

/// The tests that did not pass, a line each.
fn failed_names(all: &[Tested]) -> String {
    let failed = all.iter().filter(|tested| matches!(tested.outcome, Outcome::Failed | Outcome::Broken(_)));
    failed.map(|tested| format!("{}.{}\n", tested.rule.package, tested.rule.name)).collect()
}
