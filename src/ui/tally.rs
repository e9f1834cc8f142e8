//! A progress bar for many images, with the bytes they move.

use super::{Ui, human_size};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::Instant;

/// Shows how many of several images are done, how fast bytes move, and how long it will take; on standard error, and only
/// on a terminal. Clones show the same.
#[derive(Debug, Clone)]
pub struct Tally {
    bar: ProgressBar,
    since: Instant,
}

impl Ui {
    /// A bar for that many images.
    #[must_use]
    pub fn tally(&self, images: usize) -> Tally {
        let since = Instant::now();
        if !self.look().progress {
            return Tally { bar: ProgressBar::hidden(), since };
        }
        let bar = ProgressBar::with_draw_target(Some(images as u64), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos}/{len} images  {msg}  {eta} left") {
            bar.set_style(style);
        }
        Tally { bar, since }
    }
}

impl Tally {
    /// That many bytes have moved so far.
    pub fn moved(&self, bytes: u64) {
        let milliseconds = self.since.elapsed().as_millis().max(1);
        let rate = u128::from(bytes) * 1000 / milliseconds;
        let rate = human_size(u64::try_from(rate).unwrap_or(u64::MAX));
        self.bar.set_message(format!("{} {rate}/s", human_size(bytes)));
    }

    /// One image more is done; `show` prints what came of it, without the bar in its way.
    pub fn done<T>(&self, show: impl FnOnce() -> T) -> T {
        self.bar.inc(1);
        self.bar.suspend(show)
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
