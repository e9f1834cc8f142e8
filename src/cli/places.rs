//! The places where credentials are looked for, in their order.

use crate::config::Environment;
use crate::keychain::{Login, Place, registry_of};
use crate::secret::Secret;
use std::path::{Path, PathBuf};

const SERVER: &str = "POLICY_REGISTRY_SERVER";
const USERNAME: &str = "POLICY_REGISTRY_USERNAME";
const PASSWORD: &str = "POLICY_REGISTRY_PASSWORD";
const TOKEN: &str = "POLICY_REGISTRY_TOKEN";

/// The variables; what `login` keeps; the files of other programs; the token of a job of GitHub Actions.
pub(super) fn places(environment: &Environment, home: Option<&Path>) -> Vec<Place> {
    let mut places = Vec::new();
    places.extend(of_this_program(environment));
    if environment.is_set("DOCKER_AUTH_CONFIG") {
        let origin = "DOCKER_AUTH_CONFIG".to_owned();
        places.push(match environment.text("DOCKER_AUTH_CONFIG") {
            Some(text) => Place::Text { text: Secret::new(text), origin },
            None => not_text("DOCKER_AUTH_CONFIG"),
        });
    }
    places.push(Place::Own);
    places.extend(environment.path("REGISTRY_AUTH_FILE").map(Place::File));
    places.extend(docker_config(environment, home).map(Place::File));
    let runtime = environment.path("XDG_RUNTIME_DIR");
    let config = environment.path("XDG_CONFIG_HOME").or_else(|| home.map(|home| home.join(".config")));
    places
        .extend([runtime, config].into_iter().flatten().map(|folder| Place::File(folder.join("containers/auth.json"))));
    places.extend(of_github_actions(environment));
    places
}

/// Docker's own file.
pub(super) fn docker_config(environment: &Environment, home: Option<&Path>) -> Option<PathBuf> {
    let folder = environment.path("DOCKER_CONFIG").or_else(|| home.map(|home| home.join(".docker")));
    folder.map(|folder| folder.join("config.json"))
}

/// `POLICY_REGISTRY_…`. A token with a user is sent as that user's password; without one it is sent as it is, as an access
/// token (`Bearer`).
fn of_this_program(environment: &Environment) -> Option<Place> {
    if let Some(name) = [SERVER, USERNAME, PASSWORD, TOKEN]
        .into_iter()
        .find(|name| environment.is_set(name) && environment.text(name).is_none())
    {
        return Some(not_text(name));
    }
    let [server, username, password, token] = [SERVER, USERNAME, PASSWORD, TOKEN].map(|name| environment.text(name));
    let set = [(USERNAME, &username), (PASSWORD, &password), (TOKEN, &token)];
    let (first, _) = set.into_iter().find(|(_, value)| value.is_some())?;
    let unusable = |why: String| Some(Place::Unusable(why));
    let Some(server) = server.map(|server| registry_of(&server)).filter(|server| !server.is_empty()) else {
        return unusable(format!(
            "{first} is set without {SERVER}: a credential is for one registry, and that names it"
        ));
    };
    let (login, origin) = match (username, password, token) {
        (_, Some(_), Some(_)) => {
            return unusable(format!("{PASSWORD} and {TOKEN} are both set: one of them is enough"));
        }
        (None, Some(_), None) => return unusable(format!("{PASSWORD} is set without {USERNAME}")),
        (Some(_), None, None) => return unusable(format!("{USERNAME} is set without {PASSWORD} or {TOKEN}")),
        (Some(username), ..) if username.contains(':') || username.chars().any(char::is_control) => {
            return unusable(format!("{USERNAME} holds a colon or a control character"));
        }
        (Some(username), Some(password), None) => {
            (Login::Password { username, password: Secret::new(password) }, PASSWORD)
        }
        (Some(username), None, Some(token)) => (Login::Password { username, password: Secret::new(token) }, TOKEN),
        (None, None, Some(token)) => (Login::AccessToken(Secret::new(token)), TOKEN),
        (None, None, None) => return None,
    };
    Some(Place::Given { registry: server, login, origin: origin.to_owned() })
}

/// The token every job of GitHub Actions can have, which is good for ghcr.io.
fn of_github_actions(environment: &Environment) -> Option<Place> {
    if environment.text("GITHUB_ACTIONS").as_deref() != Some("true") {
        return None;
    }
    let password = Secret::new(environment.text("GITHUB_TOKEN")?);
    let username = environment.text("GITHUB_ACTOR").unwrap_or_else(|| "x-access-token".to_owned());
    let login = Login::Password { username, password };
    Some(Place::Given { registry: "ghcr.io".to_owned(), login, origin: "GITHUB_TOKEN".to_owned() })
}

