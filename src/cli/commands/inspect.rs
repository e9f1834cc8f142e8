//! `policy inspect`.

use super::{Context, tell_choice};
use crate::ops::inspect::{Inspected, inspect};
use crate::ops::{Names, OpsError};
use crate::ui::{Format, Report, human_size, sentence, table};
use clap::Args;
use serde_json::{Value, json};

/// The image to look at.
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// Name of the image, or the beginning of its digest
    #[arg(value_name = "IMAGE")]
    image: String,
    /// List the bundle's files too; always in JSON
    #[arg(long)]
    files: bool,
}

/// Prints what the image is.
pub(in crate::cli) fn run(arguments: &InspectArgs, context: &Context) -> Result<(), OpsError> {
    let reader = Names { default_domain: context.default_domain() };
    let store = context.store();
    let found = reader.open(&store, &arguments.image, true)?;
    tell_choice(context, &found.0);
    let files = arguments.files || context.ui.look().format == Format::Json;
    context.ui.report(&inspect(&store, found, files)?)?;
    Ok(())
}

impl Report for Inspected {
    fn text(&self) -> String {
        let rows: Vec<Vec<String>> =
            self.annotations.iter().map(|(key, value)| vec![key.clone(), value.clone()]).collect();
        let mut text = format!(
            "\nmedia type: {}\ndigest: {}\nsize: {}\n",
            crate::ui::Safe(&self.descriptor.media_type),
            self.descriptor.digest,
            self.descriptor.size
        );
        text.push_str(&sentence("Annotations", &[]));
        text.push_str(&table(&["ANNOTATION", "VALUE"], &rows));
        if let Some(files) = self.files.as_ref().filter(|files| !files.is_empty()) {
            let rows: Vec<Vec<String>> =
                files.iter().map(|file| vec![file.name.clone(), human_size(file.size)]).collect();
            text.push_str(&sentence("Bundle", &[("digest", self.bundle.digest.as_str())]));
            text.push_str(&table(&["FILE", "SIZE"], &rows));
        }
        text
    }

    fn json(&self) -> Value {
        let mut document = json!({
            "reference": self.reference.to_string(),
            "digest": self.descriptor.digest,
            "mediaType": self.descriptor.media_type,
            "size": self.descriptor.size,
            "config": self.config,
            "layers": self.layers,
            "annotations": self.annotations,
            "bundle": {
                "digest": self.bundle.digest,
                "mediaType": self.bundle.media_type,
                "size": self.bundle.size,
            },
        });
        let mut add = |pointer: &str, name: &str, value: Value| {
            if let Some(object) = document.pointer_mut(pointer).and_then(Value::as_object_mut) {
                object.insert(name.to_owned(), value);
            }
        };
        if let Some(files) = &self.files {
            let files = files.iter().map(|file| json!({ "path": file.name, "size": file.size })).collect();
            add("/bundle", "files", files);
        }
        if let Some(remote) = &self.remote {
            add("", "configuration", json!(remote.configuration));
            add("", "referrers", json!(remote.referrers));
        }
        document
    }

    fn quiet(&self) -> Vec<String> {
        vec![self.descriptor.digest.to_string()]
    }
}
