//! `policy logout`.

use super::{Context, login::server_of};
use crate::ops::OpsError;
use crate::ops::login::{Forgotten, logout, logout_everywhere};
use crate::ui::{Report, sentence};
use clap::Args;
use serde_json::{Value, json};

/// The registry to forget.
#[derive(Debug, Args)]
pub struct LogoutArgs {
    /// Registry to forget the credentials of [default: the default domain]
    #[arg(value_name = "SERVER", conflicts_with = "server_flag")]
    server: Option<String>,
    /// As SERVER
    #[arg(id = "server_flag", short = 's', long = "server", value_name = "SERVER")]
    server_flag: Option<String>,
    /// Forget the credentials of all registries
    #[arg(long, conflicts_with_all = ["server", "server_flag"])]
    all: bool,
    /// Forget what Docker keeps, instead of what this program keeps
    #[arg(long)]
    docker: bool,
}

/// Forgets a credential; that there was none is no error.
pub(in crate::cli) fn run(arguments: &LogoutArgs, context: &Context) -> Result<(), OpsError> {
    let remote = context.remote();
    let forgotten = if arguments.all {
        logout_everywhere(&remote, arguments.docker)?
    } else {
        let server = server_of(arguments.server.as_ref().or(arguments.server_flag.as_ref()), context.default_domain())?;
        vec![logout(&remote, &server, arguments.docker)?]
    };
    for Forgotten { server, erased, left } in &forgotten {
        match erased.as_slice() {
            [] => context.ui.note(&format!("there was no credential for {server} to forget")),
            places => context.ui.note(&format!("the credential for {server} was erased from {}", places.join(" and "))),
        }
        if let Some(left) = left {
            context.ui.note(&format!("another credential for {server} is left, and will be used: {left}"));
        }
    }
    if arguments.all && forgotten.is_empty() {
        context.ui.note("there was no credential to forget");
    }
    let reports: Vec<&dyn Report> = forgotten.iter().map(|one| one as &dyn Report).collect();
    context.ui.reports(&reports, arguments.all)?;
    Ok(())
}

impl Report for Forgotten {
    fn text(&self) -> String {
        let mut text = sentence("Logging out.", &[("server", &self.server)]);
        text.push_str(&sentence("OK.", &[]));
        text
    }

    fn json(&self) -> Value {
        json!({
            "server": self.server,
            "removed": !self.erased.is_empty(),
            "erased": self.erased,
            "left": self.left,
        })
    }

    fn quiet(&self) -> Vec<String> {
        vec![self.server.clone()]
    }
}
