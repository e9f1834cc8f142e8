//! `policy build`.

use super::check::Found;
use super::{Context, write_digests};
use crate::cli::network::NetworkArgs;
use crate::cli::rego::RegoArgs;
use crate::ops::build::{Built, Request, build};
use crate::ops::{Names, OpsError};
use crate::sources;
use crate::ui::{Report, sentence};
use clap::Args;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What to build, and how.
#[derive(Debug, Args)]
pub struct BuildArgs {
    /// Folders of Rego and data, each the root of a bundle, or bundle.tar.gz files
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Name of the image; may be given several times [default: default:latest]
    #[arg(short, long = "tag", value_name = "NAME")]
    tags: Vec<String>,
    /// Annotations of the image, KEY=VALUE; several with ';' between them
    #[arg(short, long, value_name = "KEY=VALUE;…")]
    annotations: Vec<String>,
    /// Revision of the bundle [default: the one in .manifest]
    #[arg(short, long, value_name = "REVISION")]
    revision: Option<String>,
    /// Names of files and folders to leave out, such as '*_test.rego'; several with ',' between them
    #[arg(long, value_name = "PATTERN,…")]
    ignore: Vec<String>,
    #[command(flatten)]
    rego: RegoArgs,
    /// Decisions that are asked for, such as authz/allow; several with ',' between them
    #[arg(short, long, value_name = "PATH,…")]
    entrypoint: Vec<String>,
    /// Optimisation level; above 0 there must be entrypoints, and the bundle is packed as written
    #[arg(short = 'O', long, value_name = "LEVEL", default_value_t = 0)]
    optimize: u8,
    /// Output of the compiler; only rego
    #[arg(long, value_name = "TARGET", default_value = "rego")]
    target: String,
    /// Run the tests beside the modules first, also those that --ignore leaves out, and build nothing if one fails
    #[arg(long)]
    test: bool,
    #[command(flatten)]
    network: NetworkArgs,
    /// Write the image's digest to a file
    #[arg(long, value_name = "FILE")]
    digestfile: Option<PathBuf>,
    #[arg(long, hide = true, value_name = "FILE")]
    build_config_file: Option<String>,
    #[arg(long, hide = true, value_name = "KEY")]
    verification_key: Option<String>,
    #[arg(long, hide = true, value_name = "ID")]
    verification_key_id: Option<String>,
    #[arg(long, hide = true, value_name = "ALGORITHM")]
    signing_alg: Option<String>,
    #[arg(long, hide = true, value_name = "SCOPE")]
    scope: Option<String>,
    #[arg(long, hide = true, value_name = "PATTERN")]
    exclude_files_verify: Vec<String>,
    #[arg(long, hide = true, value_name = "KEY")]
    signing_key: Option<String>,
    #[arg(long, hide = true, value_name = "FILE")]
    claims_file: Option<String>,
}

/// Builds and prints what was built.
pub(in crate::cli) fn run(arguments: &BuildArgs, context: &Context) -> Result<(), OpsError> {
    refuse(arguments)?;
    tell_ignored(arguments, context)?;
    let reader = Names { default_domain: context.default_domain() };
    let typed = if arguments.tags.is_empty() { vec!["default".to_owned()] } else { arguments.tags.clone() };
    let names = typed.iter().map(|name| reader.read(name)).collect::<Result<_, _>>()?;
    let request = Request {
        sources: sources::Request {
            paths: arguments.paths.clone(),
            ignore: split(&arguments.ignore, ','),
            rego_version: arguments.rego.version(),
            revision: arguments.revision.clone(),
            signed: false,
        },
        names,
        annotations: annotations(&arguments.annotations)?,
        entrypoints: split(&arguments.entrypoint, ','),
        optimisation: arguments.optimize,
        epoch: epoch(context)?,
        source_url: source_url(context),
        language: arguments.rego.language()?,
    };
    if arguments.test {
        let network = arguments.network.network(&request.language, context);
        super::test::run_for_build(&arguments.paths, &request.sources.ignore, &request.language, network, context)?;
    }
    let built = match build(&context.store(), &request) {
        Err(OpsError::Modules(problems)) if context.wants_json() => {
            context.ui.report(&Found(&problems))?;
            return Err(OpsError::Told);
        }
        other => other?,
    };
    for warning in &built.warnings {
        context.ui.warn(warning);
    }
    write_digests(arguments.digestfile.as_deref(), &[built.descriptor.digest.to_string()])?;
    context.ui.report(&built)?;
    Ok(())
}

