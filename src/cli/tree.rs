//! The whole command tree on one page.

use super::commands::{
    auth::AuthCommand, build::BuildArgs, check::CheckArgs, copy::CopyArgs, eval::EvalArgs, images::ImagesArgs,
    inspect::InspectArgs, login::LoginArgs, logout::LogoutArgs, migrate::MigrateArgs, parse::ParseArgs, pull::PullArgs,
    push::PushArgs, remote::RemoteCommand, repl::ReplArgs, rm::RmArgs, save::SaveArgs, serve::ServeArgs, tag::TagArgs,
    templates::TemplatesCommand, test::TestArgs,
};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// Build, tag, push, pull and try Open Policy Agent policies as OCI images
#[derive(Debug, Parser)]
#[command(name = "policy", version, propagate_version = false, subcommand_required = false, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub(super) global: GlobalArgs,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

/// What to do. There is one in a run: that the largest is large costs nothing.
#[derive(Debug, Subcommand)]
#[allow(clippy::large_enum_variant)]
pub enum Command {
    /// Build a bundle from Rego and data, and store it as an image
    Build(With<BuildArgs>),
    /// Tell what is wrong with Rego modules, as OPA does
    Check(With<CheckArgs>),
    /// Print the tree of a Rego module
    Parse(With<ParseArgs>),
    /// List the images of the local store; with -r, those of a registry
    #[command(visible_alias = "list")]
    Images(With<ImagesArgs>),
    /// Give an image further names
    Tag(With<TagArgs>),
    /// Show what an image is
    Inspect(With<InspectArgs>),
    /// Write an image's bundle to a file
    Save(With<SaveArgs>),
    /// Remove names from the local store, and what nothing names any more; with -r, from their registries
    Rm(With<RmArgs>),
    /// List, show and delete what registries hold
    #[command(subcommand)]
    Remote(RemoteCommand),
    /// Upload images to their registries
    Push(With<PushArgs>),
    /// Download images into the local store
    Pull(With<PullArgs>),
    /// Copy images from registry to registry, past the local store
    Copy(With<CopyArgs>),
    /// Move all images of an account to another registry
    #[command(visible_alias = "sync")]
    Migrate(With<MigrateArgs>),
    /// Sign in to a registry
    Login(With<LoginArgs>),
    /// Forget the credentials of a registry
    Logout(With<LogoutArgs>),
    /// Show credentials, and ask registries about them
    #[command(subcommand)]
    Auth(AuthCommand),
    /// Ask modules, data and images one question, as OPA does
    #[command(
        mut_arg("timeout", |flag| flag
            .value_parser(super::durations::read)
            .value_name("DURATION")
            .help("How long the evaluation may take, such as 100ms [default: no limit]")),
        mut_arg("format", |flag| flag.long("as").hide(true)),
    )]
    Eval(With<EvalArgs>),
    /// Ask modules, data and images questions and define rules, line by line, as OPA does
    #[command(mut_arg("format", |flag| flag.long("as").hide(true)))]
    Repl(With<ReplArgs>),
    /// Run the tests of Rego modules and images, as OPA does
    #[command(
        mut_arg("verbose", |flag| flag.help("Show tests that pass too, and what they print")),
        mut_arg("timeout", |flag| flag
            .value_parser(super::durations::read)
            .value_name("DURATION")
            .help("How long a test may take, such as 100ms [default: 5s]")),
        mut_arg("config", |flag| flag.short(None)),
        mut_arg("format", |flag| flag.long("as").hide(true)),
    )]
    Test(With<TestArgs>),
    /// List and apply starter files
    #[command(subcommand)]
    Templates(TemplatesCommand),
    /// Show the version of this program
    Version(With<NoArgs>),
    /// Run a registry on this machine
    Serve(With<ServeArgs>),
}

/// A command's own arguments with the global ones behind them, so that these may stand on either side of the verb.
#[derive(Debug, Args)]
pub struct With<T: Args> {
    #[command(flatten)]
    pub(super) own: T,
    #[command(flatten)]
    pub(super) global: GlobalArgs,
}

/// No arguments of its own.
#[derive(Debug, Args)]
pub struct NoArgs {}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    /// For people
    #[value(alias = "pretty")]
    Text,
    /// For programs
    Json,
}

