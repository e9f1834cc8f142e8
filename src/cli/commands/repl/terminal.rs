//! A session at a terminal: blocks of lines, a question before it ends, and what was typed in earlier sessions.

use super::commands::{self, command};
use super::history::History;
use super::names::candidates;
use super::shell::{Flow, Shell};
use crate::cli::Context;
use crate::ops::OpsError;
use crate::rego::capabilities::Capabilities;
use crate::ui::editor::{Editor, Typed};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// What stands before a statement.
const PROMPT: &str = "> ";

/// What stands before the further lines of a statement.
const FURTHER: &str = "| ";

/// Asked at the end of input.
const QUESTION: &str = "Do you want to exit ([y]/n)? ";

/// Where what is typed is kept, unless another file is named: in the home folder.
pub(super) fn usual_history(context: &Context) -> Option<PathBuf> {
    let environment = &context.environment;
    let home = environment.path("HOME").or_else(|| environment.path("USERPROFILE"))?;
    Some(home.join(".policy").join("repl_history"))
}

/// Does what is typed until somebody leaves.
pub(super) fn run(
    shell: &mut Shell<'_>,
    context: &Context,
    history: Option<PathBuf>,
    capabilities: &Capabilities,
) -> Result<(), OpsError> {
    let unread = |cause| OpsError::Read { what: "the terminal".to_owned(), cause };
    let shown = history.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
    let (mut history, earlier, error) = History::open(history);
    if let Some(error) = error {
        context.ui.warn(&format!("what was typed before cannot be read: {shown}: {error}"));
    }
    let mut editor = Editor::new(earlier).map_err(unread)?;
    listen(shell.stop.clone());
    let mut tells = true;
    loop {
        editor.complete_with(candidates(&shell.session, capabilities));
        match block(shell, &mut editor).map_err(unread)? {
            Typed::Interrupted => {}
            Typed::Ended => {
                shell.write("\n")?;
                if leaves(&mut editor).map_err(unread)? {
                    return Ok(());
                }
            }
            Typed::Line(text) => {
                if command(&text).is_none_or(|typed| typed.name != "exit") && !text.trim().is_empty() {
                    editor.remember(text.trim());
                    if let Err(error) = history.keep(&text)
                        && std::mem::take(&mut tells)
                    {
                        context.ui.warn(&format!("what is typed cannot be kept: {shown}: {error}"));
                    }
                }
                shell.stop.store(false, Ordering::Relaxed);
                if whole(shell, &text)? == Flow::Ends {
                    return Ok(());
                }
            }
        }
    }
}

/// Does what a block says.
fn whole(shell: &mut Shell<'_>, text: &str) -> Result<Flow, OpsError> {
    match command(text) {
        Some(typed) => shell.obey(&typed),
        None => shell.block(text.as_bytes()).map(|()| Flow::GoesOn),
    }
}

/// Reads lines until they are a command or statements, or the last is blank.
fn block(shell: &Shell<'_>, editor: &mut Editor) -> std::io::Result<Typed> {
    let mut lines: Vec<String> = Vec::new();
    let mut begun = String::new();
    loop {
        let prompt = if lines.is_empty() { PROMPT } else { FURTHER };
        match editor.line(prompt, &std::mem::take(&mut begun))? {
            Typed::Line(line) => {
                lines.push(line);
                let text = lines.join("\n");
                if is_complete(shell, &text) {
                    return Ok(Typed::Line(text));
                }
            }
            // The line above is typed on.
            Typed::Ended if !lines.is_empty() => begun = lines.pop().unwrap_or_default(),
            other => return Ok(other),
        }
    }
}

fn is_complete(shell: &Shell<'_>, text: &str) -> bool {
    let ends_blank = text.rsplit_once('\n').is_some_and(|(_, last)| last.trim().is_empty());
    ends_blank
        || text.trim().is_empty()
        || commands::command(text).is_some()
        || shell.session.read(text.as_bytes()).is_ok()
}

/// Whether somebody wants to leave.
fn leaves(editor: &mut Editor) -> std::io::Result<bool> {
    loop {
        match editor.line(QUESTION, "")? {
            Typed::Ended => return Ok(true),
            Typed::Interrupted => return Ok(false),
            Typed::Line(answer) => match answer.to_lowercase().as_str() {
                "" | "y" | "yes" => return Ok(true),
                "n" | "no" => return Ok(false),
                _ => {}
            },
        }
    }
}

/// Ends what is evaluated when somebody presses control and C. At a prompt the editor takes the key.
fn listen(stop: Arc<AtomicBool>) {
    let (sender, ready) = std::sync::mpsc::channel();
    let listening = std::thread::Builder::new().spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(async {
            // The signal is caught as soon as it was asked for once.
            let _ = tokio::time::timeout(Duration::ZERO, tokio::signal::ctrl_c()).await;
            let _ = sender.send(());
            while tokio::signal::ctrl_c().await.is_ok() {
                stop.store(true, Ordering::Relaxed);
            }
        });
    });
    if listening.is_ok() {
        let _ = ready.recv();
    }
}
