//! `policy tag`.

use super::{Context, tell_choice};
use crate::ops::tag::{Tagged, tag};
use crate::ops::{Names, OpsError};
use crate::ui::{Report, sentence};
use clap::Args;
use serde_json::{Value, json};

/// An image, and its further names.
#[derive(Debug, Args)]
pub struct TagArgs {
    /// Name of the image, or the beginning of its digest
    #[arg(value_name = "SOURCE")]
    source: String,
    /// Names to give it
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,
}

/// Tags and prints the names.
pub(in crate::cli) fn run(arguments: &TagArgs, context: &Context) -> Result<(), OpsError> {
    let reader = Names { default_domain: context.default_domain() };
    let names = arguments.names.iter().map(|name| reader.read(name)).collect::<Result<Vec<_>, _>>()?;
    let tagged = tag(&context.store(), reader, &arguments.source, &names)?;
    tell_choice(context, &tagged.source);
    context.ui.report(&tagged)?;
    Ok(())
}

impl Report for Tagged {
    fn text(&self) -> String {
        self.names.iter().map(|name| sentence("Tagging image.", &[("reference", &name.to_string())])).collect()
    }

    fn json(&self) -> Value {
        let names: Vec<String> = self.names.iter().map(ToString::to_string).collect();
        json!({ "source": self.source.entry.reference.to_string(), "digest": self.digest, "tags": names })
    }

    fn quiet(&self) -> Vec<String> {
        self.names.iter().map(ToString::to_string).collect()
    }
}
