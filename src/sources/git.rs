//! What git knows of an author's folder.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long git may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The most bytes git may answer.
const ANSWER_LIMIT: u64 = 1 << 20;

/// The state of a working tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The commit that is checked out.
    pub commit: String,
    /// When it was made, in seconds since 1970.
    pub commit_time: i64,
    /// Whether the paths are as they are in the commit.
    pub clean: bool,
    /// Where the repository comes from, without credentials.
    pub source_url: Option<String>,
}

/// The facts about the repository that holds the first path; `None` without git, without a repository that git trusts,
/// without a commit, or where it tracks none of the paths.
#[must_use]
pub fn facts(paths: &[PathBuf]) -> Option<Facts> {
    let first = paths.first()?.canonicalize().ok()?;
    let folder = if first.is_dir() { first } else { first.parent()?.to_owned() };
    let paths: Vec<PathBuf> = paths.iter().map(|path| path.canonicalize().ok()).collect::<Option<_>>()?;
    let with_paths = |arguments: &[&str]| {
        let mut command = git(&folder);
        command.args(arguments).arg("--").args(&paths);
        answer(command)
    };
    let head = {
        let mut command = git(&folder);
        command.args(["log", "-1", "--no-show-signature", "--format=%H %ct"]);
        answer(command)?
    };
    let (commit, time) = head.trim().split_once(' ')?;
    if with_paths(&["ls-files"])?.is_empty() {
        return None;
    }
    let clean = with_paths(&["status", "--porcelain"])?.trim().is_empty();
    let remote = {
        let mut command = git(&folder);
        command.args(["config", "--get", "remote.origin.url"]);
        answer(command)
    };
    Some(Facts {
        commit: commit.to_owned(),
        commit_time: time.parse().ok()?,
        clean,
        source_url: remote.and_then(|url| web_address(url.trim())),
    })
}

fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .arg("-C")
        .arg(folder)
        .args(["-c", "core.fsmonitor=false", "--no-optional-locks", "--literal-pathspecs"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

/// What a command prints, if it succeeds in time.
fn answer(mut command: Command) -> Option<String> {
    let mut child = command.spawn().ok()?;
    let stdout = child.stdout.take()?;
    let reader = std::thread::spawn(move || {
        let mut text = Vec::new();
        stdout.take(ANSWER_LIMIT).read_to_end(&mut text).map(|_| text)
    });
    let deadline = Instant::now() + PATIENCE;
    let status = loop {
        match child.try_wait().ok()? {
            Some(status) => break status,
            None if Instant::now() > deadline => {
                let _ = child.kill();
                let _ = child.wait();
                log::debug!("git took too long");
                return None;
            }
            None => std::thread::sleep(Duration::from_millis(1)),
        }
    };
    let text = reader.join().ok()?.ok()?;
    status.success().then(|| String::from_utf8_lossy(&text).into_owned())
}

/// A remote as an address for browsers, without user and password.
fn web_address(remote: &str) -> Option<String> {
    let without_suffix = |text: &str| text.trim_end_matches('/').trim_end_matches(".git").to_owned();
    if let Ok(mut url) = url::Url::parse(remote)
        && url.has_host()
    {
        if url.scheme() == "http" || url.scheme() == "https" {
            url.set_username("").ok()?;
            url.set_password(None).ok()?;
            url.set_query(None);
            url.set_fragment(None);
            return Some(without_suffix(url.as_str()));
        }
        if url.scheme() == "ssh" || url.scheme() == "git" {
            return Some(without_suffix(&format!("https://{}{}", url.host_str()?, url.path())));
        }
        return None;
    }
    // git@github.com:acme/authz.git
    let (host, path) = remote.split_once(':')?;
    let host = host.rsplit('@').next()?;
    let sound = !host.is_empty() && !host.contains('/') && !path.starts_with('/');
    sound.then(|| without_suffix(&format!("https://{host}/{path}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remote_becomes_an_address_without_secrets() {
        for (remote, wanted) in [
            ("https://user:token@github.com/acme/authz.git", Some("https://github.com/acme/authz")),
            ("git@github.com:acme/authz.git", Some("https://github.com/acme/authz")),
            ("ssh://git@gitlab.com/acme/authz.git", Some("https://gitlab.com/acme/authz")),
            ("/srv/git/authz.git", None),
            ("file:///srv/git/authz", None),
        ] {
            assert_eq!(web_address(remote).as_deref(), wanted, "{remote}");
        }
    }

    #[test]
    fn a_folder_outside_a_repository_has_no_facts() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(facts(&[folder.path().to_owned()]), None);
    }
}
