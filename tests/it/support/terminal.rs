//! A program that runs at a terminal of its own.

use super::Sandbox;
use nix::pty::{Winsize, openpty};
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// How long something may take to appear.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program, and the other end of its terminal.
pub struct Terminal {
    child: Child,
    keys: File,
    bytes: Receiver<Vec<u8>>,
    seen: Vec<u8>,
    /// What was shown when keys were last pressed.
    before: String,
}

impl Terminal {
    /// Starts the program in a sandbox; none, which is said, where this machine gives it no terminal to control.
    pub fn start(sandbox: &Sandbox, arguments: &[&str]) -> Option<Self> {
        if Command::new("setsid").arg("--version").output().is_err() {
            eprintln!("not run: there is no setsid");
            return None;
        }
        let size = Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };
        let ends = match openpty(Some(&size), None) {
            Ok(ends) => ends,
            Err(error) => {
                eprintln!("not run: no terminal: {error}");
                return None;
            }
        };
        let plain = sandbox.command(arguments);
        let mut command = Command::new("setsid");
        command.arg("-c").arg(plain.get_program()).args(plain.get_args()).env_clear();
        command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.env("TERM", "xterm-256color").env("PATH", "/usr/bin:/bin").current_dir(sandbox.path(""));
        let stream = |end: &OwnedFd| Stdio::from(end.try_clone().unwrap());
        command.stdin(stream(&ends.slave)).stdout(stream(&ends.slave)).stderr(stream(&ends.slave));
        let child = command.spawn().unwrap();
        drop((command, ends.slave));
        let mut screen = File::from(ends.master.try_clone().unwrap());
        let (sender, bytes) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = screen.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Some(Self { child, keys: File::from(ends.master), bytes, seen: Vec::new(), before: String::new() })
    }

    /// Presses keys.
    pub fn press(&mut self, keys: &str) {
        self.before = shown(&self.seen);
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits until what is shown has changed since keys were pressed, and ends in a text. Gives all that was shown since the start, without what moves the cursor.
    pub fn until(&mut self, end: &str) -> String {
        let start = Instant::now();
        loop {
            let shown = shown(&self.seen);
            if shown != self.before && shown.ends_with(end) {
                return shown;
            }
            match self.bytes.recv_timeout(Duration::from_millis(200)) {
                Ok(bytes) => self.seen.extend(bytes),
                Err(RecvTimeoutError::Timeout) if start.elapsed() < PATIENCE => {}
                Err(error) => panic!("{error}: wanted {end:?} at the end of {shown:?}"),
            }
        }
    }

    /// Waits until the program ends. Gives its exit code, and all that was shown.
    pub fn end(mut self) -> (i32, String) {
        let start = Instant::now();
        loop {
            match self.bytes.recv_timeout(Duration::from_millis(200)) {
                Ok(bytes) => self.seen.extend(bytes),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    if self.child.try_wait().unwrap().is_some() {
                        break;
                    }
                    assert!(start.elapsed() < PATIENCE, "it does not end: {:?}", shown(&self.seen));
                }
            }
        }
        (self.child.wait().unwrap().code().unwrap_or(-1), shown(&self.seen))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What bytes show: the line that is typed as it was last drawn, and no orders to the terminal.
fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = vec![String::new()];
    let mut characters = text.chars().peekable();
    let mut column = 0;
    while let Some(character) = characters.next() {
        let line = lines.last_mut().unwrap();
        match character {
            '\u{1b}' => {
                let mut order = String::new();
                if characters.next_if_eq(&'[').is_some() {
                    for character in characters.by_ref() {
                        order.push(character);
                        if character.is_ascii_alphabetic() || character == '~' {
                            break;
                        }
                    }
                }
                let count = order.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse().unwrap_or(1);
                match order.chars().last() {
                    Some('K') => *line = line.chars().take(column).collect(),
                    Some('C') => column += count,
                    Some('D') => column = column.saturating_sub(count),
                    Some('J') => *line = line.chars().take(column).collect(),
                    _ => {}
                }
            }
            '\r' => column = 0,
            '\n' => {
                lines.push(String::new());
                column = 0;
            }
            '\u{7}' => {}
            '\u{8}' => column = column.saturating_sub(1),
            other => {
                let mut cells: Vec<char> = line.chars().collect();
                cells.resize(cells.len().max(column), ' ');
                if column < cells.len() {
                    cells[column] = other;
                } else {
                    cells.push(other);
                }
                *line = cells.into_iter().collect();
                column += 1;
            }
        }
    }
    lines.join("\n")
}
