//! `policy login`.

use super::Context;
use crate::keychain::Kept;
use crate::ops::OpsError;
use crate::ops::login::{Request, login};
use crate::secret::Secret;
use crate::ui::{Report, sentence};
use clap::Args;
use serde_json::{Value, json};
use std::io::Read;

/// The most bytes a password may have.
const PASSWORD_LIMIT: u64 = 64 << 10;

/// Where to sign in, and as whom.
#[derive(Debug, Args)]
pub struct LoginArgs {
    /// Registry to sign in to [default: the default domain]
    #[arg(value_name = "SERVER", conflicts_with = "server_flag")]
    server: Option<String>,
    /// As SERVER
    #[arg(id = "server_flag", short = 's', long = "server", value_name = "SERVER")]
    server_flag: Option<String>,
    /// User
    #[arg(short, long, value_name = "USER")]
    username: Option<String>,
    /// Password or access token; visible to others on this machine: prefer --password-stdin
    #[arg(short, long, value_name = "PASSWORD", conflicts_with = "password_stdin")]
    password: Option<String>,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
    /// Make the server the default domain
    #[arg(short, long)]
    default_domain: bool,
    /// Keep the password in the system's keyring instead of a file
    #[arg(long)]
    keyring: bool,
}

/// Signs in, and prints the Go CLI's lines when it has worked.
pub(in crate::cli) fn run(arguments: &LoginArgs, context: &Context) -> Result<(), OpsError> {
    let current = context.default_domain().to_owned();
    let server = server_of(arguments.server.as_ref().or(arguments.server_flag.as_ref()), &current);
    let username = match &arguments.username {
        Some(username) => username.clone(),
        None if context.ui.is_interactive() => {
            context.ui.ask_line("Username: ")?.filter(|name| !name.is_empty()).ok_or_else(|| no_user(&server))?
        }
        None => return Err(no_user(&server)),
    };
    let password = password(arguments, context)?;
    let request = Request { server, username, password, keyring: arguments.keyring };
    let runtime = context.runtime()?;
    let kept = context.wait(&runtime, login(&context.remote(), &request))?;
    if let Kept::File(path) = &kept {
        context.ui.note(&format!("the password is kept unencrypted in {}", path.display()));
    }
    let becomes_default = request.server != current
        && (arguments.default_domain
            || (context.ui.is_interactive()
                && context.ui.confirm(
                    "> [bool] Do you want to set this server as your default domain?[yes/no]: ",
                    None,
                    false,
                )?));
    if becomes_default {
        context.config.keep_default_domain(&request.server)?;
    }
    let default = becomes_default || request.server == current;
    context.ui.report(&Shown { server: request.server, username: request.username, kept, default })?;
    Ok(())
}

fn no_user(server: &str) -> OpsError {
    OpsError::Usage(format!("no user was named to sign in to {server} as: give --username"))
}

/// A registry as people may have copied it: without a scheme and without what follows the host.
pub(super) fn server_of(typed: Option<&String>, default: &str) -> String {
    let text = typed.map_or(default, String::as_str);
    let text = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or(text);
    match text.split('/').next().unwrap_or_default() {
        "index.docker.io" | "registry-1.docker.io" => "docker.io".to_owned(),
        host => host.to_owned(),
    }
}

fn password(arguments: &LoginArgs, context: &Context) -> Result<Secret, OpsError> {
    if let Some(password) = &arguments.password {
        context.ui.warn("Using --password via the CLI is insecure. Use --password-stdin.");
        return Ok(Secret::new(password));
    }
    if arguments.password_stdin {
        let mut text = String::new();
        let read = std::io::stdin().lock().take(PASSWORD_LIMIT).read_to_string(&mut text);
        read.map_err(|cause| OpsError::Read { what: "the password from standard input".to_owned(), cause })?;
        let text = text.strip_suffix('\n').unwrap_or(&text);
        return Ok(Secret::new(text.strip_suffix('\r').unwrap_or(text)));
    }
    if !context.ui.is_interactive() {
        return Err(OpsError::Usage("no password was given: pipe it in with --password-stdin".to_owned()));
    }
    let read = context.ui.ask_password("Password: ");
    read.map(Secret::new).map_err(|cause| OpsError::Read { what: "the password from the terminal".to_owned(), cause })
}

struct Shown {
    server: String,
    username: String,
    kept: Kept,
    default: bool,
}

impl Report for Shown {
    fn text(&self) -> String {
        let mut text = sentence("Logging in.", &[("server", &self.server), ("user", &self.username)]);
        text.push_str(&sentence("OK.", &[]));
        text
    }

    fn json(&self) -> Value {
        let store = match &self.kept {
            Kept::File(path) => path.display().to_string(),
            Kept::Helper(name) => format!("docker-credential-{name}"),
            Kept::Keyring => "keyring".to_owned(),
        };
        json!({ "server": self.server, "username": self.username, "store": store, "default": self.default })
    }

    fn quiet(&self) -> Vec<String> {
        vec![self.server.clone()]
    }
}
