//! What git knows about the folders of a build.

use super::Inputs;
use crate::bundle::Kind;
use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many bytes of an answer are read.
const ANSWER_LIMIT: u64 = 16 * 1024 * 1024;

/// What git knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The commit that is checked out, in hexadecimal.
    pub commit: String,
    /// When it was committed, in seconds since 1970.
    pub commit_time: i64,
    /// Whether all that went into the bundle is in that commit, and nothing of it is missing on disk.
    pub clean: bool,
    /// Where the repository comes from, as an `https://` or `http://` URL without user or password; none when that is no
    /// such place.
    pub source_url: Option<String>,
}

/// Asks git about the files of a build. `None` where there is no git, no repository that holds all PATHs, no commit yet, or
/// git does not trust the repository's owner.
#[must_use]
pub fn facts(inputs: &Inputs) -> Option<Facts> {
    let first = inputs.paths.first()?;
    let folder = if first.is_dir() { first.as_path() } else { first.parent()? };
    let top = PathBuf::from(line(ask(folder, ["rev-parse", "--show-toplevel"])?)?).canonicalize().ok()?;
    if !inputs.paths.iter().all(|path| path.starts_with(&top)) {
        log::debug!("git: not all paths are in {}", top.display());
        return None;
    }
    let head = line(ask(folder, ["log", "-1", "--no-show-signature", "--format=%H %ct", "HEAD"])?)?;
    let (commit, time) = head.split_once(' ')?;
    Some(Facts {
        commit: commit.to_owned(),
        commit_time: time.parse().ok()?,
        clean: is_clean(folder, &top, inputs),
        source_url: remote(folder).as_deref().and_then(public_url),
    })
}

/// Whether nothing that is or could be in the bundle differs from the commit.
fn is_clean(folder: &Path, top: &Path, inputs: &Inputs) -> bool {
    let question =
        ["status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--ignored=matching", "--"];
    let question = question.iter().map(OsStr::new).chain(inputs.paths.iter().map(|path| path.as_os_str()));
    let Some(answer) = ask(folder, question) else { return false };
    answer.split(|byte| *byte == 0).filter_map(|entry| entry.get(3..)).all(|name| {
        let name = String::from_utf8_lossy(name);
        let path = top.join(name.trim_end_matches('/'));
        Kind::of(&name).is_none() && !inputs.files.iter().any(|file| file.starts_with(&path))
    })
}

fn remote(folder: &Path) -> Option<String> {
    if let Some(url) = ask(folder, ["config", "--get", "remote.origin.url"]).and_then(line) {
        return Some(url);
    }
    let name = line(ask(folder, ["remote"])?)?;
    line(ask(folder, ["config", "--get", &format!("remote.{name}.url")])?)
}

/// The web address behind a remote: no user, password, port of ssh, query or `.git`.
fn public_url(remote: &str) -> Option<String> {
    let scp_like = remote.split_once(':').filter(|(host, path)| {
        !remote.contains("://") && !host.contains('/') && host.len() > 1 && !path.starts_with('\\')
    });
    let (scheme, host, path) = match scp_like {
        Some((host, path)) => {
            let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
            ("https", host.to_owned(), path.to_owned())
        }
        None => {
            let url = url::Url::parse(remote).ok()?;
            let host = url.host_str()?.to_owned();
            match (url.scheme(), url.port()) {
                ("ssh" | "git" | "git+ssh" | "ssh+git", _) => ("https", host, url.path().to_owned()),
                ("https", Some(port)) => ("https", format!("{host}:{port}"), url.path().to_owned()),
                ("http", Some(port)) => ("http", format!("{host}:{port}"), url.path().to_owned()),
                ("https", None) => ("https", host, url.path().to_owned()),
                ("http", None) => ("http", host, url.path().to_owned()),
                _ => return None,
            }
        }
    };
    // A name without a dot is an alias from somebody's ssh settings.
    let is_public = host.contains(['.', ':']) || host == "localhost";
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let is_plain = !path.is_empty() && !path.chars().chain(host.chars()).any(|c| c.is_whitespace() || c.is_control());
    (is_public && is_plain).then(|| format!("{scheme}://{host}/{path}"))
}

/// The first line of an answer.
fn line(answer: Vec<u8>) -> Option<String> {
    let text = String::from_utf8(answer).ok()?;
    text.lines().next().filter(|line| !line.is_empty()).map(str::to_owned)
}

/// Runs git in a folder and gives what it prints; `None` when it fails, prints too much or takes too long.
fn ask<Argument: AsRef<OsStr>>(folder: &Path, question: impl IntoIterator<Item = Argument>) -> Option<Vec<u8>> {
    let mut command = Command::new("git");
    command.args(["-c", "core.fsmonitor=false", "-C"]).arg(folder).args(question);
    command.env("GIT_OPTIONAL_LOCKS", "0").env("GIT_LITERAL_PATHSPECS", "1").env("GIT_TERMINAL_PROMPT", "0");
    // Inside a hook these speak of another repository than the folder's.
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY"] {
        command.env_remove(name);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().inspect_err(|error| log::debug!("git: {error}")).ok()?;
    let answer = answer_of(&mut child);
    if answer.is_none() {
        log::debug!("git: no answer in {}", folder.display());
        let _ = child.kill();
    }
    let status = child.wait().ok()?;
    answer.filter(|_| status.success())
}

fn answer_of(child: &mut Child) -> Option<Vec<u8>> {
    let output = child.stdout.take()?;
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut answer = Vec::new();
        let read = output.take(ANSWER_LIMIT + 1).read_to_end(&mut answer);
        let _ = sender.send(read.map(|_| answer));
    });
    let answer = receiver.recv_timeout(PATIENCE).ok()?.ok()?;
    (u64::try_from(answer.len()).ok()? <= ANSWER_LIMIT).then_some(answer)
}
