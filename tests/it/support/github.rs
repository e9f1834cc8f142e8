//! GitHub's Packages API as far as it counts here, in this process.

use super::answering::{Answer, Answering, Asked};
use std::sync::{Arc, Mutex};

/// The token that is taken.
pub const TOKEN: &str = "ghp_0123456789";

/// The user it belongs to.
pub const USER: &str = "ann";

#[derive(Clone)]
struct Version {
    id: u64,
    digest: String,
    tags: Vec<String>,
}

#[derive(Clone)]
struct Package {
    owner: String,
    organization: bool,
    name: String,
    public: bool,
    versions: Vec<Version>,
}

#[derive(Default)]
struct State {
    packages: Vec<Package>,
    /// Further headers and the status of every answer, instead of the real one.
    refusal: Option<(u16, String, String)>,
    may_delete: bool,
    /// Where the second page of a list is said to be, instead of where it is.
    elsewhere: Option<String>,
}

/// The API on a loopback port, for as long as the process lives.
pub struct GitHub {
    pub url: String,
    state: Arc<Mutex<State>>,
    server: Answering,
}

impl GitHub {
    pub fn start() -> Self {
        let state = Arc::new(Mutex::new(State { may_delete: true, ..State::default() }));
        let shared = Arc::clone(&state);
        let server = Answering::start(move |asked, _| respond(asked, &mut shared.lock().unwrap()));
        Self { url: format!("http://{}", server.host), state, server }
    }

    /// Adds a package with these versions, oldest first, of these tags each.
    pub fn package(&self, owner: &str, organization: bool, name: &str, public: bool, versions: &[&[&str]]) {
        let mut state = self.state.lock().unwrap();
        let first = state.packages.iter().map(|package| package.versions.len() as u64).sum::<u64>() + 100;
        let mut versions: Vec<Version> = versions
            .iter()
            .zip(first..)
            .map(|(tags, id)| Version {
                id,
                digest: format!("sha256:{id:064x}"),
                tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            })
            .collect();
        versions.reverse();
        let (owner, name) = (owner.to_owned(), name.to_owned());
        state.packages.push(Package { owner, organization, name, public, versions });
    }

    /// Every request is refused with a status, a header line and a message from now on.
    pub fn refuse(&self, status: u16, header: &str, message: &str) {
        self.state.lock().unwrap().refusal = Some((status, header.to_owned(), message.to_owned()));
    }

    /// The token has no right to delete.
    pub fn forbid_deleting(&self) {
        self.state.lock().unwrap().may_delete = false;
    }

    /// Lists are said to go on somewhere else.
    pub fn lead_to(&self, place: &str) {
        self.state.lock().unwrap().elsewhere = Some(place.to_owned());
    }

    /// The method, path and query of each request so far.
    pub fn lines(&self) -> Vec<String> {
        self.server.lines()
    }

    /// The tags of a package, newest version first; `None` when it is gone.
    pub fn tags(&self, owner: &str, name: &str) -> Option<Vec<String>> {
        let state = self.state.lock().unwrap();
        let package = state.packages.iter().find(|package| package.owner == owner && package.name == name)?;
        Some(package.versions.iter().flat_map(|version| version.tags.clone()).collect())
    }
}

fn respond(asked: &Asked, state: &mut State) -> Answer {
    match &state.refusal {
        Some((status, header, message)) => (*status, vec![header.clone()], say(message)),
        None if asked.header("authorization") != format!("Bearer {TOKEN}") => (401, Vec::new(), say("Bad credentials")),
        None if asked.header("x-github-api-version") != "2022-11-28" => (400, Vec::new(), say("no version")),
        None => answer(state, &asked.method, &asked.target, asked.header("host")),
    }
}

