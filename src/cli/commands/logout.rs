//! `policy logout`.

use super::{Context, login::server_of};
use crate::ops::OpsError;
use crate::ops::login::logout;
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
}

/// Forgets a credential; that there was none is no error.
pub(in crate::cli) fn run(arguments: &LogoutArgs, context: &Context) -> Result<(), OpsError> {
    let server = server_of(arguments.server.as_ref().or(arguments.server_flag.as_ref()), context.default_domain());
    let removed = logout(&context.remote(), &server)?;
    context.ui.report(&Shown { server, removed })?;
    Ok(())
}

struct Shown {
    server: String,
    removed: bool,
}

impl Report for Shown {
    fn text(&self) -> String {
        let mut text = sentence("Logging out.", &[("server", &self.server)]);
        text.push_str(&sentence("OK.", &[]));
        text
    }

    fn json(&self) -> Value {
        json!({ "server": self.server, "removed": self.removed })
    }

    fn quiet(&self) -> Vec<String> {
        vec![self.server.clone()]
    }
}
