//! Starter files for a policy and for publishing it from CI.

use crate::files::{self, Access};
use std::path::{Path, PathBuf};

/// A set of files to start from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Template {
    /// What `templates apply` takes.
    pub name: &'static str,
    /// `policy` or `cicd`.
    pub kind: &'static str,
    /// One line for people.
    pub description: &'static str,
}

/// All templates, by name.
pub const TEMPLATES: [Template; 3] = [
    Template { name: "github", kind: "cicd", description: "GitHub policy CI/CD template" },
    Template { name: "gitlab", kind: "cicd", description: "GitLab policy CI/CD template" },
    Template { name: "policy-template", kind: "policy", description: "Minimal policy template" },
];

/// The values a CI template needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values {
    /// The registry to publish to.
    pub server: String,
    /// The user to sign in as.
    pub user: String,
    /// The name of the CI secret that holds the password.
    pub secret: String,
    /// `organisation/repository`.
    pub repository: String,
}

/// What to make.
#[derive(Debug, Clone)]
pub enum Choice {
    /// A policy in the language before OPA 1.0.
    PolicyV0,
    /// A policy in the language since OPA 1.0.
    PolicyV1,
    /// A GitHub workflow.
    Github(Values),
    /// A GitLab pipeline.
    Gitlab(Values),
}

/// A file of a template, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Where it stands.
    pub path: PathBuf,
    /// Whether it was written; a file that was there before stays, unless it may be overwritten.
    pub written: bool,
}

/// Why a template was not applied.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be written: {cause}", path.display())]
pub struct TemplateError {
    /// The file.
    pub path: PathBuf,
    /// What the system said.
    pub cause: std::io::Error,
}

/// Writes the files of a template below `folder`, which is made if it is not there.
///
/// # Errors
/// A file or folder that cannot be written; a symbolic link in the way counts as one.
pub fn apply(choice: &Choice, folder: &Path, overwrite: bool) -> Result<Vec<Made>, TemplateError> {
    contents(choice)
        .into_iter()
        .map(|(name, text)| {
            let path = folder.join(name);
            let failed = |cause| TemplateError { path: path.clone(), cause };
            let parent = path.parent().unwrap_or(folder);
            make_real_folders(folder, parent).map_err(failed)?;
            let exists = path.symlink_metadata().is_ok();
            let written = overwrite || !exists;
            if written {
                files::write(&path, text.as_bytes(), Access::Shared).map_err(failed)?;
            }
            Ok(Made { path, written })
        })
        .collect()
}

/// Makes the folders from `folder` down to `parent`, none of which may be a symbolic link.
fn make_real_folders(folder: &Path, parent: &Path) -> std::io::Result<()> {
    files::make_folders(folder, 0o750)?;
    let mut place = folder.to_owned();
    for part in parent.strip_prefix(folder).unwrap_or(Path::new("")).components() {
        place.push(part);
        match place.symlink_metadata() {
            Ok(metadata) if metadata.is_symlink() => {
                return Err(std::io::Error::other(format!("{} is a symbolic link", place.display())));
            }
            Ok(_) => {}
            Err(_) => files::make_folders(&place, 0o750)?,
        }
    }
    Ok(())
}

fn contents(choice: &Choice) -> Vec<(&'static str, String)> {
    match choice {
        Choice::PolicyV1 => vec![
            ("README.md", include_str!("files/policy-v1/README.md").to_owned()),
            ("src/.manifest", include_str!("files/policy-v1/src/manifest.json").to_owned()),
            ("src/policies/hello-rego.rego", include_str!("files/policy-v1/src/policies/hello-rego.rego").to_owned()),
        ],
        Choice::PolicyV0 => vec![
            ("src/README.md", include_str!("files/policy-v0/src/README.md").to_owned()),
            ("src/.manifest", include_str!("files/policy-v0/src/manifest.json").to_owned()),
            ("src/policies/hello-rego.rego", include_str!("files/policy-v0/src/policies/hello-rego.rego").to_owned()),
        ],
        Choice::Github(values) => vec![(
            ".github/workflows/build-release-policy.yaml",
            values.fill(include_str!("files/github/workflow.yaml")),
        )],
        Choice::Gitlab(values) => {
            vec![(".gitlab-ci.yml", values.fill(include_str!("files/gitlab/pipeline.yaml")))]
        }
    }
}

impl Values {
    fn fill(&self, text: &str) -> String {
        [("server", &self.server), ("user", &self.user), ("secret", &self.secret), ("repo", &self.repository)]
            .iter()
            .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{{{name}}}}}"), value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_written_once_and_then_only_when_it_may_be_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("new");
        assert!(apply(&Choice::PolicyV1, &target, false).unwrap().iter().all(|made| made.written));
        std::fs::write(target.join("README.md"), "mine, and much longer than the template's: ".repeat(50)).unwrap();
        assert!(apply(&Choice::PolicyV1, &target, false).unwrap().iter().all(|made| !made.written));
        apply(&Choice::PolicyV1, &target, true).unwrap();
        let text = std::fs::read_to_string(target.join("README.md")).unwrap();
        assert_eq!(text, include_str!("files/policy-v1/README.md"));
    }

    #[test]
    fn a_pipeline_has_its_values_filled_in() {
        let folder = tempfile::tempdir().unwrap();
        let values = Values {
            server: "ghcr.io".into(),
            user: "ann".into(),
            secret: "TOKEN".into(),
            repository: "acme/hello".into(),
        };
        for choice in [Choice::Github(values.clone()), Choice::Gitlab(values)] {
            let made = apply(&choice, folder.path(), false).unwrap();
            let text = std::fs::read_to_string(&made[0].path).unwrap();
            assert!(text.contains("ghcr.io/acme/hello") && text.contains("--username ann"), "{text}");
            assert!(!text.contains("{{server}}") && !text.contains("{{secret}}"), "{text}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_in_the_way_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("src")).unwrap();
        assert!(apply(&Choice::PolicyV1, folder.path(), true).is_err());
        assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    }
}
