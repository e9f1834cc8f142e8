//! The ways out when something in a registry was not listed or deleted, and its exit code.

use super::registry::judge as registry;
use crate::ops::RemoteError;
use crate::registry::{GitHubError, RegistryError};

/// For what registries hold.
pub(super) fn remote(error: &RemoteError) -> (u8, Vec<String>) {
    let hint = |text: &str| vec![text.to_owned()];
    match error {
        RemoteError::CannotList { registry: host, cause } => {
            let mut hints =
                vec![format!("name the repositories: policy remote images {host}/ORG/REPO, policy migrate -f FILE")];
            let code = match cause.as_deref() {
                Some(cause @ (RegistryError::Unauthorized { .. } | RegistryError::Forbidden { .. })) => {
                    let (code, more) = registry(cause);
                    hints.extend(more);
                    code
                }
                _ => 1,
            };
            (code, hints)
        }
        RemoteError::VisibilityUnknown { .. } => (1, hint("leave --public out")),
        RemoteError::VisibilityFixed { pages, .. } if pages.is_empty() => {
            (1, hint("look for it among the settings on the registry's web page"))
        }
        RemoteError::VisibilityFixed { pages, .. } => (1, vec![format!("set it there: {}", pages.join(" or "))]),
        RemoteError::NotThere { .. } => (1, hint("policy remote tags lists the tags of a repository")),
        RemoteError::NoTags { .. } => (1, Vec::new()),
        RemoteError::Siblings { refusal, .. } => {
            let mut hints = hint("--with-siblings deletes the image with all these names");
            if matches!(refusal.as_deref(), Some(RegistryError::Refused { status: 405, .. })) {
                hints.push("if deletion is off in the registry, that will be refused too".to_owned());
            }
            (1, hints)
        }
        RemoteError::Moved { .. } => (1, hint("nothing was deleted: look at it again, and repeat the command")),
        RemoteError::DeletionOff { registry, .. } => (1, deletion_off(registry)),
        RemoteError::StillThere { .. } => (1, hint("somebody may have pushed in the meantime: look at it again")),
        RemoteError::Partly { cause, .. } => {
            let (code, mut hints) = remote(cause);
            hints.push("what is gone is gone; the same command deletes the rest".to_owned());
            (code, hints)
        }
        RemoteError::Registry(error) => registry(error),
    }
}

/// How a registry can be brought to delete.
fn deletion_off(registry: &str) -> Vec<String> {
    let text = match registry {
        "docker.io" => "Docker Hub deletes tags on its web page: https://hub.docker.com/repositories",
        "ghcr.io" => "GitHub's packages are deleted through its API, with a token that has the scope delete:packages",
        _ => {
            "deletion is off in this registry; distribution's own allows it with REGISTRY_STORAGE_DELETE_ENABLED=true, \
             others in their settings"
        }
    };
    vec![text.to_owned()]
}

/// For GitHub's Packages API.
pub(super) fn github(error: &GitHubError) -> (u8, Vec<String>) {
    match error {
        GitHubError::NoCredential { registry, .. } => (
            4,
            vec![format!(
                "policy login -s {registry} -u USER --password-stdin, with a classic token that has the scope read:packages, and \
                 delete:packages to delete"
            )],
        ),
        GitHubError::Denied { token, .. } => {
            let mut hints = vec![format!("this needs a classic token with {}; the one used came from {}", token.needs, token.origin)];
            hints.extend(token.has.as_ref().map(|has| match has.trim() {
                "" => "GitHub says that the token has no scopes".to_owned(),
                has => format!("GitHub says that the token has the scopes {has}"),
            }));
            (4, hints)
        }
        GitHubError::NotFound { .. } => (
            1,
            vec!["check the name of the owner and of the package; private ones look missing to whoever may not read them".to_owned()],
        ),
        GitHubError::RateLimited { .. } => (5, vec!["wait until then, and run the command again".to_owned()]),
        GitHubError::LastTag { .. } => (
            1,
            vec!["GHCR does not delete the last tagged version: `policy rm -r -a REPO` removes the package".to_owned()],
        ),
        GitHubError::Registry(error) => registry(error),
    }
}
