//! `policy templates`.

use super::Context;
use crate::cli::tree::{NoArgs, With};
use crate::ops::OpsError;
use crate::templates::{Choice, Made, TEMPLATES, Values, apply};
use crate::ui::{Report, sentence, table};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::path::PathBuf;

/// What to do with starter files.
#[derive(Debug, Subcommand)]
pub enum TemplatesCommand {
    /// List the templates
    List(With<NoArgs>),
    /// Write the files of a template
    Apply(With<ApplyArgs>),
}

/// Which template, and where.
#[derive(Debug, Args)]
pub struct ApplyArgs {
    /// Name of the template
    #[arg(value_name = "TEMPLATE")]
    template: String,
    /// Folder to write to
    #[arg(short, long, value_name = "FOLDER", default_value = ".")]
    output: PathBuf,
    /// Replace files that are there
    #[arg(long)]
    overwrite: bool,
    /// Version of Rego of a policy template
    #[arg(long, value_name = "VERSION", default_value = "rego.v1", value_parser = ["rego.v1", "rego.v0"])]
    rego_version: String,
    /// Registry of a CI template [default: the default domain]
    #[arg(long, value_name = "SERVER")]
    server: Option<String>,
    /// User a CI template signs in as
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// Name of the CI secret with the password
    #[arg(long, value_name = "NAME", default_value = "REGISTRY_TOKEN")]
    secret: String,
    /// Repository a CI template publishes to
    #[arg(long, value_name = "ORG/REPO")]
    repo: Option<String>,
}

/// Lists or applies.
pub(in crate::cli) fn run(command: &TemplatesCommand, context: &Context) -> Result<(), OpsError> {
    match command {
        TemplatesCommand::List(_) => context.ui.report(&List)?,
        TemplatesCommand::Apply(with) => {
            let arguments = &with.own;
            let (choice, title) = choose(arguments, context)?;
            let files = apply(&choice, &arguments.output, arguments.overwrite)?;
            for file in files.iter().filter(|file| !file.written) {
                context.ui.note(&format!("{} was there and stays; --overwrite replaces it", file.path.display()));
            }
            context.ui.report(&Applied { template: arguments.template.clone(), title, files })?;
        }
    }
    Ok(())
}

fn choose(arguments: &ApplyArgs, context: &Context) -> Result<(Choice, String), OpsError> {
    let name = arguments.template.as_str();
    if name == "policy-template" {
        let choice = if arguments.rego_version == "rego.v0" { Choice::PolicyV0 } else { Choice::PolicyV1 };
        return Ok((choice, format!("{name}/{}", arguments.rego_version)));
    }
    if !TEMPLATES.iter().any(|template| template.name == name) {
        return Err(OpsError::Usage(format!("there is no template {name:?}: see policy templates list")));
    }
    let ask = |given: &Option<String>, flag: &str| match given {
        Some(value) => Ok(value.clone()),
        None if context.ui.is_interactive() => Ok(context.ui.ask_line(&format!("> {flag}: "))?.unwrap_or_default()),
        None => Err(OpsError::Usage(format!("the template {name} needs --{flag}"))),
    };
    let repository = ask(&arguments.repo, "repo")?;
    if !repository.contains('/') {
        return Err(OpsError::Usage(format!("repo must be in the format 'org/repo', not {repository:?}")));
    }
    let values = Values {
        server: arguments.server.clone().unwrap_or_else(|| context.default_domain().to_owned()),
        user: ask(&arguments.user, "user")?,
        secret: arguments.secret.clone(),
        repository,
    };
    let choice = if name == "github" { Choice::Github(values) } else { Choice::Gitlab(values) };
    Ok((choice, name.to_owned()))
}

struct List;

impl Report for List {
    fn text(&self) -> String {
        let rows: Vec<Vec<String>> = TEMPLATES
            .iter()
            .map(|template| [template.name, template.kind, template.description].map(str::to_owned).to_vec())
            .collect();
        sentence("Fetching templates", &[]) + &table(&["NAME", "KIND", "DESCRIPTION"], &rows)
    }

    fn json(&self) -> Value {
        TEMPLATES
            .iter()
            .map(
                |template| json!({ "name": template.name, "kind": template.kind, "description": template.description }),
            )
            .collect()
    }

    fn quiet(&self) -> Vec<String> {
        TEMPLATES.iter().map(|template| template.name.to_owned()).collect()
    }
}

struct Applied {
    template: String,
    title: String,
    files: Vec<Made>,
}

impl Report for Applied {
    fn text(&self) -> String {
        let processing = sentence(&format!("Processing template \"{}\"", self.template), &[]);
        let done = sentence(&format!("The template \"{}\" was created successfully", self.title), &[]);
        processing + &sentence("Generating files", &[]) + &done
    }

    fn json(&self) -> Value {
        let files: Vec<Value> = self
            .files
            .iter()
            .map(|file| {
                let action = if file.written { "written" } else { "kept" };
                json!({ "path": file.path.display().to_string(), "action": action })
            })
            .collect();
        json!({ "template": self.title, "files": files })
    }

    fn quiet(&self) -> Vec<String> {
        self.files.iter().map(|file| file.path.display().to_string()).collect()
    }
}
