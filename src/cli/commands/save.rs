//! `policy save`.

use super::{Context, tell_choice};
use crate::ops::save::{Saved, save_to_file, save_to_stream};
use crate::ops::{Names, OpsError};
use crate::ui::{Report, sentence};
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;

/// The image, and where its bundle goes.
#[derive(Debug, Args)]
pub struct SaveArgs {
    /// Name of the image, or the beginning of its digest
    #[arg(value_name = "IMAGE")]
    image: String,
    /// File to write; '-' is standard output
    #[arg(short, long, value_name = "FILE", default_value = "bundle.tar.gz")]
    file: PathBuf,
}

/// Writes the bundle and prints its digest, unless the bundle itself goes to standard output.
pub(in crate::cli) fn run(arguments: &SaveArgs, context: &Context) -> Result<(), OpsError> {
    let reader = Names { default_domain: context.default_domain() };
    let store = context.store();
    let found = reader.open(&store, &arguments.image, true)?;
    tell_choice(context, &found.0);
    if arguments.file.as_os_str() == "-" {
        save_to_stream(&store, found, &mut std::io::stdout().lock(), "standard output")?;
        return Ok(());
    }
    let saved = save_to_file(&store, found, &arguments.file)?;
    context.ui.report(&Shown { saved, path: arguments.file.clone() })?;
    Ok(())
}

struct Shown {
    saved: Saved,
    path: PathBuf,
}

impl Report for Shown {
    fn text(&self) -> String {
        let text = format!("Resolved ref [{}].", self.saved.source.entry.reference);
        sentence(&text, &[("digest", self.saved.digest.as_str())])
    }

    fn json(&self) -> Value {
        json!({
            "reference": self.saved.source.entry.reference.to_string(),
            "digest": self.saved.digest,
            "size": self.saved.size,
            "path": self.path.display().to_string(),
        })
    }

    fn quiet(&self) -> Vec<String> {
        vec![self.saved.digest.to_string()]
    }
}
