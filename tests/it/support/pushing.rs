//! Images in a registry to begin with.

use super::{Run, Sandbox};

/// Pushes an image whose revision makes it another one, under tags of a repository, and gives its digest.
pub fn push(sandbox: &Sandbox, repository: &str, revision: &str, tags: &[&str]) -> String {
    let mut digest = String::new();
    for tag in tags {
        let name = format!("{repository}:{tag}");
        sandbox.run(&["build", "src", "-r", revision, "-t", &name]).quietly();
        digest = sandbox.run(&["push", &name]).quietly().value("digest");
    }
    digest
}

impl Run {
    /// Standard output as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}
