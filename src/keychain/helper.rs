//! Docker's credential helpers: programs named `docker-credential-…`, asked over their standard input.

use super::{KeychainError, Login};
use crate::secret::Secret;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// How long a helper may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The most bytes a helper may answer.
const ANSWER_LIMIT: u64 = 64 << 10;

/// The most registries of one helper that are listed.
pub(super) const LIST_LIMIT: usize = 1000;

/// The most of a helper's complaint that is shown, in characters.
const COMPLAINT_LIMIT: usize = 400;

/// What helpers call the user of an identity token.
pub(super) const TOKEN_USER: &str = "<token>";

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "Username", default)]
    username: String,
    #[serde(rename = "Secret", default)]
    secret: String,
}

/// One helper, and the file that names it.
pub(super) struct Helper<'a> {
    /// What follows `docker-credential-`.
    pub(super) name: &'a str,
    /// The file that names it, in words.
    pub(super) place: &'a str,
    /// The folders in which it is looked for.
    pub(super) path: Option<&'a OsStr>,
}

/// How a run ended: whether with success, and what was printed to the two outputs.
struct Ended {
    succeeded: bool,
    output: Vec<u8>,
    complaint: Vec<u8>,
}

impl Helper<'_> {
    /// Asks for a credential; `None` when the helper says it has none.
    pub(super) fn get(&self, server: &str) -> Result<Option<Login>, KeychainError> {
        let ended = self.run("get", server, server)?;
        if !ended.succeeded {
            if String::from_utf8_lossy(&ended.output).contains("credentials not found") {
                return Ok(None);
            }
            return Err(self.failed(server, ended.reason()));
        }
        // The reader's message could quote the secret: it is not passed on.
        let answer: Answer = serde_json::from_slice(&ended.output)
            .map_err(|_| self.failed(server, "its answer is not the JSON of a credential".to_owned()))?;
        if answer.secret.is_empty() {
            return Ok(None);
        }
        let secret = Secret::new(answer.secret);
        Ok(Some(match answer.username.as_str() {
            TOKEN_USER => Login::IdentityToken(secret),
            _ => Login::Password { username: answer.username, password: secret },
        }))
    }

    /// The servers it has credentials for, with their users.
    pub(super) fn list(&self) -> Result<BTreeMap<String, String>, KeychainError> {
        let ended = self.run("list", "", "its list")?;
        if !ended.succeeded {
            return Err(self.failed("its list", ended.reason()));
        }
        let all: BTreeMap<String, String> = serde_json::from_slice(&ended.output)
            .map_err(|_| self.failed("its list", "its answer is not a JSON list of users".to_owned()))?;
        Ok(all.into_iter().take(LIST_LIMIT).collect())
    }

    /// Hands a credential over.
    pub(super) fn store(&self, server: &str, login: &Login) -> Result<(), KeychainError> {
        let (username, secret) = match login {
            Login::Password { username, password } => (username.as_str(), password),
            Login::IdentityToken(token) | Login::AccessToken(token) => (TOKEN_USER, token),
        };
        let request = serde_json::json!({ "ServerURL": server, "Username": username, "Secret": secret.expose() });
        let ended = self.run("store", &request.to_string(), server)?;
        if ended.succeeded { Ok(()) } else { Err(self.failed(server, ended.reason())) }
    }

    /// Has a credential forgotten.
    pub(super) fn erase(&self, server: &str) -> Result<(), KeychainError> {
        let ended = self.run("erase", server, server)?;
        if ended.succeeded { Ok(()) } else { Err(self.failed(server, ended.reason())) }
    }

    fn failed(&self, server: &str, cause: String) -> KeychainError {
        let (helper, place) = (self.name.to_owned(), self.place.to_owned());
        KeychainError::Helper { helper, place, server: server.to_owned(), cause }
    }

    /// Runs the helper without a shell. What it is asked goes to its standard input alone.
    fn run(&self, verb: &str, request: &str, server: &str) -> Result<Ended, KeychainError> {
        let failed = |cause: String| self.failed(server, cause);
        // A line break would smuggle in a second question.
        if request.chars().any(char::is_control) {
            return Err(KeychainError::Server(server.to_owned()));
        }
        let program = locate(self.name, self.path).map_err(failed)?;
        log::debug!("{}: {verb}", program.display());
        let mut child = Command::new(program)
            .arg(verb)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| failed(error.to_string()))?;
        if let Some(mut stdin) = child.stdin.take() {
            let request = request.to_owned();
            // A helper may answer without reading what it was asked, or never read it at all.
            std::thread::spawn(move || stdin.write_all(request.as_bytes()));
        }
        let output = read_all(child.stdout.take());
        let complaint = read_all(child.stderr.take());
        let deadline = Instant::now() + PATIENCE;
        let left = || deadline.saturating_duration_since(Instant::now());
        let read = output.recv_timeout(left());
        let status = loop {
            match child.try_wait().map_err(|error| failed(error.to_string()))? {
                Some(status) if read.is_ok() => break status,
                None if !left().is_zero() && read.is_ok() => std::thread::sleep(Duration::from_millis(2)),
                _ => {
                    let _ = child.kill();
                    let _ = child.wait();
                    return Err(failed(format!("it did not answer within {} seconds", PATIENCE.as_secs())));
                }
            }
        };
        let output = read.unwrap_or_default();
        if output.len() as u64 > ANSWER_LIMIT {
            return Err(failed(format!("it answered more than {ANSWER_LIMIT} bytes")));
        }
        // A child of its own may keep the other output open.
        let complaint = complaint.recv_timeout(left().min(Duration::from_millis(200))).unwrap_or_default();
        Ok(Ended { succeeded: status.success(), output, complaint })
    }
}

