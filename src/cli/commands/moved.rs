//! What `copy` and `migrate` show: a line an image, and what came of them all.

use super::Context;
use crate::cli::failure;
use crate::ops::OpsError;
use crate::ops::copy::{Done, Item, Meter, Pair, Status};
use crate::ui::{Report, Tally, human_size};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Shows images as they are done.
pub(super) struct Telling<'a> {
    context: &'a Context,
    tally: Tally,
    since: Instant,
    broken: Option<OpsError>,
}

impl<'a> Telling<'a> {
    /// For that many images.
    pub(super) fn of(context: &'a Context, images: usize) -> Self {
        Self { context, tally: context.ui.tally(images), since: Instant::now(), broken: None }
    }

    /// One image is done.
    pub(super) fn item(&mut self, item: &Item) {
        let shown = self.tally.done(|| match &item.outcome {
            Ok(done) => self.context.ui.report_item(&Line { pair: &item.pair, done }),
            Err(error) => {
                let what = format!("{} was not copied to {}", item.pair.source, item.pair.target);
                failure::tell(&self.context.ui, Some(&what), error);
                Ok(())
            }
        });
        if let Err(error) = shown {
            self.broken.get_or_insert(error.into());
        }
    }

    /// Shows the bytes of a meter until `work` is done.
    pub(super) async fn during<T>(tally: &Tally, meter: &Meter, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        let mut beat = tokio::time::interval(Duration::from_millis(100));
        loop {
            tokio::select! {
                outcome = &mut work => return outcome,
                _ = beat.tick() => tally.moved(meter.bytes()),
            }
        }
    }

    /// The bar, for [`Telling::during`].
    pub(super) fn tally(&self) -> Tally {
        self.tally.clone()
    }

    /// Takes the bar away, and says how long it all took.
    pub(super) fn finish(self) -> Result<Duration, OpsError> {
        self.tally.finish();
        self.broken.map_or_else(|| Ok(self.since.elapsed()), Err)
    }
}

/// One image.
struct Line<'a> {
    pair: &'a Pair,
    done: &'a Done,
}

impl Report for Line<'_> {
    fn text(&self) -> String {
        let Self { pair, done } = self;
        let companions = match done.companions {
            0 => String::new(),
            1 => ", 1 with it".to_owned(),
            more => format!(", {more} with it"),
        };
        format!("{} -> {} {} {}{companions}\n", pair.source, pair.target, done.digest, done.status.word())
    }

    fn json(&self) -> Value {
        let Self { pair, done } = self;
        json!({
            "source": pair.source.to_string(),
            "destination": pair.target.to_string(),
            "digest": done.digest,
            "status": status(done.status),
            "referrers": done.companions,
            "bytes": done.bytes,
        })
    }

    fn quiet(&self) -> Vec<String> {
        vec![self.done.digest.to_string()]
    }
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Copied => "copied",
        Status::Exists => "exists",
        Status::Skipped => "skipped",
        Status::Planned => "planned",
    }
}

/// All images as JSON, in the order they were asked for.
pub(super) fn items_json(items: &[Item], asked: &[Pair]) -> Value {
    let place = |item: &Item| asked.iter().position(|pair| *pair == item.pair);
    let mut ordered: Vec<&Item> = items.iter().collect();
    ordered.sort_by_cached_key(|item| place(item));
    ordered
        .into_iter()
        .map(|item| match &item.outcome {
            Ok(done) => Line { pair: &item.pair, done }.json(),
            Err(error) => json!({
                "source": item.pair.source.to_string(),
                "destination": item.pair.target.to_string(),
                "status": "failed",
                "error": crate::ops::chain(error),
            }),
        })
        .collect()
}

/// How many images ended how.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) copied: usize,
    pub(super) exists: usize,
    pub(super) skipped: usize,
    pub(super) planned: usize,
    pub(super) failed: usize,
    pub(super) bytes: u64,
}

impl Counts {
    pub(super) fn of(items: &[Item]) -> Self {
        let mut counts = Self::default();
        for item in items {
            let Ok(done) = &item.outcome else {
                counts.failed += 1;
                continue;
            };
            counts.bytes += done.bytes;
            match done.status {
                Status::Copied => counts.copied += 1,
                Status::Exists => counts.exists += 1,
                Status::Skipped => counts.skipped += 1,
                Status::Planned => counts.planned += 1,
            }
        }
        counts
    }

    /// One sentence: `150 images: 148 copied, 2 there before; 3.4MB sent in 12.1 s`.
    pub(super) fn sentence(&self, took: Duration) -> String {
        let images = self.copied + self.exists + self.skipped + self.planned + self.failed;
        let parts: Vec<String> = [
            (self.copied, "copied"),
            (self.planned, "to copy"),
            (self.exists, "there before"),
            (self.skipped, "left alone"),
            (self.failed, "failed"),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
        let noun = if images == 1 { "image" } else { "images" };
        let what = if parts.is_empty() { "nothing to do".to_owned() } else { parts.join(", ") };
        format!("{images} {noun}: {what}; {} sent in {:.1} s", human_size(self.bytes), took.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_names_only_what_there_is() {
        let took = Duration::from_millis(12_100);
        let counts = Counts { copied: 148, exists: 2, bytes: 3_400_000, ..Counts::default() };
        assert_eq!(counts.sentence(took), "150 images: 148 copied, 2 there before; 3.4MB sent in 12.1 s");
        assert_eq!(Counts::default().sentence(Duration::ZERO), "0 images: nothing to do; 0B sent in 0.0 s");
    }
}
