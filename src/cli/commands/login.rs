//! `policy login`.

use super::Context;
use crate::cli::sign_in::{Typed, check_username, secret, secret_from_stdin};
use crate::keychain::{Keep, Kept, Login, registry_of};
use crate::ops::OpsError;
use crate::ops::login::{Request, login};
use crate::secret::Secret;
use crate::ui::{Report, sentence};
use clap::Args;
use serde_json::{Value, json};

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
    #[arg(short, long, value_name = "PASSWORD", value_parser = secret, conflicts_with = "password_stdin")]
    password: Option<Secret>,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
    /// Read an identity (refresh) token from standard input
    #[arg(long, conflicts_with_all = ["username", "password", "password_stdin"])]
    identity_token_stdin: bool,
    /// Make the server the default domain
    #[arg(short, long)]
    default_domain: bool,
    /// Keep the password in the system's keyring instead of a file
    #[arg(long)]
    keyring: bool,
    /// Keep the password where Docker keeps its own, for docker, oras, cosign and others to use
    #[arg(long, conflicts_with = "keyring")]
    docker: bool,
}

/// Signs in, and prints the Go CLI's lines when it has worked.
pub(in crate::cli) fn run(arguments: &LoginArgs, context: &Context) -> Result<(), OpsError> {
    let current = context.default_domain().to_owned();
    let server = server_of(arguments.server.as_ref().or(arguments.server_flag.as_ref()), &current)?;
    let credential = credential(arguments, context, &server)?;
    let keep = match (arguments.docker, arguments.keyring || context.config.keyring) {
        (true, _) => Keep::Docker,
        (false, true) => Keep::Keyring,
        (false, false) => Keep::Own,
    };
    let remote = context.remote();
    let request = Request { server, login: credential, keep };
    let runtime = context.runtime()?;
    let done = context.wait(&runtime, login(&remote, &request))?;
    if let Some(why) = &done.keyring {
        context.ui.warn(&why.to_string());
    }
    let (server, kind) = (request.server, request.login.kind());
    let place = match &done.kept {
        Kept::File(path) => {
            let place = remote.keychain.shown(path);
            context.ui.note(&format!("the {kind} is kept unencrypted in {place}"));
            path.display().to_string()
        }
        Kept::Helper { name, place } => {
            context.ui.note(&format!("the {kind} is kept by docker-credential-{name} (named in {place})"));
            format!("docker-credential-{name}")
        }
        Kept::Keyring => {
            context.ui.note(&format!("the {kind} is kept in the system's keyring"));
            "keyring".to_owned()
        }
    };
    let becomes_default = server != current
        && (arguments.default_domain
            || (context.ui.is_interactive()
                && context.ui.confirm(
                    "> [bool] Do you want to set this server as your default domain?[yes/no]: ",
                    None,
                    false,
                )?));
    if becomes_default {
        context.config.keep_default_domain(&server)?;
    }
    let default = becomes_default || server == current;
    context.ui.report(&Shown { server, username: request.login.username().map(str::to_owned), place, default })?;
    Ok(())
}

/// What to sign in with; asks on a terminal for what is missing.
fn credential(arguments: &LoginArgs, context: &Context, server: &str) -> Result<Login, OpsError> {
    if arguments.identity_token_stdin {
        return Ok(Login::IdentityToken(secret_from_stdin("the identity token")?));
    }
    let no_user = || OpsError::Usage(format!("no user was named to sign in to {server} as: give --username"));
    let username = match &arguments.username {
        Some(username) => username.clone(),
        None if context.ui.is_interactive() => {
            context.ui.ask_line("Username: ")?.filter(|name| !name.is_empty()).ok_or_else(no_user)?
        }
        None => return Err(no_user()),
    };
    check_username(&username)?;
    let typed = Typed {
        prefix: "",
        username: Some(&username),
        password: arguments.password.as_ref(),
        password_stdin: arguments.password_stdin,
        identity_token_stdin: false,
    };
    let (password, _) = typed.secret(context, &username)?;
    Ok(Login::Password { username, password })
}

/// A registry as people may have copied it: without a scheme and without what follows the host.
pub(super) fn server_of(typed: Option<&String>, default: &str) -> Result<String, OpsError> {
    let text = typed.map_or(default, String::as_str);
    let server = registry_of(text);
    if server.is_empty() || server.contains(|c: char| c.is_control() || c.is_whitespace()) {
        return Err(OpsError::Usage(format!("{text:?} is not the name of a registry")));
    }
    // The password would stay behind in the shell's history, and be sent to whatever stands after it.
    if server.contains('@') {
        return Err(OpsError::Usage("the server's name holds a user name: give --username instead".to_owned()));
    }
    Ok(server)
}

struct Shown {
    server: String,
    username: Option<String>,
    place: String,
    default: bool,
}

impl Report for Shown {
    fn text(&self) -> String {
        let user = self.username.as_deref().map(|user| ("user", user));
        let values: Vec<(&str, &str)> = std::iter::once(("server", self.server.as_str())).chain(user).collect();
        let mut text = sentence("Logging in.", &values);
        text.push_str(&sentence("OK.", &[]));
        text
    }

    fn json(&self) -> Value {
        json!({ "server": self.server, "username": self.username, "store": self.place, "default": self.default })
    }

    fn quiet(&self) -> Vec<String> {
        vec![self.server.clone()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_read_as_people_copy_it() {
        let server = |typed: &str| server_of(Some(&typed.to_owned()), "x").ok();
        for (typed, wanted) in [
            ("https://ghcr.io/v2/", Some("ghcr.io")),
            ("http://localhost:5000", Some("localhost:5000")),
            ("GHCR.io", Some("ghcr.io")),
            ("ghcr.io/acme/authz:1", Some("ghcr.io")),
            ("https://index.docker.io/v1/", Some("docker.io")),
            ("", None),
            ("https://", None),
            ("a b", None),
            ("https://ann:hunter2@ghcr.io", None),
        ] {
            assert_eq!(server(typed).as_deref(), wanted, "{typed}");
        }
    }
}
