//! A private home with an empty environment.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder a test works in; gone when it ends.
pub struct Sandbox {
    folder: tempfile::TempDir,
}

/// What a run printed.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Sandbox {
    /// An empty home.
    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A home with a small policy in `src/`.
    pub fn new() -> Self {
        let sandbox = Self::empty();
        sandbox.write("src/.manifest", "{\"roots\":[\"policies\"]}\n");
        sandbox.write(
            "src/policies/hello.rego",
            "package policies.hello\n\ndefault allowed := false\n\nallowed if input.role == \"admin\"\n",
        );
        sandbox
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// Writes a file that is for its owner alone.
    pub fn write_private(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.write(name, content);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        path
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The command, not started: the sandbox is its home and working folder, and its environment is empty.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_policy"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.folder.path())
            .env("POLICY_FILE_STORE_ROOT", self.path("store"))
            .env("SOURCE_DATE_EPOCH", "1700000000")
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        Run::of(&mut self.command(arguments))
    }

    /// Runs with text on standard input.
    pub fn run_with(&self, arguments: &[&str], input: &str) -> Run {
        Run::with(&mut self.command(arguments), input)
    }

    /// Everything below the store as names and content, to see that nothing changed.
    pub fn store_state(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut state = Vec::new();
        collect(&self.path("store"), &mut state);
        state.sort();
        state
    }
}

fn collect(folder: &Path, state: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, state);
        } else {
            state.push((path.clone(), fs::read(&path).unwrap_or_default()));
        }
    }
}

impl Run {
    pub fn of(command: &mut Command) -> Self {
        command.output().unwrap().into()
    }

    /// Runs with text on standard input.
    pub fn with(command: &mut Command, input: &str) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A command that fails early reads nothing.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap().into()
    }

    /// That the run succeeded and said nothing on standard error.
    pub fn quietly(self) -> Self {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{self:?}");
        self
    }

    /// That the run ended with a code.
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }

    /// The value behind the first `name: ` on standard output.
    pub fn value(&self, name: &str) -> String {
        let prefix = format!("{name}: ");
        let line = self.out.lines().find_map(|line| line.strip_prefix(&prefix));
        line.unwrap_or_else(|| panic!("no {name} in {self:?}")).to_owned()
    }
}

impl From<std::process::Output> for Run {
    fn from(output: std::process::Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}
