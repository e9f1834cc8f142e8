//! Which key of a credentials file means which registry or repository.

/// The key under which Docker keeps the credentials of docker.io.
pub(super) const DOCKER_HUB_KEY: &str = "https://index.docker.io/v1/";

/// The names of Docker Hub.
const DOCKER_HUB: [&str; 3] = ["docker.io", "index.docker.io", "registry-1.docker.io"];

/// A registry as people may have copied it: without a scheme, without what follows the host and its port, in small
/// letters, and Docker Hub by the name it has in references.
#[must_use]
pub fn registry_of(text: &str) -> String {
    let (host, _) = split(text);
    if is_docker_hub(&host) { DOCKER_HUB[0].to_owned() } else { host }
}

/// The key under which a registry's credential is filed and helpers know it.
pub(super) fn key_of(registry: &str) -> &str {
    if is_docker_hub(registry) { DOCKER_HUB_KEY } else { registry }
}

/// The names by which a helper may know a registry, the usual one first.
pub(super) fn helper_keys(registry: &str) -> Vec<&str> {
    if is_docker_hub(registry) { vec![DOCKER_HUB_KEY, DOCKER_HUB[0]] } else { vec![registry] }
}

/// How closely a key fits a repository: `None` when it means something else, 0 when it means the registry as a whole, and
/// more the longer the part of the repository's path that it states (containers-auth.json(5)).
///
/// Hosts fit only when they are equal, ports included; a path fits only in whole parts. `/v1/` and `/v2/` are no paths but
/// the interface of registries, as Docker writes them.
pub(super) fn fit(key: &str, registry: &str, path: &str) -> Option<usize> {
    let (host, scope) = split(key);
    let same = host.eq_ignore_ascii_case(registry) || (is_docker_hub(&host) && is_docker_hub(registry));
    if !same {
        return None;
    }
    if scope.is_empty() {
        return Some(0);
    }
    let rest = path.strip_prefix(scope)?;
    (rest.is_empty() || rest.starts_with('/')).then_some(scope.len())
}

/// A key as people read it: `docker.io`, `ghcr.io/acme`.
pub(super) fn shown(key: &str) -> String {
    let registry = registry_of(key);
    match split(key) {
        (_, "") => registry,
        (_, scope) => format!("{registry}/{scope}"),
    }
}

/// The host with its port, in small letters, and the part of a repository's path.
fn split(key: &str) -> (String, &str) {
    let key = key.trim();
    let rest = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key);
    let (host, scope) = rest.split_once('/').unwrap_or((rest, ""));
    let scope = scope.trim_matches('/');
    (host.to_ascii_lowercase(), if matches!(scope, "v1" | "v2") { "" } else { scope })
}

fn is_docker_hub(host: &str) -> bool {
    DOCKER_HUB.iter().any(|name| name.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_fits_its_host_alone() {
        let fits = ["ghcr.io", "https://ghcr.io", "http://ghcr.io/", "https://ghcr.io/v2/", "GHCR.io", "ghcr.io/v1"];
        assert!(fits.iter().all(|key| fit(key, "ghcr.io", "a/b") == Some(0)));
        for other in ["cr.io", "io", "ghcr.io:443", "evil-ghcr.io", "ghcr.io.evil.example", "*.io", "", "x.ghcr.io"] {
            assert_eq!(fit(other, "ghcr.io", "a/b"), None, "{other}");
        }
        assert_eq!(fit("localhost:5000", "localhost:5001", ""), None);
        assert_eq!(fit("https://localhost:5000/v2/", "localhost:5000", ""), Some(0));
    }

    #[test]
    fn docker_hub_has_several_names() {
        for key in [DOCKER_HUB_KEY, "docker.io", "index.docker.io", "registry-1.docker.io", "https://docker.io"] {
            assert_eq!(fit(key, "docker.io", "library/x"), Some(0), "{key}");
            assert_eq!(registry_of(key), "docker.io");
        }
        assert_eq!(fit("hub.docker.io", "docker.io", ""), None);
        assert_eq!(fit("docker.io/library", "docker.io", "library/x"), Some(7));
    }

    #[test]
    fn a_path_fits_in_whole_parts_and_the_longer_one_more_closely() {
        assert_eq!(fit("ghcr.io/acme", "ghcr.io", "acme/authz"), Some(4));
        assert_eq!(fit("ghcr.io/acme/authz", "ghcr.io", "acme/authz"), Some(10));
        assert_eq!(fit("ghcr.io/acme/", "ghcr.io", "acme"), Some(4));
        for path in ["acmeister/authz", "", "other/acme", "acme-x"] {
            assert_eq!(fit("ghcr.io/acme", "ghcr.io", path), None, "{path}");
        }
    }

    #[test]
    fn keys_are_shown_as_registries() {
        assert_eq!(shown(DOCKER_HUB_KEY), "docker.io");
        assert_eq!(shown("https://ghcr.io/acme/"), "ghcr.io/acme");
        assert_eq!(shown("localhost:5000"), "localhost:5000");
    }
}
