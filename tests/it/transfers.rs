//! Images on their way: registries that forget blobs, and several things at once.

use super::support::{Registry, Run, Sandbox};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A request, as its method and target, and its body.
type Script = dyn Fn(&str, &str, Vec<u8>) -> (u16, String) + Send + Sync;

/// A registry that answers each request by script: a status, and a body or the `Location` of a 202.
fn scripted(script: impl Fn(&str, &str, Vec<u8>) -> (u16, String) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let script: Arc<Script> = Arc::new(script);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let script = Arc::clone(&script);
            std::thread::spawn(move || while answer(&stream, &*script).is_some() {});
        }
    });
    host
}

fn answer(mut stream: &TcpStream, script: &Script) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if reader.read_until(b'\n', &mut head).ok()? == 0 {
            return None;
        }
    }
    let head = String::from_utf8(head).unwrap();
    let mut words = head.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    let length =
        head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    let (status, text) = script(method, target, body);
    let (location, body) = if status == 202 { (format!("location: {text}\r\n"), "") } else { (String::new(), &*text) };
    let length = if method == "HEAD" { 0 } else { body.len() };
    let answer = format!("HTTP/1.1 {status} Status\r\n{location}content-length: {length}\r\n\r\n{body}");
    stream.write_all(answer.as_bytes()).ok()
}

#[test]
fn blobs_that_a_registry_claims_to_have_and_misses_are_sent_after_all_and_once() {
    for forgets in [false, true] {
        let seen: Arc<Mutex<HashMap<&str, usize>>> = Arc::default();
        let counts = Arc::clone(&seen);
        let host = scripted(move |method, target, _| {
            let mut seen = counts.lock().unwrap();
            let kind = match (method, target) {
                ("GET", "/v2/") => return (200, String::new()),
                ("HEAD", _) if target.contains("/blobs/") => "blob head",
                ("POST", _) => "upload",
                ("PUT", _) if target.contains("/blobs/") => "blob",
                ("PUT", _) => "manifest",
                _ => "other",
            };
            *seen.entry(kind).or_default() += 1;
            match kind {
                "blob head" => (200, String::new()),
                "upload" => (202, "/v2/acme/hello/blobs/uploads/1".to_owned()),
                "blob" => (201, String::new()),
                "manifest" if forgets || seen.get("blob") != Some(&2) => {
                    (404, r#"{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN","message":"blob unknown"}]}"#.to_owned())
                }
                "manifest" => (201, String::new()),
                _ => (404, String::new()),
            }
        });
        let sandbox = Sandbox::new();
        let name = format!("{host}/acme/hello:1");
        sandbox.run(&["build", "src", "-t", &name]).quietly();
        let pushed = sandbox.run(&["push", &name, "--format", "json"]);
        let counted = |kind| seen.lock().unwrap().get(kind).copied().unwrap_or_default();
        assert_eq!((counted("blob head"), counted("blob"), counted("manifest")), (2, 2, 2));
        if forgets {
            let error = pushed.exits(1).err;
            assert!(error.contains("MANIFEST_BLOB_UNKNOWN") && error.contains("hint: push again"), "{error}");
        } else {
            let pushed: serde_json::Value = serde_json::from_str(&pushed.exits(0).out).unwrap();
            assert_eq!(pushed["existed"], false);
            assert!(pushed["uploadedBytes"].as_u64().unwrap() > 0);
        }
    }
}

#[test]
fn several_images_at_once_are_told_in_the_order_they_were_named() {
    let (sandbox, registry) = (Sandbox::new(), Registry::start());
    let names: Vec<String> =
        (0..9).map(|number| registry.name(&format!("acme/p{}:1", number % 3 * 3 + number / 3))).collect();
    for name in &names {
        sandbox.run(&["build", "src", "-t", name, "--annotations", &format!("n={name}")]).quietly();
    }
    let missing = registry.name("acme/none:1");
    for jobs in [["-j", "1"], ["-j", "3"], ["--jobs", "16"], ["--concurrency", "2"]] {
        for verb in ["push", "pull"] {
            let mut arguments = vec![verb, "-q", jobs[0], jobs[1], "--digestfile", "digests"];
            arguments.extend(names[..4].iter().chain([&missing]).chain(&names[4..]).map(String::as_str));
            let run = sandbox.run(&arguments).exits(1);
            assert_eq!(run.out.trim_end().as_bytes(), sandbox.read("digests"));
            let digests: Vec<String> = run.out.lines().map(str::to_owned).collect();
            let wanted: Vec<String> = names.iter().map(|name| digest(&sandbox, name)).collect();
            assert_eq!(digests, wanted, "{verb} {jobs:?}");
            assert!(run.err.contains("acme/none:1"), "{}", run.err);
            assert!(run.err.ends_with(&format!("error: {verb} failed: 1 of 10 failed\n")), "{}", run.err);
        }
    }
}

fn digest(sandbox: &Sandbox, name: &str) -> String {
    sandbox.run(&["inspect", "-q", name]).quietly().out.trim_end().to_owned()
}

#[test]
fn a_number_of_jobs_that_makes_no_sense_is_refused() {
    let sandbox = Sandbox::new();
    for bad in ["0", "65", "-1", "many", ""] {
        let run = sandbox.run(&["push", "--jobs", bad, "acme/hello:1"]);
        run.exits(2);
    }
    let run = Run::of(sandbox.command(&["pull", "127.0.0.1:1/acme/hello:1"]).env("POLICY_JOBS", "many")).exits(2);
    assert!(run.err.contains(r#"POLICY_JOBS="many": a number from 1 to 64"#), "{}", run.err);
}

#[test]
fn one_blob_of_many_images_of_a_repository_is_sent_once() {
    let registry = Registry::start();
    let counter = super::support::Counter::start(&registry.host);
    let sandbox = Sandbox::new();
    let names: Vec<String> = (0..8).map(|number| format!("{}/acme/same:{number}", counter.host)).collect();
    sandbox.run(&["build", "src", "-t", &names[0]]).quietly();
    for name in &names[1..] {
        sandbox.run(&["tag", &names[0], name]).quietly();
    }
    let mut arguments = vec!["push", "-j", "8"];
    arguments.extend(names.iter().map(String::as_str));
    sandbox.run(&arguments).quietly();
    let sent = counter.take().iter().filter(|seen| seen.method == "PUT" && seen.target.contains("/blobs/")).count();
    assert_eq!(sent, 2);
}