/// What this program does not do is refused, never passed over.
fn refuse(arguments: &BuildArgs) -> Result<(), OpsError> {
    match arguments.target.as_str() {
        "rego" => {}
        "wasm" | "plan" => {
            let target = &arguments.target;
            return Err(OpsError::Unsupported(format!("--target {target} is not supported: bundles hold Rego")));
        }
        other => return Err(OpsError::Usage(format!("invalid target {other:?}"))),
    }
    let signing = [
        ("--signing-key", arguments.signing_key.is_some()),
        ("--claims-file", arguments.claims_file.is_some()),
        ("--verification-key", arguments.verification_key.is_some()),
        ("--scope", arguments.scope.is_some()),
        ("--exclude-files-verify", !arguments.exclude_files_verify.is_empty()),
    ];
    match signing.iter().find(|(_, given)| *given) {
        Some((flag, _)) => Err(OpsError::Unsupported(format!(
            "{flag} is not supported: OPA bundle signatures are not made or checked"
        ))),
        None => Ok(()),
    }
}

/// Flags that change less than their name promises say so.
fn tell_ignored(arguments: &BuildArgs, context: &Context) -> Result<(), OpsError> {
    if arguments.build_config_file.is_some() {
        context.ui.note("--build-config-file has no effect, as in earlier versions");
    }
    if arguments.optimize > 0 {
        context.ui.note("the bundle is packed unoptimised; it gives the same answers");
    }
    Ok(())
}

/// Splits lists; a backslash keeps the separator, and empty parts fall away.
pub(super) fn split(values: &[String], separator: char) -> Vec<String> {
    let mut parts = Vec::new();
    for value in values {
        let mut part = String::new();
        let mut characters = value.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '\\' if characters.peek() == Some(&separator) => part.extend(characters.next()),
                _ if character == separator => parts.push(std::mem::take(&mut part)),
                _ => part.push(character),
            }
        }
        parts.push(part);
    }
    parts.retain(|part| !part.is_empty());
    parts
}

fn annotations(values: &[String]) -> Result<BTreeMap<String, String>, OpsError> {
    split(values, ';')
        .iter()
        .map(|pair| match pair.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.to_owned())),
            _ => Err(OpsError::Usage(format!("the annotation {pair:?} is not KEY=VALUE"))),
        })
        .collect()
}

fn epoch(context: &Context) -> Result<Option<i64>, OpsError> {
    match context.environment.text("SOURCE_DATE_EPOCH") {
        None => Ok(None),
        Some(text) => match text.parse::<i64>() {
            Ok(seconds) if jiff::Timestamp::from_second(seconds).is_ok() => Ok(Some(seconds)),
            _ => Err(OpsError::Usage(format!("SOURCE_DATE_EPOCH={text:?} is not a number of seconds"))),
        },
    }
}

/// Where CI says the source is.
fn source_url(context: &Context) -> Option<String> {
    let environment = &context.environment;
    match (environment.text("GITHUB_SERVER_URL"), environment.text("GITHUB_REPOSITORY")) {
        (Some(server), Some(repository)) => Some(format!("{server}/{repository}")),
        _ => environment.text("CI_PROJECT_URL"),
    }
}

impl Report for Built {
    fn text(&self) -> String {
        let mut text = sentence("Created new image.", &[("digest", self.descriptor.digest.as_str())]);
        for name in &self.names {
            text.push_str(&sentence("Tagging image.", &[("reference", &name.to_string())]));
        }
        text
    }

    fn json(&self) -> Value {
        let first = self.names.first();
        json!({
            "reference": first.map(ToString::to_string),
            "repository": first.map(crate::oci::Reference::repository),
            "digest": self.descriptor.digest,
            "mediaType": self.descriptor.media_type,
            "size": self.descriptor.size,
            "tags": self.names.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "bundle": { "digest": self.layer.digest, "mediaType": self.layer.media_type, "size": self.layer.size },
            "annotations": self.descriptor.annotations,
            "revision": self.revision,
            "regoVersion": self.rego_version,
            "roots": self.roots,
            "created": self.created,
            "unchanged": self.unchanged,
        })
    }

    fn quiet(&self) -> Vec<String> {
        vec![self.descriptor.digest.to_string()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_split_and_a_backslash_keeps_the_separator() {
        assert_eq!(split(&["a,b".into(), String::new(), "c\\,d".into()], ','), ["a", "b", "c,d"]);
    }

    #[test]
    fn an_annotation_keeps_all_after_its_first_equals_sign() {
        let read = annotations(&["org.example.team=authz;org.example.x=a=b".into()]).unwrap();
        assert_eq!(read.get("org.example.x").map(String::as_str), Some("a=b"));
        assert!(annotations(&["novalue".into()]).is_err());
    }
}
