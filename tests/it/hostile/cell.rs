//! One command against one fault, and what is asked of every such run.

use super::super::support::Sandbox;
use super::faults::{Command, Fault};
use super::images::Images;
use super::sane::{Access, Kind, Sane};
use super::server::{Greeting, Server, Twist};
use super::{PASSWORD, TOKEN, USER};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The longest a command may take, whatever it meets.
const PATIENCE: Duration = Duration::from_secs(20);

/// The most a command may print about a failure, in bytes.
const WORDS: usize = 8192;

/// Runs a command into a fault and says what was wrong with it, if anything was.
pub fn trial(fault: &Fault, command: Command, wanted: u8, images: &Images) -> Result<(), String> {
    let twist = fault.aimed_at(command);
    let filled = |access: Access| {
        move |host: &str| {
            let mut sane = Sane::new(host, access);
            if !fault.writes() {
                images.fill(&mut sane);
            }
            sane
        }
    };
    let hostile = Server::start("127.0.0.1", fault.greeting.clone(), filled(fault.access), twist);
    let untouched: Twist = Arc::new(|_, sane| sane());
    let other = Server::start(
        "127.0.0.1",
        Greeting::None,
        |host| {
            let mut sane = Sane::new(host, Access::Password);
            if fault.writes() {
                images.fill(&mut sane);
            }
            sane
        },
        untouched,
    );
    let (host, friend) = (hostile.host(), other.host());
    let sandbox = Sandbox::empty();
    images.lay_out(&sandbox, &host);
    let auth = STANDARD.encode(format!("{USER}:{PASSWORD}"));
    if command != Command::Login {
        let entry = serde_json::json!({"auth": auth});
        let auths = serde_json::json!({"auths": {host.as_str(): entry, friend.as_str(): entry}});
        sandbox.write("store/config.json", auths.to_string());
    }
    let theirs = |host: &str| format!("{host}/acme/theirs:1");
    let (ours, theirs, copied) = match fault.writes() {
        true => (format!("{host}/acme/ours:1"), theirs(&friend), format!("{host}/acme/copied:1")),
        false => (format!("{host}/acme/ours:1"), theirs(&host), format!("{friend}/acme/copied:1")),
    };
    let repository = format!("{host}/acme/theirs");
    let arguments: Vec<&str> = match command {
        Command::Login => vec!["login", "-s", &host, "-u", USER, "--password-stdin"],
        Command::Push => vec!["push", &ours],
        Command::Pull => vec!["pull", &theirs],
        Command::Tags => vec!["remote", "tags", &repository],
        Command::Copy => vec!["copy", &theirs, &copied],
    };
    let before = state(&sandbox);
    let ran = run(&sandbox, fault, &arguments, command == Command::Login)?;
    let after = state(&sandbox);

    let mut wrong = Vec::new();
    if ran.code != i32::from(wanted) {
        wrong.push(format!("exit {} instead of {wanted}", ran.code));
    }
    let mut lines = ran.err.lines().filter(|line| !line.starts_with("warning: ") && !line.starts_with("note: "));
    let first = lines.next().unwrap_or_default();
    if ran.code != 0 && !(first.starts_with("error: ") && first.contains(&host)) {
        wrong.push("the first line is no error that names the host".to_owned());
    }
    let all = format!("{}{}", ran.out, ran.err);
    if all.contains("panicked") || all.contains("backtrace") {
        wrong.push("it panicked".to_owned());
    }
    for secret in [PASSWORD, TOKEN, &auth] {
        if all.contains(secret) {
            wrong.push(format!("it shows {secret}"));
        }
    }
    if let Some(character) = all.chars().find(|character| obeyed(*character)) {
        wrong.push(format!("it shows {character:?}"));
    }
    if ran.code != 0 && all.len() > WORDS {
        wrong.push(format!("it says {} bytes", all.len()));
    }
    let changes = command == Command::Login || command == Command::Pull;
    if before != after && !(changes && ran.code == 0) {
        wrong.push("it changed the store".to_owned());
    }
    let hits = hostile.seen().iter().filter(|request| fault.hits(command, request)).count();
    // Two blobs are sent at a time; each try to copy one reads it anew.
    let most = if matches!(command, Command::Push | Command::Copy) { fault.most * 2 } else { fault.most };
    if hits > most {
        wrong.push(format!("it asked {hits} times, not {most}"));
    }
    if hits == 0 && matches!(fault.greeting, Greeting::None) {
        wrong.push("the fault was never met".to_owned());
    }
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "{} × {command:?}: {}\n    out: {:?}\n    err: {:?}\n    asked: {:?}",
            fault.name,
            wrong.join("; "),
            shortened(&ran.out),
            shortened(&ran.err),
            hostile
                .seen()
                .iter()
                .map(|seen| shortened(&format!("{} {}", seen.method, seen.target)))
                .take(12)
                .collect::<Vec<_>>()
        )),
    }
}

/// Everything in the store but the lock's folder.
fn state(sandbox: &Sandbox) -> Vec<(PathBuf, Vec<u8>)> {
    sandbox.store_state().into_iter().filter(|(path, _)| !path.to_str().unwrap().contains("/.policy")).collect()
}

/// Whether a terminal would obey a character, or show another text for it.
fn obeyed(character: char) -> bool {
    (character.is_control() && character != '\n')
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn shortened(text: &str) -> String {
    text.chars().take(600).collect()
}

struct Ran {
    code: i32,
    out: String,
    err: String,
}

/// Runs a command, but not for ever.
fn run(sandbox: &Sandbox, fault: &Fault, arguments: &[&str], signs_in: bool) -> Result<Ran, String> {
    let file = |name: &str| std::fs::File::create(sandbox.path(name)).unwrap();
    let mut command = sandbox.command(arguments);
    command
        .env("POLICY_HTTP_TIMEOUT", fault.timeout)
        .env("POLICY_HTTP_RETRIES", fault.retries)
        .envs(fault.authority.iter().map(|pem| ("POLICY_CA", sandbox.write("authority.pem", pem))))
        .stdout(file("out"))
        .stderr(file("err"));
    if signs_in {
        command.stdin(Stdio::piped());
    }
    let since = Instant::now();
    let mut child = command.spawn().unwrap();
    if let Some(mut input) = child.stdin.take() {
        let _ = input.write_all(PASSWORD.as_bytes());
    }
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if since.elapsed() > PATIENCE => {
                let _ = (child.kill(), child.wait());
                return Err(format!("{} × {arguments:?}: it does not end", fault.name));
            }
            None => std::thread::sleep((since.elapsed() / 10).max(Duration::from_millis(4))),
        }
    };
    let text = |name: &str| String::from_utf8_lossy(&sandbox.read(name)).into_owned();
    Ok(Ran { code: status.code().unwrap_or(-1), out: text("out"), err: text("err") })
}

/// The kind of request a command lives by.
pub fn main_request(command: Command) -> Kind {
    match command {
        Command::Login => Kind::Ping,
        Command::Push => Kind::StartUpload,
        Command::Pull | Command::Copy => Kind::GetManifest,
        Command::Tags => Kind::Tags,
    }
}