fn not_text(variable: &str) -> Place {
    Place::Unusable(format!("{variable} is not UTF-8 text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(variables: &[(&str, &str)]) -> Result<Option<(String, Login, String)>, String> {
        match places(&Environment::of(variables), None).into_iter().next() {
            Some(Place::Given { registry, login, origin }) => Ok(Some((registry, login, origin))),
            Some(Place::Unusable(why)) => Err(why),
            _ => Ok(None),
        }
    }

    fn password(username: &str, password: &str) -> Login {
        Login::Password { username: username.into(), password: Secret::new(password) }
    }

    #[test]
    fn variables_make_a_credential_for_their_server_alone() {
        let with = |more: &[(&str, &str)]| given(&[&[(SERVER, "https://ghcr.io/v2/")], more].concat());
        let found = |login: Login, origin: &str| Ok(Some(("ghcr.io".to_owned(), login, origin.to_owned())));
        assert_eq!(with(&[(USERNAME, "a"), (PASSWORD, "p")]), found(password("a", "p"), PASSWORD));
        assert_eq!(with(&[(USERNAME, "a"), (TOKEN, "t")]), found(password("a", "t"), TOKEN));
        assert_eq!(with(&[(TOKEN, "t")]), found(Login::AccessToken(Secret::new("t")), TOKEN));
        assert_eq!(with(&[]), Ok(None));
        assert_eq!(with(&[(PASSWORD, "")]), Ok(None));
    }

    #[test]
    fn variables_that_make_no_credential_say_what_is_missing() {
        let table: [(&[(&str, &str)], &str); 6] = [
            (
                &[(USERNAME, "a"), (PASSWORD, "hunter2")],
                "POLICY_REGISTRY_USERNAME is set without POLICY_REGISTRY_SERVER",
            ),
            (&[(TOKEN, "hunter2")], "POLICY_REGISTRY_TOKEN is set without POLICY_REGISTRY_SERVER"),
            (&[(SERVER, "r"), (PASSWORD, "hunter2")], "without POLICY_REGISTRY_USERNAME"),
            (&[(SERVER, "r"), (USERNAME, "a")], "without POLICY_REGISTRY_PASSWORD or POLICY_REGISTRY_TOKEN"),
            (&[(SERVER, "r"), (USERNAME, "a"), (PASSWORD, "hunter2"), (TOKEN, "t")], "both set"),
            (&[(SERVER, "r"), (USERNAME, "a:b"), (PASSWORD, "hunter2")], "a colon"),
        ];
        for (variables, wanted) in table {
            let error = given(variables).unwrap_err();
            assert!(error.contains(wanted) && !error.contains("hunter2"), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_variable_that_is_no_text_is_not_passed_over() {
        use std::os::unix::ffi::OsStringExt;
        for name in [TOKEN, "DOCKER_AUTH_CONFIG"] {
            let environment = Environment::new([(name.into(), std::ffi::OsString::from_vec(vec![0xff]))]);
            let first = places(&environment, None).into_iter().next();
            assert!(matches!(first, Some(Place::Unusable(why)) if why.contains(name)));
        }
    }

    #[test]
    fn the_token_of_a_job_is_for_ghcr_and_inside_of_jobs_alone() {
        let last = |variables: &[(&str, &str)]| match places(&Environment::of(variables), None).pop() {
            Some(Place::Given { registry, login, origin }) => Some((registry, login, origin)),
            _ => None,
        };
        let found = |user: &str| Some(("ghcr.io".to_owned(), password(user, "t"), "GITHUB_TOKEN".to_owned()));
        assert_eq!(last(&[("GITHUB_ACTIONS", "true"), ("GITHUB_TOKEN", "t")]), found("x-access-token"));
        let actor = [("GITHUB_ACTIONS", "true"), ("GITHUB_TOKEN", "t"), ("GITHUB_ACTOR", "ann")];
        assert_eq!(last(&actor), found("ann"));
        assert_eq!(last(&[("GITHUB_TOKEN", "t")]), None);
        assert_eq!(last(&[("GITHUB_ACTIONS", "false"), ("GITHUB_TOKEN", "t")]), None);
    }

    #[test]
    fn files_follow_in_their_order() {
        let variables = [
            ("DOCKER_AUTH_CONFIG", "{}"),
            ("REGISTRY_AUTH_FILE", "/r.json"),
            ("DOCKER_CONFIG", "/d"),
            ("XDG_RUNTIME_DIR", "/run/1"),
        ];
        let shown: Vec<String> = places(&Environment::of(&variables), Some(Path::new("/home/ann")))
            .into_iter()
            .map(|place| match place {
                Place::Text { origin, .. } => origin,
                Place::Own => "own".to_owned(),
                Place::File(path) => path.display().to_string(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(
            shown,
            [
                "DOCKER_AUTH_CONFIG",
                "own",
                "/r.json",
                "/d/config.json",
                "/run/1/containers/auth.json",
                "/home/ann/.config/containers/auth.json"
            ]
        );
    }
}
