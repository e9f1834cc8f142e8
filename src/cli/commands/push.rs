//! `policy push`.

use super::{Context, tell_choice, write_digests};
use crate::cli::jobs::JobsArgs;
use crate::cli::sign_in::SignInArgs;
use crate::oci::Reference;
use crate::ops::push::{Pushed, prepare, push};
use crate::ops::{Names, OpsError};
use crate::ui::{Report, sentence};
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;

/// The images to send.
#[derive(Debug, Args)]
pub struct PushArgs {
    /// Names of the images, each with its registry
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

/// Pushes each image.
pub(in crate::cli) fn run(arguments: &PushArgs, context: &Context) -> Result<(), OpsError> {
    let store = context.store();
    let reader = Names { default_domain: context.default_domain() };
    let sign_in = arguments.sign_in.read(context)?;
    let named: Vec<Reference> = match sign_in.has_login() {
        // A digest's beginning does not tell the registry: the store does.
        true => {
            let found = arguments.images.iter().filter_map(|typed| reader.find(&store, typed, false).ok());
            found.map(|chosen| chosen.asked).collect()
        }
        false => Vec::new(),
    };
    let remote = context.remote_with(&sign_in, named.iter().map(Reference::registry))?;
    let jobs = arguments.jobs.jobs(context, remote)?;
    let mut digests = Vec::new();
    let deed = async |typed: &String| {
        let ready = prepare(&store, reader, typed)?;
        tell_choice(context, &ready.source);
        push(&store, &jobs, &ready, &|total| context.shown(&ready.source.asked.to_string(), total)).await
    };
    let done = |pushed: &Pushed| digests.push(pushed.digest.to_string());
    let outcome = context.each_at_once("pushed", &arguments.images, &jobs, deed, done);
    write_digests(arguments.digestfile.as_deref(), &digests)?;
    outcome
}

impl Report for Pushed {
    fn text(&self) -> String {
        let digest = [("digest", self.digest.as_str())];
        let mut text = sentence(&format!("Resolved ref [{}].", self.reference), &digest);
        text.push_str(&sentence(&format!("Pushed ref [{}].", self.reference), &digest));
        text
    }

    fn json(&self) -> Value {
        json!({
            "reference": format!("{}@{}", self.reference.repository(), self.digest),
            "repository": self.reference.repository(),
            "digest": self.digest,
            "mediaType": crate::oci::media_types::MANIFEST,
            "size": self.size,
            "annotations": self.annotations,
            "referenceAsTags": [self.reference.to_string()],
            "bundle": { "digest": self.bundle.digest, "mediaType": self.bundle.media_type, "size": self.bundle.size },
            "uploadedBytes": self.uploaded_bytes,
            "existed": self.existed,
        })
    }

    fn quiet(&self) -> Vec<String> {
        vec![self.digest.to_string()]
    }
}
