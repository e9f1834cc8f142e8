//! Whole screens: what people see of modules with errors, byte for byte.
//!
//! Each file of `tests/data/screens/` holds the files of a folder, a command, its exit code, and what it prints on either
//! stream, each under a line `-- NAME --`. With `POLICY_WRITE_SCREENS=1` they are written anew from what is printed.

use super::support::{Run, Sandbox};
use std::path::PathBuf;

/// A recorded run.
struct Screen {
    path: PathBuf,
    files: Vec<(String, String)>,
    /// The line as it is typed in a shell.
    command: String,
    /// Whether what is printed on standard output is no part of it.
    any_output: bool,
    recorded: String,
}

impl Screen {
    fn all() -> Vec<Self> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/screens");
        let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths.into_iter().map(Self::read).collect()
    }

    fn read(path: PathBuf) -> Self {
        let recorded = std::fs::read_to_string(&path).unwrap();
        let sections = sections(&recorded);
        let is_command = |name: &str| name.contains("policy ");
        let place = sections.iter().position(|(name, _)| is_command(name)).unwrap();
        let command = sections[place].0.clone();
        let any_output = command.starts_with("policy build ") && !recorded.contains("-- stdout --\n");
        Self { path, files: sections[..place].to_vec(), command, any_output, recorded }
    }

    /// What the run prints now, in the form of the file.
    fn printed(&self) -> String {
        let sandbox = Sandbox::empty();
        let mut text = String::new();
        for (name, content) in &self.files {
            sandbox.write(name, content);
            text.push_str(&format!("-- {name} --\n{content}"));
        }
        let (environment, arguments) = self.command.split_once("policy ").unwrap();
        let mut command = sandbox.command(&arguments.split(' ').collect::<Vec<_>>());
        command.envs(environment.split_whitespace().filter_map(|pair| pair.split_once('=')));
        let run = Run::of(&mut command);
        text.push_str(&format!("-- {} --\n-- exit {} --\n", self.command, run.code));
        for (name, printed) in [("stdout", &run.out), ("stderr", &run.err)] {
            if !(printed.is_empty() || self.any_output && name == "stdout") {
                text.push_str(&format!("-- {name} --\n{printed}"));
            }
        }
        text
    }
}

fn sections(text: &str) -> Vec<(String, String)> {
    let mut sections: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        match line.strip_prefix("-- ").and_then(|rest| rest.strip_suffix(" --\n")) {
            Some(name) => sections.push((name.to_owned(), String::new())),
            None => sections.last_mut().unwrap().1.push_str(line),
        }
    }
    sections
}

#[test]
fn errors_are_shown_as_they_were() {
    let screens = Screen::all();
    assert!(screens.len() > 60, "{}", screens.len());
    let mut changed = String::new();
    for screen in &screens {
        let printed = screen.printed();
        if printed == screen.recorded {
            continue;
        }
        if std::env::var_os("POLICY_WRITE_SCREENS").is_some() {
            std::fs::write(&screen.path, &printed).unwrap();
        }
        changed.push_str(&format!("{}\nrecorded:\n{}\nnow:\n{printed}\n", screen.path.display(), screen.recorded));
    }
    assert!(changed.is_empty(), "{changed}");
}

#[test]
fn only_opas_own_words_are_wider_than_a_screen() {
    for screen in Screen::all() {
        let shown = sections(&screen.recorded).into_iter().find(|(name, _)| name == "stderr");
        let plain = |line: &&str| !line.contains("error") && !line.contains('\u{1b}');
        for line in shown.iter().flat_map(|(_, text)| text.lines()).filter(plain) {
            assert!(line.chars().count() <= 80, "{}: {line}", screen.path.display());
        }
    }
}
