//! `--allow-net`: what policies reach beyond the process, and what they do not.

use super::support::{Answering, Asked, Authority, Run, Sandbox, TlsFront, find};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A server with an address for each kind of answer.
fn server() -> Answering {
    Answering::start(|asked, before| {
        let header = |line: &str| vec![line.to_owned()];
        let json = || header("content-type: application/json");
        let (path, query) = asked.target.split_once('?').unwrap_or((&asked.target, ""));
        match path {
            "/json" => (200, json(), r#"{"a": 1.50, "b": [1e3]}"#.to_owned()),
            "/broken" => (200, json(), r#"{"a": "#.to_owned()),
            "/problem" => (400, header("Content-Type: application/problem+json; charset=utf-8"), "[1]".to_owned()),
            "/yaml" => (200, header("content-type: application/yaml"), "a: [x, 1]\n".to_owned()),
            "/text" => (200, vec!["x-many: a".to_owned(), "X-Many: b".to_owned()], r#"{"text": 1}"#.to_owned()),
            "/echo" => (200, json(), echo(asked)),
            "/moved" => (302, vec![format!("location: {query}")], "elsewhere".to_owned()),
            "/kept" => (307, vec![format!("location: {query}")], "elsewhere".to_owned()),
            "/cut" => (200, header("content-length: 10"), "abc".to_owned()),
            "/slow" => {
                std::thread::sleep(Duration::from_secs(2));
                (200, Vec::new(), "late".to_owned())
            }
            "/count" => (query.parse().unwrap_or(200), json(), (before + 1).to_string()),
            "/schema" => (200, json(), r#"{"type": "object", "required": ["a"]}"#.to_owned()),
            "/large" => (200, Vec::new(), "x".repeat(65 << 20)),
            _ => (404, Vec::new(), "nothing".to_owned()),
        }
    })
}

/// What a request said, but for what names the client.
fn echo(asked: &Asked) -> String {
    let told = asked.headers.iter().filter(|(name, _)| !["user-agent", "accept", "host"].contains(&name.as_str()));
    let mut told: Vec<String> = told.map(|(name, value)| format!("{name}: {value}")).collect();
    told.sort();
    serde_json::json!({"line": asked.line(), "headers": told}).to_string()
}

/// A query that sends a request to the server, which `HOST` stands for.
fn asking(server: &Answering, request: &str) -> String {
    format!("http.send({})", request.replace("HOST", &server.host))
}

fn eval(sandbox: &Sandbox, flags: &[&str], query: &str) -> Run {
    sandbox.run(&[&["eval", "-f", "raw", "--strict-builtin-errors"], flags, &[query]].concat())
}

#[test]
fn nothing_is_reached_that_is_not_allowed() {
    let (sandbox, server) = (Sandbox::empty(), server());
    let request = r#"{"method": "get", "url": "http://HOST/json", "raise_error": false}"#;
    let run = eval(&sandbox, &[], &asking(&server, request)).exits(2);
    assert!(run.err.contains("http.send: the network is not allowed: needs --allow-net"), "{run:?}");
    let run = sandbox.run(&["eval", "net.lookup_ip_addr(\"localhost\")"]).exits(2);
    assert!(run.out.contains("net.lookup_ip_addr: the network is not allowed: needs --allow-net"), "{run:?}");
    for hosts in ["--allow-net=a.test,b.test", "--allow-net=", "--allow-net=127.0.0.1:1"] {
        let run =
            eval(&sandbox, &[hosts], &asking(&server, r#"{"method": "get", "url": "http://HOST/json"}"#)).exits(2);
        assert!(run.err.contains("eval_builtin_error: http.send: disallowed host: 127.0.0.1\n"), "{run:?}");
    }
    assert_eq!(server.lines(), Vec::<String>::new());
}

#[test]
fn hosts_are_allowed_by_the_flag_and_by_capabilities() {
    let (sandbox, server) = (Sandbox::empty(), server());
    let query = format!("{}.status_code", asking(&server, r#"{"method": "get", "url": "http://HOST/json"}"#));
    for flag in ["--allow-net", "--allow-net=other,127.0.0.1", &format!("--allow-net={}", server.host)] {
        assert_eq!(eval(&sandbox, &[flag], &query).quietly().out, "200\n", "{flag}");
    }
    let capabilities =
        include_str!("../../src/rego/capabilities.json").replacen('{', r#"{"allow_net": ["else.where"],"#, 1);
    sandbox.write("capabilities.json", capabilities);
    let run = eval(&sandbox, &["--allow-net", "--capabilities", "capabilities.json"], &query).exits(2);
    assert!(run.err.contains("disallowed host: 127.0.0.1"), "{run:?}");
}

#[test]
fn an_answer_may_not_lead_to_a_host_that_is_not_allowed() {
    let (sandbox, server) = (Sandbox::empty(), server());
    let request = r#"{"method": "get", "enable_redirect": true, "url": "http://HOST/moved?http://localhost/x"}"#;
    let run = eval(&sandbox, &["--allow-net=127.0.0.1"], &asking(&server, request)).exits(2);
    assert!(run.err.contains("http.send: Get \"http://localhost/x\": disallowed host: localhost"), "{run:?}");
}

#[test]
fn a_socket_needs_all_hosts() {
    let sandbox = Sandbox::empty();
    let query = r#"http.send({"method": "get", "url": "unix://localhost/x?socket=%2Fnowhere.sock"})"#;
    let run = eval(&sandbox, &["--allow-net=localhost"], query).exits(2);
    assert!(run.err.contains("disallowed host: a socket, where not all hosts are allowed"), "{run:?}");
    if cfg!(unix) {
        let run = eval(&sandbox, &["--allow-net"], query).exits(2);
        assert!(run.err.contains("dial unix /nowhere.sock: connect: no such file or directory"), "{run:?}");
    }
}

#[test]
fn the_same_request_is_sent_once_in_a_query_where_its_answer_may_be_kept() {
    let (sandbox, server) = (Sandbox::empty(), server());
    let one = |code: u16| asking(&server, &format!(r#"{{"method": "get", "url": "http://HOST/count?{code}"}}"#));
    let query = format!("[{0}.body, {0}.body, {1}.body, {1}.body]", one(200), one(500));
    assert_eq!(eval(&sandbox, &["--allow-net"], &query).quietly().out, "[1,1,1,2]\n");
    // What does not count has another value in each of them.
    let kept = |value: u8| {
        let ignored = format!(r#""headers": {{"x": "{value}"}}, "cache_ignored_headers": ["x"]"#);
        asking(&server, &format!(r#"{{"method": "get", "url": "http://HOST/count?203", {ignored}}}"#))
    };
    let query = format!("[{}.body, {}.body]", kept(1), kept(2));
    assert_eq!(eval(&sandbox, &["--allow-net"], &query).quietly().out, "[1,1]\n");
}

#[test]
fn a_request_ends_with_the_evaluation() {
    let (sandbox, server) = (Sandbox::empty(), server());
    let query = asking(&server, r#"{"method": "get", "url": "http://HOST/slow"}"#);
    let start = Instant::now();
    let run = eval(&sandbox, &["--allow-net", "--timeout", "100ms"], &query).exits(2);
    assert!(
        run.err.starts_with("1 error occurred: eval_cancel_error: http.send: timed out (context deadline"),
        "{run:?}"
    );
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[test]
fn an_answer_is_not_larger_than_is_taken() {
    let (sandbox, server) = (Sandbox::empty(), server());
    let run = eval(&sandbox, &["--allow-net"], &asking(&server, r#"{"method": "get", "url": "http://HOST/large"}"#));
    assert!(run.exits(2).err.contains("http.send: the answer has more than 64 MiB"));
}

#[test]
fn passwords_are_not_told() {
    let sandbox = Sandbox::empty();
    let query = r#"http.send({"method": "get", "url": concat("", ["http://ann:hunter2@127.0.0.1:1/", "x"])})"#;
    let run = eval(&sandbox, &["--allow-net", "-f", "json"], query).exits(2);
    assert!(run.out.contains(r#"Get \"http://ann:***@127.0.0.1:1/x\": dial tcp 127.0.0.1:1"#), "{run:?}");
    let mut command = sandbox.command(&[
        "eval",
        "--allow-net",
        "--strict-builtin-errors",
        "http.send({\"method\": \"get\", \"url\": \"http://a.test\"})",
    ]);
    let run = Run::of(command.env("HTTP_PROXY", "socks5://ann:hunter2@127.0.0.1"));
    assert!(run.out.contains("the proxy in HTTP_PROXY is no HTTP proxy") && !run.out.contains("hunter2"), "{run:?}");
}

#[test]
fn certificates_are_those_of_the_request() {
    let (sandbox, server, authority) = (Sandbox::empty(), server(), Authority::new());
    sandbox.write("ca.pem", authority.pem());
    let front = TlsFront::start(&authority.server(&["localhost", "other.test"]), &server.host);
    let port = front.address.port();
    let sent = |host: &str, more: &str| {
        let query = format!(r#"http.send({{"method": "get", "url": "https://{host}:{port}/json", {more}}}).body.a"#);
        let mut command = sandbox.command(&["eval", "-f", "raw", "--strict-builtin-errors", "--allow-net", &query]);
        let run = Run::of(command.env("CA", authority.pem()));
        if run.code == 0 { run.out } else { run.err.lines().next().unwrap_or_default().to_owned() }
    };
    for trusting in [
        r#""tls_ca_cert_file": "ca.pem""#,
        r#""tls_ca_cert_env_variable": "CA""#,
        r#""tls_insecure_skip_verify": true"#,
    ] {
        assert_eq!(sent("localhost", trusting), "1.50\n", "{trusting}");
    }
    let trusting = r#""tls_ca_cert_file": "ca.pem""#;
    for name in [r#""tls_server_name": "other.test""#, r#""headers": {"Host": "other.test"}"#] {
        assert_eq!(sent("127.0.0.1", &format!("{trusting}, {name}")), "1.50\n", "{name}");
    }
    let refused = sent("localhost", r#""timeout": "5s""#);
    assert!(
        refused.ends_with("tls: failed to verify certificate: x509: certificate signed by unknown authority"),
        "{refused}"
    );
    let refused = sent("127.0.0.1", &format!(r#"{trusting}, "tls_server_name": "wrong.test""#));
    assert!(refused.ends_with("x509: certificate is valid for localhost, other.test, not wrong.test"), "{refused}");
    let refused = sent("localhost", r#""tls_ca_cert_file": "nowhere.pem""#);
    assert!(refused.ends_with("http.send: open nowhere.pem: no such file or directory"), "{refused}");
    let refused = sent("localhost", r#""tls_client_cert_file": "ca.pem", "tls_client_key_file": "ca.pem""#);
    assert!(refused.ends_with("tls: failed to find any PEM data in key input"), "{refused}");
}

#[test]
fn schemas_may_lie_elsewhere() {
    let (sandbox, server) = (Sandbox::empty(), server());
    let query = |path: &str| format!(r#"json.match_schema({{}}, {{"$ref": "http://{}{path}"}})[0]"#, server.host);
    assert!(eval(&sandbox, &[], &query("/schema")).exits(2).err.contains("needs --allow-net"));
    assert_eq!(eval(&sandbox, &["--allow-net"], &query("/schema")).quietly().out, "false\n");
    let run = eval(&sandbox, &["--allow-net"], &query("/none")).exits(2);
    assert!(run.err.contains("Could not read schema from HTTP, response status is 404 Status"), "{run:?}");
    let run = eval(&sandbox, &["--allow-net=else.where"], &query("/schema")).exits(2);
    assert!(run.err.contains(&format!("remote reference loading disabled: http://{}/schema", server.host)), "{run:?}");
    let run = eval(&sandbox, &["--allow-net"], r#"json.match_schema({}, {"$ref": "file:///etc/passwd"})"#).exits(2);
    assert!(run.err.contains("remote reference loading disabled: file:///etc/passwd"), "{run:?}");
}

#[test]
fn tests_and_sessions_reach_the_network_where_they_may() {
    let (sandbox, server) = (Sandbox::empty(), server());
    let request = asking(&server, r#"{"method": "get", "url": "http://HOST/json"}"#);
    sandbox.write("p/a_test.rego", format!("package a\n\ntest_a if {request}.status_code == 200\n"));
    let run = sandbox.run(&["test", "p"]).exits(2);
    assert!(run.out.contains("http.send: the network is not allowed: needs --allow-net"), "{run:?}");
    assert_eq!(sandbox.run(&["test", "p", "--allow-net=127.0.0.1"]).quietly().out, "PASS: 1/1\n");
    assert!(sandbox.run(&["build", "p", "--test"]).exits(1).err.contains("needs --allow-net"));
    sandbox.run(&["build", "p", "--test", "--allow-net"]).quietly();
    let run = sandbox.run_with(&["repl", "--allow-net"], &format!("{request}.status\n"));
    assert_eq!(run.quietly().out, "\"200 Status\"\n");
}

/// Requests whose answers are the same as those of OPA.
const REQUESTS: [&str; 42] = [
    r#"{"method": "get", "url": "http://HOST/json"}"#,
    r#"{"method": "get", "url": "http://HOST/broken"}"#,
    r#"{"method": "get", "url": "http://HOST/problem"}"#,
    r#"{"method": "get", "url": "http://HOST/yaml"}"#,
    r#"{"method": "get", "url": "http://HOST/text"}"#,
    r#"{"method": "get", "url": "http://HOST/text", "force_json_decode": true}"#,
    r#"{"method": "get", "url": "http://HOST/text", "force_yaml_decode": true}"#,
    r#"{"method": "get", "url": "http://HOST/text", "force_yaml_decode": 1}"#,
    r#"{"method": "head", "url": "http://HOST/json"}"#,
    r#"{"method": "get", "url": "http://HOST/nowhere"}"#,
    r#"{"method": "get", "url": "http://HOST/echo?a=b%20c#d", "headers": {"x-own": "v", "User-Agent": "u"}}"#,
    r#"{"method": "post", "url": "http://HOST/echo", "body": {"b": [1, 2.50], "a": {1, 2}, "h": "<&>"}}"#,
    r#"{"method": "put", "url": "http://HOST/echo", "raw_body": "raw", "body": {"x": 1}}"#,
    r#"{"method": "patch", "url": "http://HOST/echo"}"#,
    r#"{"method": "get", "url": "http://ann:pass@HOST/echo"}"#,
    r#"{"method": "get", "url": "http://HOST/moved?/json"}"#,
    r#"{"method": "get", "url": "http://HOST/moved?/echo", "enable_redirect": true}"#,
    r#"{"method": "post", "url": "http://HOST/moved?/echo", "enable_redirect": true, "body": 1, "headers": {"Authorization": "a"}}"#,
    r#"{"method": "post", "url": "http://HOST/kept?/echo", "enable_redirect": true, "raw_body": "again"}"#,
    r#"{"method": "get", "url": "http://HOST/moved?ftp://x/y", "enable_redirect": true}"#,
    r#"{"method": "get", "url": "http://HOST/cut"}"#,
    r#"{"method": "get", "url": "http://HOST/cut", "raise_error": false}"#,
    r#"{"method": "get", "url": "http://HOST/slow", "timeout": "100ms"}"#,
    r#"{"method": "get", "url": "http://HOST/slow", "timeout": 100000000, "raise_error": false}"#,
    r#"{"method": "get", "url": "http://HOST/json", "timeout": "soon"}"#,
    r#"{"method": "get", "url": "http://HOST/json", "timeout": true, "raise_error": false}"#,
    r#"{"method": "get", "url": "http://127.0.0.1:1/x", "max_retry_attempts": 1}"#,
    r#"{"method": "get", "url": "http://HOST/json", "max_retry_attempts": -1}"#,
    r#"{"method": "get", "url": "ftp://127.0.0.1/x", "raise_error": false}"#,
    r#"{"method": "get", "url": "nowhere"}"#,
    r#"{"method": "get", "url": "http://[::1", "raise_error": false}"#,
    r#"{"method": "g t", "url": "http://HOST/json"}"#,
    r#"{"method": 1, "url": "http://HOST/json"}"#,
    r#"{"method": "get", "url": "http://HOST/json", "headers": {"a": ["b", true]}}"#,
    r#"{"method": "get", "url": "http://HOST/json", "headers": {"a-b": "c\nd"}}"#,
    r#"{"method": "get", "url": "http://HOST/json", "enable_redirect": "yes"}"#,
    r#"{"method": "get", "url": "http://HOST/json", "cache": 1}"#,
    r#"{"method": "get", "url": "http://HOST/json", "force_cache": true, "raise_error": false}"#,
    r#"{"method": "get", "url": "http://HOST/json", "force_cache": true, "force_cache_duration_seconds": 1.5}"#,
    r#"{"method": "get", "url": "http://HOST/json", "headers": {}, "cache_ignored_headers": [1], "raise_error": false}"#,
    r#"{"method": "get", "url": "http://HOST/json", "tls_client_cert": "x", "tls_client_key": "y"}"#,
    r#"{"method": "get", "url": "http://HOST/json", "tls_ca_cert": "x", "raise_error": false}"#,
];

#[test]
fn answers_are_those_of_opa() {
    let Some(opa) = find("opa") else { return };
    let (sandbox, server) = (Sandbox::empty(), server());
    let mut differences = Vec::new();
    for request in REQUESTS {
        let query = asking(&server, request);
        let ours = eval(&sandbox, &["--allow-net"], &query);
        let mut command = Command::new(&opa);
        command.args(["eval", "-f", "raw", "--strict-builtin-errors", &query]).env_clear().stdin(Stdio::null());
        let theirs = Run::of(command.env("HOME", sandbox.path("")));
        if (&ours.out, &ours.err, ours.code) != (&theirs.out, &theirs.err, theirs.code) {
            differences.push(format!("{request}\nours {ours:?}\nopa's {theirs:?}"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}
