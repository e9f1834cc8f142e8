//! GitHub's container registry, through GitHub's Packages API.

use super::support::{Answering, GitHub, Run, Sandbox, TOKEN, USER};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A sandbox where ann is signed in to ghcr.io, and the API is that of the test.
struct Signed {
    sandbox: Sandbox,
    github: GitHub,
}

impl Signed {
    fn new() -> Self {
        Self::with(TOKEN)
    }

    fn with(token: &str) -> Self {
        let sandbox = Sandbox::empty();
        let auth = STANDARD.encode(format!("{USER}:{token}"));
        sandbox.write_private("store/config.json", format!(r#"{{"auths":{{"ghcr.io":{{"auth":"{auth}"}}}}}}"#));
        Self { sandbox, github: GitHub::start() }
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let run = Run::of(self.sandbox.command(arguments).env("POLICY_GITHUB_API_URL", &self.github.url));
        assert!(!run.err.contains(TOKEN) && !run.out.contains(TOKEN), "{run:?}");
        run
    }

    fn deletions(&self) -> Vec<String> {
        self.github.lines().into_iter().filter(|line| line.starts_with("DELETE")).collect()
    }
}

#[test]
fn an_organizations_packages_are_listed_page_by_page() {
    let signed = Signed::new();
    for name in ["e", "d", "c", "b"] {
        signed.github.package("acme", true, name, name < "d", &[&["1"]]);
    }
    signed.github.package("acme", true, "policies/hello", true, &[&["1"], &["2", "latest"], &[], &["3"], &["4"]]);
    signed.github.package("acme", true, "empty", true, &[&[]]);
    let run = signed.run(&["remote", "images", "-s", "ghcr.io", "-o", "acme", "-e"]).quietly();
    assert_eq!(
        run.out,
        " REPOSITORY                   TAG        PUBLIC \n \
         ghcr.io/acme/b               1          Yes    \n \
         ghcr.io/acme/c               1          Yes    \n \
         ghcr.io/acme/d               1          No     \n \
         ghcr.io/acme/e               1          No     \n \
         ghcr.io/acme/empty           <no tags>  -      \n \
         ghcr.io/acme/policies/hello  1          Yes    \n \
         ghcr.io/acme/policies/hello  2          Yes    \n \
         ghcr.io/acme/policies/hello  3          Yes    \n \
         ghcr.io/acme/policies/hello  4          Yes    \n \
         ghcr.io/acme/policies/hello  latest     Yes    \n"
    );
    let lines = signed.github.lines();
    assert_eq!(lines[0], "GET /orgs/acme/packages?package_type=container&per_page=100");
    assert!(
        lines.contains(&"GET /orgs/acme/packages/container/policies%2Fhello/versions?per_page=100&page=2".to_owned())
    );
    let run = signed.run(&["images", "-r", "-s", "ghcr.io", "-o", "acme", "--public", "-q"]).quietly();
    assert!(!run.out.contains("acme/d") && run.out.contains("ghcr.io/acme/b:1\n"), "{run:?}");
}

#[test]
fn ones_own_packages_need_no_name_and_those_of_others_are_the_public_ones() {
    let signed = Signed::new();
    signed.github.package(USER, false, "mine", false, &[&["1"]]);
    signed.github.package("bob", false, "open", true, &[&["1"]]);
    signed.github.package("bob", false, "closed", false, &[&["1"]]);
    for organization in ["", USER, "ANN"] {
        let run = signed.run(&["remote", "images", "-s", "ghcr.io", "-o", organization, "--format", "json"]).quietly();
        let listed = run.json();
        assert_eq!(listed[0]["repository"], "ghcr.io/ann/mine");
        assert_eq!((&listed[0]["tag"], &listed[0]["public"]), (&"1".into(), &false.into()));
        assert!(listed[0]["digest"].as_str().unwrap().starts_with("sha256:"), "{listed}");
        assert_eq!(listed.as_array().unwrap().len(), 1);
    }
    assert!(
        signed.github.lines().iter().all(|line| line.starts_with("GET /user/packages")),
        "{:?}",
        signed.github.lines()
    );
    let run = signed.run(&["remote", "images", "-s", "ghcr.io", "-o", "bob", "-q"]).quietly();
    assert_eq!(run.out, "ghcr.io/bob/open:1\n");
    let run = signed.run(&["remote", "images", "-s", "ghcr.io", "-o", "nobody"]).exits(1);
    assert!(run.err.contains("cannot list the packages of nobody: not found"), "{run:?}");
}

#[test]
fn one_repository_is_listed_by_its_name() {
    let signed = Signed::new();
    signed.github.package("bob", false, "open", true, &[&["1"], &["2"]]);
    let run = signed.run(&["remote", "images", "ghcr.io/bob/open"]).quietly();
    assert!(run.out.contains(" ghcr.io/bob/open  1    Yes    \n"), "{run:?}");
    assert_eq!(signed.run(&["remote", "tags", "bob/open", "-s", "ghcr.io"]).quietly().out, "1\n2\n");
    let _ = signed.run(&["remote", "tags", "ghcr.io/bob/none"]).exits(1);
}

#[test]
fn a_tag_is_deleted_with_its_version_and_only_that() {
    for (owner, organization, prefix) in [(USER, false, "/user"), ("acme", true, "/orgs/acme")] {
        let signed = Signed::new();
        signed.github.package(owner, organization, "a/hello", true, &[&["1.0"], &["1"], &["11", "1.1"], &["x"]]);
        let name = format!("ghcr.io/{owner}/a/hello");
        let run = signed.run(&["rm", "-r", "-f", &format!("{name}:1")]).quietly();
        assert_eq!(run.out, format!("Removing tag.\nref: {name}:1\n\nOK.\n"));
        assert_eq!(signed.github.tags(owner, "a/hello").unwrap(), ["x", "11", "1.1", "1.0"]);
        assert_eq!(signed.deletions(), [format!("DELETE {prefix}/packages/container/a%2Fhello/versions/101")]);
        let run = signed.run(&["rm", "-r", "-f", &format!("{name}:1")]).exits(1);
        assert!(run.err.contains("is not in the registry"), "{run:?}");
        let run = signed.run(&["rm", "-r", "-f", &format!("{name}:11")]).exits(1);
        assert!(run.err.contains("it is also 1.1") && run.err.contains("--with-siblings"), "{run:?}");
        let run = signed.run(&["rm", "-r", "--dry-run", "--with-siblings", &format!("{name}:11")]).quietly();
        assert!(run.out.contains("also known as: 1.1"), "{run:?}");
        assert_eq!(signed.deletions().len(), 1);
        let run = signed.run(&["rm", "-r", "-f", "--with-siblings", &format!("{name}:11")]).quietly();
        assert!(run.out.contains("\nalso deleted: 1.1\n\nOK.\n"), "{run:?}");
        assert_eq!(signed.github.tags(owner, "a/hello").unwrap(), ["x", "1.0"]);
    }
}

#[test]
fn the_last_tagged_version_goes_only_with_its_package() {
    let signed = Signed::new();
    signed.github.package(USER, false, "hello", true, &[&[], &["1"]]);
    let run = signed.run(&["rm", "-r", "-f", "ghcr.io/ann/hello:1"]).exits(1);
    assert!(run.err.contains("it is the last tagged version of the package"), "{run:?}");
    assert!(
        run.err
            .contains("hint: GHCR does not delete the last tagged version: `policy rm -r -a REPO` removes the package"),
        "{run:?}"
    );
    assert!(signed.deletions().is_empty());
    let run = signed.run(&["rm", "-r", "-a", "-f", "ghcr.io/ann/hello:1"]).quietly();
    assert_eq!(run.out, "\nRemoving policy definition.\ndefinition: ann/hello\n\nOK.\n");
    assert_eq!(signed.deletions(), ["DELETE /user/packages/container/hello"]);
    assert_eq!(signed.github.tags(USER, "hello"), None);
    let _ = signed.run(&["rm", "-r", "-a", "-f", "ghcr.io/ann/hello"]).exits(1);
}

#[test]
fn refusals_say_which_scopes_are_needed_and_where_the_token_came_from() {
    let sandbox = Sandbox::empty();
    let run = sandbox.run(&["remote", "images", "-s", "ghcr.io"]).exits(4);
    assert!(run.err.contains("needs a token, and there is no credential for ghcr.io"), "{run:?}");
    assert!(run.err.contains("policy login -s ghcr.io"), "{run:?}");
    let signed = Signed::with("wrong");
    let run = signed.run(&["remote", "images", "-s", "ghcr.io"]).exits(4);
    assert!(run.err.contains("401 Unauthorized (Bad credentials)") && run.err.contains("config.json"), "{run:?}");
    let signed = Signed::new();
    signed.github.package(USER, false, "hello", true, &[&["1"], &["2"]]);
    signed.github.forbid_deleting();
    let run = signed.run(&["rm", "-r", "-f", "ghcr.io/ann/hello:1"]).exits(4);
    assert!(run.err.contains("403 Forbidden (You need at least delete:packages scope)"), "{run:?}");
    assert!(run.err.contains("read:packages and delete:packages; the one used came from"), "{run:?}");
    assert!(run.err.contains("has the scopes read:packages, repo"), "{run:?}");
    for (status, header) in [(403, "x-ratelimit-remaining: 0"), (403, "retry-after: 120"), (429, "retry-after: 120")] {
        signed.github.refuse(status, header, "API rate limit exceeded");
        let run = signed.run(&["remote", "images", "-s", "ghcr.io"]).exits(5);
        assert!(run.err.contains("GitHub's rate limit is used up"), "{run:?}");
        assert_eq!(run.err.contains("for another 120 s"), header.starts_with("retry"), "{run:?}");
    }
}

#[test]
fn a_token_goes_nowhere_but_to_the_api() {
    let recorder = Answering::start(|_, _| (200, Vec::new(), "[]".to_owned()));
    let signed = Signed::new();
    for name in ["a", "b", "c", "d"] {
        signed.github.package(USER, false, name, true, &[&["1"]]);
    }
    signed.github.lead_to(&format!("http://{}/user/packages?page=2", recorder.host));
    let run = signed.run(&["remote", "images", "-s", "ghcr.io"]).exits(5);
    assert!(run.err.contains("a list ends where it began"), "{run:?}");
    assert!(recorder.lines().is_empty(), "{:?}", recorder.lines());
    // A redirect is followed without it.
    signed.github.refuse(302, &format!("location: http://{}/x", recorder.host), "moved");
    signed.run(&["remote", "images", "-s", "ghcr.io"]).quietly();
    let seen = recorder.seen();
    assert_eq!(recorder.lines(), ["GET /x"]);
    assert!(!format!("{seen:?}").contains(TOKEN) && seen[0].header("authorization").is_empty(), "{seen:?}");
    let plain = Run::of(
        signed
            .sandbox
            .command(&["remote", "images", "-s", "ghcr.io"])
            .env("POLICY_GITHUB_API_URL", "http://ghe.example/api/v3"),
    );
    assert!(plain.exits(2).err.contains("does not begin with https://"));
}

#[test]
fn a_private_github_is_named_in_the_configuration() {
    let signed = Signed::new();
    signed.github.package("acme", true, "hello", true, &[&["1"], &["2"]]);
    let config = format!("github:\n  api: {}\n  registry: containers.example\n", signed.github.url);
    signed.sandbox.write(".policy/config.yaml", config);
    let auth = STANDARD.encode(format!("{USER}:{TOKEN}"));
    signed
        .sandbox
        .write_private("store/config.json", format!(r#"{{"auths":{{"containers.example":{{"auth":"{auth}"}}}}}}"#));
    let run = signed.sandbox.run(&["remote", "images", "-s", "containers.example", "-o", "acme", "-q"]).quietly();
    assert_eq!(run.out, "containers.example/acme/hello:1\ncontainers.example/acme/hello:2\n");
}

#[test]
fn a_token_the_api_does_not_take_may_do_for_the_registry() {
    let signed = Signed::new();
    let registry = Answering::start(|asked, _| match asked.target.as_str() {
        "/v2/" => (200, Vec::new(), "{}".to_owned()),
        "/v2/acme/hello/tags/list?n=1000" => (200, Vec::new(), r#"{"name":"acme/hello","tags":["1"]}"#.to_owned()),
        _ => (404, Vec::new(), String::new()),
    });
    let config = format!("github:\n  api: {}\n  registry: {}\n", signed.github.url, registry.host);
    signed.sandbox.write(".policy/config.yaml", config);
    let auth = STANDARD.encode(format!("{USER}:{TOKEN}"));
    let host = registry.host.as_str();
    signed.sandbox.write_private("store/config.json", format!(r#"{{"auths":{{"{host}":{{"auth":"{auth}"}}}}}}"#));
    signed.github.refuse(403, "x: y", "Resource not accessible by personal access token");
    let run = signed.run(&["remote", "images", &format!("{host}/acme/hello")]).quietly();
    assert!(run.out.ends_with(&format!(" {host}/acme/hello  1    -      \n")), "{run:?}");
    let run = signed.run(&["remote", "tags", &format!("{host}/acme/none")]).exits(4);
    assert!(run.err.contains("Resource not accessible by personal access token"), "{run:?}");
}

#[test]
fn the_settings_of_a_package_have_a_page_for_users_and_for_organizations() {
    let signed = Signed::new();
    for (name, page) in [
        ("ghcr.io/ann/hello", "https://github.com/users/ann/packages/container/hello/settings"),
        ("ghcr.io/acme/a/b:1", "https://github.com/orgs/acme/packages/container/a%2Fb/settings"),
    ] {
        let run = signed.run(&["remote", "set-public", name]).exits(1);
        assert!(run.err.ends_with(&format!("hint: set it there: {page}\n")), "{run:?}");
    }
    assert!(signed.github.lines().is_empty());
}