fn say(message: &str) -> String {
    format!(r#"{{"message":"{message}","documentation_url":"https://docs.github.com"}}"#)
}

fn not_found() -> Answer {
    (404, Vec::new(), say("Not Found"))
}

fn answer(state: &mut State, method: &str, target: &str, host: &str) -> Answer {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let parameter = |name: &str| {
        query.split('&').filter_map(|pair| pair.split_once('=')).find(|pair| pair.0 == name).map(|pair| pair.1)
    };
    let segments: Vec<String> = path.trim_matches('/').split('/').map(|part| part.replace("%2F", "/")).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let (kind, owner, rest) = match segments.as_slice() {
        ["user", rest @ ..] => ("user", USER, rest),
        [kind @ ("orgs" | "users"), owner, rest @ ..] => (*kind, *owner, rest),
        _ => return not_found(),
    };
    let owned = |package: &Package| {
        package.owner == owner && (package.organization == (kind == "orgs")) && (kind != "users" || package.public)
    };
    match (method, rest) {
        ("GET", ["packages"]) => {
            if kind != "user" && !state.packages.iter().any(|p| p.owner == owner && p.organization == (kind == "orgs"))
            {
                return not_found();
            }
            assert_eq!(parameter("package_type"), Some("container"));
            let public = parameter("visibility") == Some("public");
            let all = state.packages.iter().filter(|package| owned(package) && (package.public || !public));
            page(all.map(package_json).collect(), path, query, parameter("page"), host, state)
        }
        ("GET", ["packages", "container", name]) => {
            match state.packages.iter().find(|package| owned(package) && package.name == *name) {
                Some(package) => (200, Vec::new(), package_json(package)),
                None => not_found(),
            }
        }
        ("GET", ["packages", "container", name, "versions"]) => {
            let Some(package) = state.packages.iter().find(|package| owned(package) && package.name == *name) else {
                return not_found();
            };
            let all = package.versions.iter().map(|version| {
                let tags = version.tags.iter().map(|tag| format!("{tag:?}")).collect::<Vec<_>>().join(",");
                format!(
                    r#"{{"id":{},"name":"{}","metadata":{{"package_type":"container","container":{{"tags":[{tags}]}}}}}}"#,
                    version.id, version.digest
                )
            });
            page(all.collect(), path, query, parameter("page"), host, state)
        }
        ("DELETE", _) if !state.may_delete => (
            403,
            vec!["x-oauth-scopes: read:packages, repo".to_owned()],
            say("You need at least delete:packages scope"),
        ),
        ("DELETE", ["packages", "container", name]) => {
            let before = state.packages.len();
            state.packages.retain(|package| !(owned(package) && package.name == *name));
            if state.packages.len() < before { (204, Vec::new(), String::new()) } else { not_found() }
        }
        ("DELETE", ["packages", "container", name, "versions", id]) => {
            let Some(package) = state.packages.iter_mut().find(|package| owned(package) && package.name == *name)
            else {
                return not_found();
            };
            let tagged = package.versions.iter().filter(|version| !version.tags.is_empty()).count();
            match package.versions.iter().position(|version| version.id.to_string() == *id) {
                Some(at) if tagged == 1 && !package.versions[at].tags.is_empty() => (
                    400,
                    Vec::new(),
                    say("You cannot delete the last tagged version of a package. You must delete the package instead."),
                ),
                Some(at) => {
                    package.versions.remove(at);
                    (204, Vec::new(), String::new())
                }
                None => not_found(),
            }
        }
        _ => not_found(),
    }
}

fn package_json(package: &Package) -> String {
    let visibility = if package.public { "public" } else { "private" };
    format!(
        r#"{{"id":1,"name":"{}","package_type":"container","visibility":"{visibility}","owner":{{"login":"{}"}}}}"#,
        package.name, package.owner
    )
}

/// Three entries at most, and where the next ones are.
fn page(all: Vec<String>, path: &str, query: &str, page: Option<&str>, host: &str, state: &State) -> Answer {
    let page: usize = page.map_or(1, |page| page.parse().unwrap());
    let query: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("page=")).collect();
    let next = format!("http://{host}{path}?{}&page={}", query.join("&"), page + 1);
    let next = state.elsewhere.as_ref().unwrap_or(&next);
    let mut headers = Vec::new();
    if all.len() > page * 3 {
        headers.push(format!("link: <{next}>; rel=\"next\", <http://{host}/last>; rel=\"last\""));
    }
    let entries: Vec<String> = all.into_iter().skip((page - 1) * 3).take(3).collect();
    (200, headers, format!("[{}]", entries.join(",")))
}
