//! A progress bar for bytes on their way.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shows how many bytes have moved; on standard error, and only on a terminal.
#[derive(Debug, Clone)]
pub struct Bytes(ProgressBar);

impl Bytes {
    pub(super) fn start(visible: bool, what: &str, total: u64) -> Self {
        if !visible {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        if let Ok(style) =
            ProgressStyle::with_template("{msg} {bar:24} {bytes}/{total_bytes} {bytes_per_sec} {eta} left")
        {
            bar.set_style(style);
        }
        bar.set_message(super::Safe(what).to_string());
        Self(bar)
    }

    /// That many bytes have moved so far.
    pub fn at(&self, bytes: u64) {
        self.0.set_position(bytes);
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}
