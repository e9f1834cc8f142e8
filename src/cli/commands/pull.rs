//! `policy pull`.

use super::{Context, write_digests};
use crate::cli::jobs::JobsArgs;
use crate::cli::sign_in::SignInArgs;
use crate::oci::Reference;
use crate::ops::pull::{Pulled, pull};
use crate::ops::{Names, OpsError};
use crate::ui::{Report, sentence};
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;

/// The images to fetch.
#[derive(Debug, Args)]
pub struct PullArgs {
    /// Names of the images
    #[arg(value_name = "IMAGE", required = true)]
    images: Vec<String>,
    /// Write the digests to a file, a line each
    #[arg(long, value_name = "FILE")]
    digestfile: Option<PathBuf>,
    #[command(flatten)]
    jobs: JobsArgs,
    #[command(flatten)]
    sign_in: SignInArgs,
}

/// Pulls each image.
pub(in crate::cli) fn run(arguments: &PullArgs, context: &Context) -> Result<(), OpsError> {
    let store = context.store();
    let reader = Names { default_domain: context.default_domain() };
    let sign_in = arguments.sign_in.read(context)?;
    let named: Vec<Reference> = arguments.images.iter().filter_map(|typed| reader.read(typed).ok()).collect();
    let remote = context.remote_with(&sign_in, named.iter().map(Reference::registry))?;
    let jobs = arguments.jobs.jobs(context, remote)?;
    let mut digests = Vec::new();
    let deed = async |typed: &String| {
        let reference = reader.read(typed)?;
        let pulled = pull(&store, &jobs, &reference, &|total| context.shown(&reference.to_string(), total)).await?;
        Ok(Shown { typed: typed.clone(), pulled })
    };
    let done = |shown: &Shown| digests.push(shown.pulled.digest.to_string());
    let outcome = context.each_at_once("pulled", &arguments.images, &jobs, deed, done);
    write_digests(arguments.digestfile.as_deref(), &digests)?;
    outcome
}

struct Shown {
    typed: String,
    pulled: Pulled,
}

impl Report for Shown {
    fn text(&self) -> String {
        let mut text = sentence("Pulling.", &[("ref", &self.typed)]);
        let done = format!("Pulled ref [{}].", self.pulled.reference);
        text.push_str(&sentence(&done, &[("digest", self.pulled.digest.as_str())]));
        text
    }

    fn json(&self) -> Value {
        let bundle = &self.pulled.bundle;
        json!({
            "reference": self.pulled.reference.to_string(),
            "digest": self.pulled.digest,
            "mediaType": self.pulled.media_type,
            "size": self.pulled.size,
            "bundle": { "digest": bundle.digest, "mediaType": bundle.media_type, "size": bundle.size },
            "status": if self.pulled.up_to_date { "upToDate" } else { "downloaded" },
        })
    }

    fn quiet(&self) -> Vec<String> {
        vec![self.pulled.digest.to_string()]
    }
}