impl Ended {
    /// What it printed when it failed, shortened.
    fn reason(&self) -> String {
        let [output, complaint] =
            [&self.output, &self.complaint].map(|bytes| String::from_utf8_lossy(bytes).trim().to_owned());
        let text = match (output.as_str(), complaint.as_str()) {
            ("", "") => "it gave no reason".to_owned(),
            ("", text) | (text, "") => text.to_owned(),
            (output, complaint) => format!("{output} ({complaint})"),
        };
        match text.char_indices().nth(COMPLAINT_LIMIT) {
            Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
            None => text,
        }
    }
}

/// Reads an output on a thread of its own: the first bytes of it, and one more than are taken.
fn read_all(output: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    if let Some(output) = output {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = output.take(ANSWER_LIMIT + 1).read_to_end(&mut bytes);
            let _ = sender.send(bytes);
        });
    }
    receiver
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
pub(super) mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    /// A folder with a helper `fake` that runs a shell script.
    pub(crate) fn helper(script: &str) -> tempfile::TempDir {
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

    fn fake(folder: &Path) -> Helper<'_> {
        Helper { name: "fake", place: "the test", path: Some(folder.as_os_str()) }
    }

    #[test]
    fn an_answer_is_a_login() {
        let folder = helper(r#"read s; echo "{\"ServerURL\":\"$s\",\"Username\":\"ann\",\"Secret\":\"$1-$s\"}""#);
        let login = fake(folder.path()).get("ghcr.io").unwrap().unwrap();
        assert_eq!(login, Login::Password { username: "ann".into(), password: Secret::new("get-ghcr.io") });
        let folder = helper(r#"echo '{"Username":"<token>","Secret":"t"}'"#);
        assert_eq!(fake(folder.path()).get("ghcr.io").unwrap(), Some(Login::IdentityToken(Secret::new("t"))));
    }

    #[test]
    fn not_found_is_none_and_failure_is_an_error_in_the_helpers_words() {
        let folder = helper("echo 'credentials not found in native keychain'; exit 1");
        assert_eq!(fake(folder.path()).get("ghcr.io").unwrap(), None);
        for (script, wanted) in [
            ("echo locked; exit 1", "failed for ghcr.io: locked"),
            ("echo no agent >&2; exit 1", "failed for ghcr.io: no agent"),
            ("echo locked; echo no agent >&2; exit 1", "failed for ghcr.io: locked (no agent)"),
            ("exit 1", "failed for ghcr.io: it gave no reason"),
            ("echo hunter2", "its answer is not the JSON of a credential"),
            ("echo '{\"Username\":7,\"Secret\":\"hunter2\"}'", "its answer is not the JSON of a credential"),
        ] {
            let folder = helper(script);
            let error = fake(folder.path()).get("ghcr.io").unwrap_err().to_string();
            assert!(error.ends_with(wanted) && !error.contains("hunter2"), "{script}: {error}");
            assert!(error.contains("docker-credential-fake (named in the test)"), "{error}");
        }
    }

    #[test]
    fn a_helper_that_talks_without_end_is_cut_short() {
        let folder = helper("yes | head -c 10000000");
        let error = fake(folder.path()).get("ghcr.io").unwrap_err().to_string();
        assert!(error.ends_with("it answered more than 65536 bytes"), "{error}");
        let folder = helper("yes wrong | head -c 60000; exit 1");
        let error = fake(folder.path()).get("ghcr.io").unwrap_err().to_string();
        assert!(error.len() < 1000, "{}", error.len());
    }

    #[test]
    fn a_child_that_outlives_the_helper_is_not_waited_for() {
        let folder = helper(r#"sleep 20 >/dev/null & echo '{"Username":"u","Secret":"p"}'"#);
        let since = Instant::now();
        assert!(fake(folder.path()).get("ghcr.io").unwrap().is_some());
        assert!(since.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn secrets_go_to_standard_input_and_never_into_arguments() {
        let folder = helper("echo \"$@\" > \"${0%/*}/arguments\"; cat > \"${0%/*}/input\"");
        let login = Login::Password { username: "ann".into(), password: Secret::new("hunter2") };
        fake(folder.path()).store("ghcr.io", &login).unwrap();
        assert_eq!(std::fs::read_to_string(folder.path().join("arguments")).unwrap(), "store\n");
        let input = std::fs::read_to_string(folder.path().join("input")).unwrap();
        assert_eq!(input, r#"{"Secret":"hunter2","ServerURL":"ghcr.io","Username":"ann"}"#);
    }

    #[test]
    fn a_list_is_users_by_server() {
        let folder = helper(r#"echo '{"https://index.docker.io/v1/":"ann","ghcr.io":"<token>"}'"#);
        let listed = fake(folder.path()).list().unwrap();
        assert_eq!(listed.get("ghcr.io").map(String::as_str), Some(TOKEN_USER));
        let folder = helper("echo '[1]'");
        assert!(fake(folder.path()).list().is_err());
    }

    #[test]
    fn a_helper_that_is_not_there_or_has_an_evil_name_is_an_error() {
        let absent = Helper { name: "fake", place: "x", path: None };
        assert!(absent.get("a").unwrap_err().to_string().ends_with("it is not installed"));
        for name in ["../evil", "-x", ".x", "", "a b", "a;b", &"a".repeat(65)] {
            let evil = Helper { name, place: "x", path: Some(OsStr::new("/bin")) };
            assert!(evil.get("a").unwrap_err().to_string().ends_with("a program may have"), "{name}");
        }
        let folder = helper("echo x");
        assert!(matches!(fake(folder.path()).get("a\nb"), Err(KeychainError::Server(_))));
    }
}
