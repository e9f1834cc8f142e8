//! Questions to the person at the terminal.

use super::Ui;
use std::io::{self, BufRead, Write};

impl Ui {
    /// Asks a yes-or-no question and waits for `y`, `yes`, `n`, `no` or the default. At the end of input `at_end` is
    /// taken for the answer.
    ///
    /// # Errors
    /// When the question cannot be shown or the answer cannot be read.
    pub fn confirm(&self, question: &str, default: Option<bool>, at_end: bool) -> io::Result<bool> {
        loop {
            self.ask(question)?;
            let Some(answer) = self.line()? else { return Ok(at_end) };
            match (answer.trim().to_ascii_lowercase().as_str(), default) {
                ("y" | "yes", _) => return Ok(true),
                ("n" | "no", _) => return Ok(false),
                ("", Some(default)) => return Ok(default),
                _ => self.warn("please answer yes or no"),
            }
        }
    }

    /// Asks for one line; `None` at the end of input.
    ///
    /// # Errors
    /// When the question cannot be shown or the answer cannot be read.
    pub fn ask_line(&self, question: &str) -> io::Result<Option<String>> {
        self.ask(question)?;
        Ok(self.line()?.map(|line| line.trim().to_owned()))
    }

    /// Asks for a password on the terminal without showing it.
    ///
    /// # Errors
    /// When there is no terminal.
    pub fn ask_password(&self, question: &str) -> io::Result<String> {
        rpassword::prompt_password(question)
    }

    fn ask(&self, question: &str) -> io::Result<()> {
        let mut stderr = io::stderr().lock();
        stderr.write_all(question.as_bytes())?;
        stderr.flush()
    }

    fn line(&self) -> io::Result<Option<String>> {
        let mut line = String::new();
        let read = io::stdin().lock().read_line(&mut line)?;
        Ok((read > 0).then_some(line))
    }
}
