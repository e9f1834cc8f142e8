//! `policy remote`: what registries hold.

pub mod images;
pub mod inspect;
pub mod rm;
pub mod set_public;
pub mod tags;

use super::super::tree::{GlobalArgs, With};
use super::{Context, login};
use crate::oci::{Name, Reference};
use crate::ops::OpsError;
use clap::Subcommand;

/// What to do with what registries hold.
#[derive(Debug, Subcommand)]
pub enum RemoteCommand {
    /// List the repositories of a registry and their tags
    Images(With<images::ListingArgs>),
    /// List the tags of a repository, one a line
    Tags(With<tags::TagsArgs>),
    /// Show what an image of a registry is, without pulling it
    Inspect(With<inspect::RemoteInspectArgs>),
    /// Delete tags or whole repositories in their registries (as rm --remote)
    Rm(With<rm::RemoteRmArgs>),
    /// Say where a repository is made public or private
    SetPublic(With<set_public::SetPublicArgs>),
}

impl RemoteCommand {
    /// The global flags given after the verb.
    pub(in crate::cli) fn global(&self) -> &GlobalArgs {
        match self {
            Self::Images(with) => &with.global,
            Self::Tags(with) => &with.global,
            Self::Inspect(with) => &with.global,
            Self::Rm(with) => &with.global,
            Self::SetPublic(with) => &with.global,
        }
    }

    /// What failed, in the words of an error.
    pub(in crate::cli) fn verb(&self) -> &'static str {
        match self {
            Self::Images(_) => "remote images failed",
            Self::Tags(_) => "remote tags failed",
            Self::Inspect(_) => "remote inspect failed",
            Self::Rm(_) => "remote rm failed",
            Self::SetPublic(_) => "remote set-public failed",
        }
    }
}

/// Does it.
pub(in crate::cli) fn run(command: &RemoteCommand, context: &Context) -> Result<(), OpsError> {
    match command {
        RemoteCommand::Images(with) => images::run(&with.own, context),
        RemoteCommand::Tags(with) => tags::run(&with.own, context),
        RemoteCommand::Inspect(with) => inspect::run(&with.own, context),
        RemoteCommand::Rm(with) => rm::run(&with.own, context),
        RemoteCommand::SetPublic(with) => set_public::run(&with.own, context),
    }
}

/// The registry that `-s` names, else the default domain.
fn server(given: Option<&String>, context: &Context) -> Result<String, OpsError> {
    login::server_of(given, context.default_domain())
}

/// What somebody typed as the name of something in the registry that `-s` names, else in any.
fn name(typed: &str, given: Option<&String>, context: &Context) -> Result<Name, OpsError> {
    let server = server(given, context)?;
    let name = Name::parse(typed, &server)?;
    if given.is_some() && name.reference.registry() != server {
        return Err(OpsError::Usage(format!("{typed} is not in {server}: leave the registry or --server out")));
    }
    Ok(name)
}

/// The same of a repository: a name without a tag.
fn repository(typed: &str, given: Option<&String>, context: &Context) -> Result<Reference, OpsError> {
    let name = name(typed, given, context)?;
    if name.has_target {
        return Err(OpsError::Usage(format!("a repository is wanted, without a tag: {}", name.reference.repository())));
    }
    Ok(name.reference)
}
