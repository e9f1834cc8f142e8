//! Progress bars for bytes on their way.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};

/// The bars of a run, one above the other on standard error; none where there is no terminal.
#[derive(Debug, Clone)]
pub struct Bars(MultiProgress);

impl Bars {
    pub(super) fn new(visible: bool) -> Self {
        let target = if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self(MultiProgress::with_draw_target(target))
    }

    /// Prints something while the bars are out of its way.
    pub(super) fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        self.0.suspend(print)
    }

    pub(super) fn start(&self, what: &str, total: u64) -> Bytes {
        let bar = self.0.add(ProgressBar::new(total).with_finish(ProgressFinish::AndClear));
        if let Ok(style) =
            ProgressStyle::with_template("{msg} {bar:24} {bytes}/{total_bytes} {bytes_per_sec} {eta} left")
        {
            bar.set_style(style);
        }
        bar.set_message(super::Safe(what).to_string());
        Bytes(bar)
    }
}

/// Shows how many bytes of one thing have moved. Dropped, it is taken away.
#[derive(Debug, Clone)]
pub struct Bytes(ProgressBar);

impl Bytes {
    /// That many bytes have moved so far.
    pub fn at(&self, bytes: u64) {
        self.0.set_position(bytes);
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}
