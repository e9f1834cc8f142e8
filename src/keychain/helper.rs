//! Docker's credential helpers: programs named `docker-credential-…`, asked over their standard input.

use super::{KeychainError, Login};
use crate::secret::Secret;
use serde::Deserialize;
use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long a helper may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The most bytes a helper may answer.
const ANSWER_LIMIT: u64 = 64 << 10;

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "Username", default)]
    username: String,
    #[serde(rename = "Secret", default)]
    secret: String,
}

/// Asks for a credential; `None` when the helper says it has none.
pub(super) fn get(name: &str, server: &str, path: Option<&OsStr>) -> Result<Option<Login>, KeychainError> {
    let failed = |cause: String| KeychainError::Helper { helper: name.to_owned(), server: server.to_owned(), cause };
    let (succeeded, output) = run(name, "get", server, path).map_err(failed)?;
    if !succeeded {
        let text = output.trim();
        if text.contains("credentials not found") {
            return Ok(None);
        }
        return Err(failed(if text.is_empty() { "it gave no reason".to_owned() } else { text.to_owned() }));
    }
    let answer: Answer = serde_json::from_str(&output).map_err(|_| failed("its answer is no JSON".to_owned()))?;
    if answer.secret.is_empty() {
        return Ok(None);
    }
    let secret = Secret::new(answer.secret);
    Ok(Some(match answer.username.as_str() {
        "<token>" => Login::IdentityToken(secret),
        _ => Login::Password { username: answer.username, password: secret },
    }))
}

/// Hands a credential over.
pub(super) fn store(
    name: &str,
    server: &str,
    username: &str,
    password: &Secret,
    path: Option<&OsStr>,
) -> Result<(), KeychainError> {
    let request = serde_json::json!({ "ServerURL": server, "Username": username, "Secret": password.expose() });
    done(name, server, run(name, "store", &request.to_string(), path))
}

/// Has a credential forgotten.
pub(super) fn erase(name: &str, server: &str, path: Option<&OsStr>) -> Result<(), KeychainError> {
    done(name, server, run(name, "erase", server, path))
}

fn done(name: &str, server: &str, outcome: Result<(bool, String), String>) -> Result<(), KeychainError> {
    let failed = |cause: String| KeychainError::Helper { helper: name.to_owned(), server: server.to_owned(), cause };
    match outcome.map_err(failed)? {
        (true, _) => Ok(()),
        (false, output) => Err(failed(output.trim().to_owned())),
    }
}

/// Runs a helper without a shell: whether it succeeded, and what it printed.
fn run(name: &str, verb: &str, request: &str, path: Option<&OsStr>) -> Result<(bool, String), String> {
    let program = locate(name, path)?;
    let mut child = Command::new(program)
        .arg(verb)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| error.to_string())?;
    if let Some(mut stdin) = child.stdin.take() {
        // A helper may answer without reading what it was asked.
        let _ = stdin.write_all(request.as_bytes());
    }
    let stdout = child.stdout.take().ok_or("its output cannot be read")?;
    let reader = std::thread::spawn(move || {
        let mut output = Vec::new();
        stdout.take(ANSWER_LIMIT).read_to_end(&mut output).map(|_| output)
    });
    let deadline = Instant::now() + PATIENCE;
    let status = loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) => break status,
            None if Instant::now() > deadline => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("it did not answer within {} seconds", PATIENCE.as_secs()));
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    let output = reader.join().map_err(|_| "its output cannot be read")?.map_err(|error| error.to_string())?;
    Ok((status.success(), String::from_utf8_lossy(&output).into_owned()))
}

/// Finds a helper in the folders of `PATH`, never in the working folder.
fn locate(name: &str, path: Option<&OsStr>) -> Result<PathBuf, String> {
    let sound = (1..=64).contains(&name.len())
        && !name.starts_with(['-', '.'])
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
    if !sound {
        return Err("its name is not one a program may have".to_owned());
    }
    let file = format!("docker-credential-{name}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(path.unwrap_or_default())
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(&file))
        .find(|candidate| candidate.is_file())
        .ok_or_else(|| "it is not installed".to_owned())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn helper(script: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("docker-credential-fake");
        // Written by another process: a file this one has just written may still be open in a child it forks.
        let written = Command::new("/bin/sh")
            .args(["-c", "printf '%s' \"$1\" > \"$2\"", "sh", &format!("#!/bin/sh\n{script}\n")])
            .arg(&path)
            .status()
            .unwrap();
        assert!(written.success());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        folder
    }

    #[test]
    fn an_answer_is_a_login() {
        let folder = helper(r#"read s; echo "{\"ServerURL\":\"$s\",\"Username\":\"ann\",\"Secret\":\"$1-$s\"}""#);
        let login = get("fake", "ghcr.io", Some(folder.path().as_os_str())).unwrap().unwrap();
        assert_eq!(login, Login::Password { username: "ann".into(), password: Secret::new("get-ghcr.io") });
    }

    #[test]
    fn not_found_is_none_and_failure_is_an_error() {
        let folder = helper("echo 'credentials not found in native keychain'; exit 1");
        assert_eq!(get("fake", "ghcr.io", Some(folder.path().as_os_str())).unwrap(), None);
        let folder = helper("echo 'locked'; exit 1");
        let error = get("fake", "ghcr.io", Some(folder.path().as_os_str())).unwrap_err();
        assert!(error.to_string().ends_with("failed for ghcr.io: locked"), "{error}");
    }

    #[test]
    fn a_helper_that_is_not_there_or_has_an_evil_name_is_an_error() {
        assert!(get("fake", "ghcr.io", None).is_err());
        assert!(get("../evil", "ghcr.io", Some(OsStr::new("/bin"))).is_err());
    }
}