/// The flags every command takes, before or after its name.
#[derive(Debug, Default, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArgs {
    /// Configuration file [default: ~/.policy/config.yaml]
    #[arg(short, long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Tell more on standard error; repeat for more still
    #[arg(short = 'v', action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
    /// As -v: 0 errors, 1 information, 2 debugging, 3 everything
    #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "1")]
    pub(super) verbosity: Option<u8>,
    /// Tell what is asked of registries (as -vv)
    #[arg(long)]
    pub(super) debug: bool,
    /// Do not verify the certificates of registries
    #[arg(short = 'k', long)]
    pub(super) insecure: bool,
    /// Speak HTTP instead of HTTPS; without it only loopback hosts are spoken to in HTTP
    #[arg(long, visible_alias = "plain-http", value_name = "BOOL", num_args = 0..=1, require_equals = true,
        default_missing_value = "true",
        value_parser = clap::builder::BoolishValueParser::new())]
    pub(super) plaintext: Option<bool>,
    /// PEM file with a certificate authority to trust besides those of the machine; repeatable
    #[arg(long, value_name = "FILE")]
    pub(super) ca_file: Vec<PathBuf>,
    /// PEM file with the certificate to show to registries that want one
    #[arg(long, value_name = "FILE")]
    pub(super) cert_file: Option<PathBuf>,
    /// PEM file with that certificate's private key [default: the file of the certificate]
    #[arg(long, value_name = "FILE")]
    pub(super) key_file: Option<PathBuf>,
    /// How long a registry may stay silent [default: 30]
    #[arg(long, value_name = "SECONDS", value_parser = crate::config::seconds)]
    pub(super) timeout: Option<Duration>,
    /// How often to ask again when a failure may pass [default: 4]
    #[arg(long, value_name = "N", value_parser = crate::config::retries)]
    pub(super) retries: Option<u32>,
    /// How to print results [default: text]
    #[arg(long, value_enum, value_name = "FORMAT", hide_possible_values = true)]
    pub(super) format: Option<FormatArg>,
    /// Print the digest, or the name, alone
    #[arg(short, long)]
    pub(super) quiet: bool,
}

impl GlobalArgs {
    /// The flags given before the verb and after it as one: counts add up, the later value wins.
    pub(super) fn merged(self, later: &Self) -> Self {
        let verbosity = match (self.verbosity, later.verbosity) {
            (Some(before), Some(after)) => Some(before.saturating_add(after)),
            (before, after) => after.or(before),
        };
        Self {
            config: later.config.clone().or(self.config),
            verbose: self.verbose.saturating_add(later.verbose),
            verbosity,
            debug: self.debug || later.debug,
            insecure: self.insecure || later.insecure,
            plaintext: later.plaintext.or(self.plaintext),
            ca_file: [self.ca_file, later.ca_file.clone()].concat(),
            cert_file: later.cert_file.clone().or(self.cert_file),
            key_file: later.key_file.clone().or(self.key_file),
            timeout: later.timeout.or(self.timeout),
            retries: later.retries.or(self.retries),
            format: later.format.or(self.format),
            quiet: self.quiet || later.quiet,
        }
    }

    /// How much to tell, 0 to 3 and more.
    pub(super) fn level(&self) -> u8 {
        let asked = self.verbose.saturating_add(self.verbosity.unwrap_or_default());
        if self.debug { asked.max(2) } else { asked }
    }
}

impl Command {
    /// The global flags given after the verb.
    pub(super) fn global(&self) -> &GlobalArgs {
        match self {
            Self::Build(with) => &with.global,
            Self::Check(with) => &with.global,
            Self::Parse(with) => &with.global,
            Self::Images(with) => &with.global,
            Self::Tag(with) => &with.global,
            Self::Inspect(with) => &with.global,
            Self::Save(with) => &with.global,
            Self::Rm(with) => &with.global,
            Self::Remote(command) => command.global(),
            Self::Push(with) => &with.global,
            Self::Pull(with) => &with.global,
            Self::Copy(with) => &with.global,
            Self::Migrate(with) => &with.global,
            Self::Login(with) => &with.global,
            Self::Logout(with) => &with.global,
            Self::Auth(AuthCommand::List(with)) => &with.global,
            Self::Auth(AuthCommand::Check(with)) => &with.global,
            Self::Eval(with) => &with.global,
            Self::Repl(with) => &with.global,
            Self::Test(with) => &with.global,
            Self::Templates(TemplatesCommand::List(with)) => &with.global,
            Self::Templates(TemplatesCommand::Apply(with)) => &with.global,
            Self::Version(with) => &with.global,
            Self::Serve(with) => &with.global,
        }
    }
}

impl Command {
    /// The format asked for by the flag `-f` of a command that has one.
    pub(super) fn short_format(&self) -> Option<FormatArg> {
        match self {
            Self::Check(with) => with.own.format(),
            _ => None,
        }
    }

    /// What failed, in the words of an error.
    pub(super) fn verb(&self) -> &'static str {
        match self {
            Self::Build(_) => "build failed",
            Self::Check(_) => "check failed",
            Self::Parse(_) => "parse failed",
            Self::Images(_) => "images failed",
            Self::Tag(_) => "tag failed",
            Self::Inspect(_) => "inspect failed",
            Self::Save(_) => "save failed",
            Self::Rm(_) => "rm failed",
            Self::Remote(command) => command.verb(),
            Self::Push(_) => "push failed",
            Self::Pull(_) => "pull failed",
            Self::Copy(_) => "copy failed",
            Self::Migrate(_) => "migrate failed",
            Self::Login(_) => "login failed",
            Self::Logout(_) => "logout failed",
            Self::Auth(AuthCommand::List(_)) => "auth list failed",
            Self::Auth(AuthCommand::Check(_)) => "auth check failed",
            Self::Eval(_) => "eval failed",
            Self::Repl(_) => "repl failed",
            Self::Test(_) => "test failed",
            Self::Templates(_) => "templates failed",
            Self::Version(_) => "version failed",
            Self::Serve(_) => "serve failed",
        }
    }
}
