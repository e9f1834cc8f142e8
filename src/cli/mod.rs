//! What was typed becomes a request; an outcome becomes words; a cause becomes a hint and an exit code.

mod arguments;
mod commands;
mod context;
mod coverage_runs;
mod durations;
mod each;
mod explain;
mod failure;
mod jobs;
mod metrics;
mod network;
mod opa_variables;
mod places;
mod policies;
mod rego;
mod sign_in;
mod tree;

pub use context::{Context, Terminal};
pub use sign_in::{FromArgs, SignIn, SignInArgs, ToArgs};

use crate::config::{Config, Environment};
use crate::ops::OpsError;
use crate::ui::{Format, Look, Ui};
use clap::{CommandFactory, FromArgMatches};
use std::ffi::OsString;
use tree::{Cli, Command, FormatArg, GlobalArgs};

/// Runs the program: `typed` is what follows its name. Gives the exit code.
#[must_use]
pub fn run(typed: &[OsString], environment: Environment, terminal: Terminal) -> u8 {
    let tree = command_tree();
    let normal = arguments::normalise(&tree, typed);
    let argv: Vec<OsString> = std::iter::once(OsString::from("policy")).chain(normal).collect();
    let matches = |argv: &[OsString]| tree.clone().try_get_matches_from(argv);
    let parsed = matches(&argv)
        .and_then(|found| {
            opa_variables::with_flags(&tree, &found, &argv, &environment).map_or(Ok(found), |argv| matches(&argv))
        })
        .and_then(|found| Cli::from_arg_matches(&found));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { usage_code(typed) } else { 0 };
            // A closed output changes nothing about what was asked.
            let _ = error.print();
            return code;
        }
    };
    let Some(command) = &cli.command else {
        let _ = tree.clone().print_help();
        return 0;
    };
    let mut later = command.global().clone();
    if let Command::Eval(_) | Command::Test(_) = command {
        // There it is the time of an evaluation.
        later.timeout = None;
    }
    if let Command::Test(_) = command {
        // There it is about tests.
        later.verbose = 0;
    }
    let mut global = cli.global.clone().merged(&later);
    global.format = command.short_format().or(global.format);
    let ui = Ui::new(look(&global, &environment, terminal));
    let config = match Config::load(&environment, global.config.as_deref()) {
        Ok(config) => config,
        Err(error) => return failure::tell(&ui, None, &error.into()),
    };
    ui.install_log(global.level().max(config.verbosity), config.log_as_json);
    let context = Context::new(ui, config, environment, &global);
    match execute(command, &context) {
        Ok(()) => 0,
        Err(error) => match (failure::tell(&context.ui, Some(command.verb()), &error), command, error) {
            (_, Command::Eval(_), OpsError::Usage(_)) => 1,
            (code, ..) => code,
        },
    }
}

/// The exit code of what is not understood: `eval` and `test` have that of `opa`.
fn usage_code(typed: &[OsString]) -> u8 {
    let is_command = |word: &OsString| command_tree().find_subcommand(word).is_some();
    let command = typed.iter().find(|word| is_command(word));
    if command.is_some_and(|word| word == "eval" || word == "test") { 1 } else { 2 }
}

/// The command tree as help pages show it.
#[must_use]
pub fn command_tree() -> clap::Command {
    // Kong, the Go CLI's parser, lets the later of two equal flags win.
    let mut tree = Cli::command().args_override_self(true);
    tree.build();
    tree
}

fn look(global: &GlobalArgs, environment: &Environment, terminal: Terminal) -> Look {
    let plain = environment.is_set("NO_COLOR") || environment.text("TERM").as_deref() == Some("dumb");
    let forced = environment.is_set("CLICOLOR_FORCE") || environment.is_set("FORCE_COLOR");
    let format = match global.format {
        Some(FormatArg::Json) => Format::Json,
        Some(FormatArg::Text) | None => Format::Text,
    };
    Look {
        format,
        quiet: global.quiet,
        colour: forced || (terminal.stderr && !plain),
        progress: terminal.stderr && !global.quiet && !environment.is_set("CI"),
    }
}

fn execute(command: &Command, context: &Context) -> Result<(), OpsError> {
    match command {
        Command::Build(with) => commands::build::run(&with.own, context),
        Command::Check(with) => commands::check::run(&with.own, context),
        Command::Parse(with) => commands::parse::run(&with.own, context),
        Command::Images(with) => commands::images::run(&with.own, context),
        Command::Tag(with) => commands::tag::run(&with.own, context),
        Command::Inspect(with) => commands::inspect::run(&with.own, context),
        Command::Save(with) => commands::save::run(&with.own, context),
        Command::Rm(with) => commands::rm::run(&with.own, context),
        Command::Remote(command) => commands::remote::run(command, context),
        Command::Push(with) => commands::push::run(&with.own, context),
        Command::Pull(with) => commands::pull::run(&with.own, context),
        Command::Copy(with) => commands::copy::run(&with.own, context),
        Command::Migrate(with) => commands::migrate::run(&with.own, context),
        Command::Login(with) => commands::login::run(&with.own, context),
        Command::Logout(with) => commands::logout::run(&with.own, context),
        Command::Auth(command) => commands::auth::run(command, context),
        Command::Eval(with) => commands::eval::run(&with.own, &with.global, context),
        Command::Repl(with) => commands::repl::run(&with.own, context),
        Command::Test(with) => commands::test::run(&with.own, &with.global, context),
        Command::Templates(command) => commands::templates::run(command, context),
        Command::Version(_) => commands::version::run(context),
        Command::Serve(with) => commands::serve::run(&with.own, context),
    }
}
