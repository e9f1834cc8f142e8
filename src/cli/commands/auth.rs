//! `policy auth`.

use super::Context;
use crate::cli::sign_in::SignInArgs;
use crate::cli::tree::{NoArgs, With};
use crate::keychain::{Entry, registry_of};
use crate::oci::is_repository_path;
use crate::ops::access::{Question, Used, check, used};
use crate::ops::{OpsError, chain};
use crate::ui::{Report, sentence, table};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// What to look at.
#[derive(Debug, Subcommand)]
pub enum AuthCommand {
    /// List the credentials there are, never their secrets
    List(With<NoArgs>),
    /// Show which credential would be used, and ask the registry whether it lets it in
    Check(With<CheckArgs>),
}

/// What to ask about.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Registry, or one of its repositories: REGISTRY[/REPOSITORY]
    #[arg(value_name = "REGISTRY[/REPO]")]
    place: String,
    /// Ask whether the repository may be written too: an upload is opened and cancelled
    #[arg(long)]
    push: bool,
    #[command(flatten)]
    sign_in: SignInArgs,
}

/// Lists or asks.
pub(in crate::cli) fn run(command: &AuthCommand, context: &Context) -> Result<(), OpsError> {
    match command {
        AuthCommand::List(_) => list(context),
        AuthCommand::Check(with) => ask(&with.own, context),
    }
}

/// A place that cannot be read is a warning: the others are listed.
fn list(context: &Context) -> Result<(), OpsError> {
    let (entries, failures) = context.remote().keychain.list();
    for failure in &failures {
        context.ui.warn(&chain(failure));
    }
    context.ui.report(&Listed(entries))?;
    Ok(())
}

fn ask(arguments: &CheckArgs, context: &Context) -> Result<(), OpsError> {
    let question = question(&arguments.place, arguments.push)?;
    let remote = context.remote_with(&arguments.sign_in.read(context)?, [question.registry.as_str()])?;
    let used = used(&remote, &question)?;
    let runtime = context.runtime()?;
    let outcome = context.wait(&runtime, check(&remote, &question));
    let error = outcome.as_ref().err().map(|error| chain(error));
    // Whoever was refused wants to know with what.
    if error.is_none() || !context.ui.look().quiet {
        context.ui.report(&Checked { question, used, error })?;
    }
    outcome
}

fn question(typed: &str, push: bool) -> Result<Question, OpsError> {
    let text = typed.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/');
    let (registry, path) = text.split_once('/').map_or((text, None), |(registry, path)| (registry, Some(path)));
    let registry = registry_of(registry);
    let wrong = |what: &str| Err(OpsError::Usage(format!("{typed:?}: {what}")));
    if registry.is_empty() {
        return wrong("this names no registry");
    }
    let path = match path {
        Some(path) if registry == "docker.io" && !path.contains('/') => Some(format!("library/{path}")),
        path => path.map(str::to_owned),
    };
    if path.as_deref().is_some_and(|path| !is_repository_path(path)) {
        return wrong("what follows the registry is not the path of a repository, such as acme/authz");
    }
    if push && path.is_none() {
        return wrong("--push asks about a repository: name it, as in ghcr.io/acme/authz");
    }
    Ok(Question { registry, path, push })
}

struct Listed(Vec<Entry>);

impl Report for Listed {
    fn text(&self) -> String {
        let row = |entry: &Entry| {
            let user = entry.username.clone().unwrap_or_else(|| "-".to_owned());
            vec![entry.registry.clone(), user, entry.kind.to_string(), entry.source.clone()]
        };
        table(&["REGISTRY", "USER", "KIND", "FROM"], &self.0.iter().map(row).collect::<Vec<_>>())
    }

    fn json(&self) -> Value {
        self.0
            .iter()
            .map(|entry| {
                json!({
                    "registry": entry.registry,
                    "username": entry.username,
                    "kind": entry.kind.to_string(),
                    "source": entry.source,
                })
            })
            .collect()
    }

    fn quiet(&self) -> Vec<String> {
        self.0.iter().map(|entry| entry.registry.clone()).collect()
    }
}

struct Checked {
    question: Question,
    used: Option<Used>,
    error: Option<String>,
}

impl Checked {
    fn place(&self) -> String {
        match &self.question.path {
            Some(path) => format!("{}/{path}", self.question.registry),
            None => self.question.registry.clone(),
        }
    }
}

impl Report for Checked {
    fn text(&self) -> String {
        let registry = self.place();
        let kind = self.used.as_ref().map(|used| used.kind.to_string());
        let mut values = vec![("registry", registry.as_str())];
        match &self.used {
            None => values.push(("credential", "none")),
            Some(used) => {
                values.extend(used.username.as_deref().map(|user| ("user", user)));
                values.extend(kind.as_deref().map(|kind| ("kind", kind)));
                values.push(("from", &used.source));
            }
        }
        let mut text = sentence("Asking the registry.", &values);
        if self.error.is_none() {
            let deed = match (&self.question.path, self.question.push) {
                (None, _) => "OK.",
                (Some(_), false) => "OK. It may be pulled.",
                (Some(_), true) => "OK. It may be pulled and pushed.",
            };
            text.push_str(&sentence(deed, &[]));
        }
        text
    }

    fn json(&self) -> Value {
        json!({
            "registry": self.question.registry,
            "repository": self.question.path,
            "push": self.question.push,
            "username": self.used.as_ref().and_then(|used| used.username.clone()),
            "kind": self.used.as_ref().map(|used| used.kind.to_string()),
            "source": self.used.as_ref().map(|used| used.source.clone()),
            "ok": self.error.is_none(),
            "error": self.error,
        })
    }

    fn quiet(&self) -> Vec<String> {
        vec![self.place()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_about_a_registry_or_a_repository() {
        let read = |typed: &str| question(typed, false).map(|question| (question.registry, question.path)).ok();
        let some = |registry: &str, path: Option<&str>| Some((registry.to_owned(), path.map(str::to_owned)));
        assert_eq!(read("ghcr.io"), some("ghcr.io", None));
        assert_eq!(read("https://ghcr.io/"), some("ghcr.io", None));
        assert_eq!(read("ghcr.io/acme/authz"), some("ghcr.io", Some("acme/authz")));
        assert_eq!(read("docker.io/nginx"), some("docker.io", Some("library/nginx")));
        assert_eq!(read("localhost:5000/a"), some("localhost:5000", Some("a")));
        for bad in ["", "https://", "ghcr.io/acme/authz:1", "ghcr.io/A b"] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert!(question("ghcr.io", true).is_err());
        assert!(question("ghcr.io/a", true).is_ok());
    }
}
