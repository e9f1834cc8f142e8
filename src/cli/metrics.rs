//! How long steps took, under the names of OPA.

use crate::eval::{Times, Value};
use crate::ops::documents::LoadTimes;
use crate::ui::answers::{self, Tree};
use std::time::Duration;

/// Steps and their nanoseconds, by name.
pub(super) type Metrics = Vec<(&'static str, u64)>;

/// The shares of runs that took no longer, as statistics tell them.
const SHARES: [(&str, f64); 6] =
    [("75%", 0.75), ("90%", 0.9), ("95%", 0.95), ("99%", 0.99), ("99.9%", 0.999), ("99.99%", 0.9999)];

/// The steps that were taken.
pub(super) fn measured(loading: &LoadTimes, times: &Times) -> Metrics {
    let nanoseconds = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    let steps = [
        ("timer_rego_data_parse_ns", loading.data),
        ("timer_rego_load_bundles_ns", loading.bundles),
        ("timer_rego_load_files_ns", loading.files),
        ("timer_rego_module_compile_ns", times.modules),
        ("timer_rego_module_parse_ns", loading.modules),
        ("timer_rego_query_compile_ns", times.query),
        ("timer_rego_query_eval_ns", times.evaluation),
        ("timer_rego_query_parse_ns", times.reading),
    ];
    steps.into_iter().filter_map(|(name, time)| Some((name, nanoseconds(time?)))).collect()
}

/// Metrics as JSON.
pub(super) fn tree(metrics: &Metrics) -> Tree {
    Tree::Object(metrics.iter().map(|(name, time)| ((*name).into(), Tree::Value(Value::from(*time)))).collect())
}

/// Metrics as a table.
pub(super) fn table(metrics: &Metrics) -> String {
    let rows: Vec<Vec<String>> =
        metrics.iter().map(|(name, time)| vec![(*name).to_owned(), time.to_string()]).collect();
    answers::boxed(&["Metric", "Value"], &rows)
}

/// What several runs took.
struct Statistics {
    name: &'static str,
    /// From the shortest on.
    times: Vec<u64>,
}

impl Statistics {
    /// Those of each step.
    fn of(runs: &[Metrics]) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for (name, time) in runs.iter().flatten() {
            match all.iter_mut().find(|known| known.name == *name) {
                Some(known) => known.times.push(*time),
                None => all.push(Self { name, times: vec![*time] }),
            }
        }
        all.sort_by_key(|step| step.name);
        all.iter_mut().for_each(|step| step.times.sort_unstable());
        all
    }

    fn numbers(&self) -> Vec<f64> {
        self.times.iter().map(|time| *time as f64).collect()
    }

    fn mean(&self) -> f64 {
        let numbers = self.numbers();
        numbers.iter().sum::<f64>() / self.count()
    }

    fn count(&self) -> f64 {
        self.times.len() as f64
    }

    fn deviation(&self) -> f64 {
        let mean = self.mean();
        let squares = self.numbers().iter().map(|time| (time - mean) * (time - mean)).sum::<f64>();
        (squares / self.count()).sqrt()
    }

    /// What a share of the runs did not exceed, between two runs where it falls there.
    fn share(&self, share: f64) -> f64 {
        let numbers = self.numbers();
        let place = share * (self.count() + 1.0);
        let at = |place: usize| numbers.get(place).copied().unwrap_or_default();
        match place {
            place if place < 1.0 => at(0),
            place if place >= self.count() => at(numbers.len().saturating_sub(1)),
            place => {
                let (lower, upper) = (at(place as usize - 1), at(place as usize));
                lower + (place - place.floor()) * (upper - lower)
            }
        }
    }

    fn least(&self) -> u64 {
        self.times.first().copied().unwrap_or_default()
    }

    fn most(&self) -> u64 {
        self.times.last().copied().unwrap_or_default()
    }
}

/// The statistics of several runs as JSON.
pub(super) fn aggregated_tree(runs: &[Metrics]) -> Tree {
    let step = |step: Statistics| {
        let float = |number: f64| Tree::Value(Value::from(number));
        let mut members: Vec<_> =
            SHARES.iter().map(|(name, share)| ((*name).into(), float(step.share(*share)))).collect();
        members.extend([
            ("count".into(), Tree::Value(Value::from(step.times.len() as u64))),
            ("max".into(), Tree::Value(Value::from(step.most()))),
            ("mean".into(), float(step.mean())),
            ("median".into(), float(step.share(0.5))),
            ("min".into(), Tree::Value(Value::from(step.least()))),
            ("stddev".into(), float(step.deviation())),
        ]);
        (step.name.into(), Tree::Object(members))
    };
    Tree::Object(Statistics::of(runs).into_iter().map(step).collect())
}

/// The statistics of several runs as a table.
pub(super) fn aggregated_table(runs: &[Metrics]) -> String {
    let row = |step: Statistics| {
        let floats = [step.mean(), step.share(0.9), step.share(0.99)].map(written);
        let mut cells = vec![step.name.to_owned(), step.least().to_string(), step.most().to_string()];
        cells.extend(floats);
        cells
    };
    let rows: Vec<Vec<String>> = Statistics::of(runs).into_iter().map(row).collect();
    answers::boxed(&["Metric", "Min", "Max", "Mean", "90%", "99%"], &rows)
}

/// A number as Go's `%g` writes it.
fn written(number: f64) -> String {
    Value::from(number).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_are_those_of_gos_library() {
        let runs: Vec<Metrics> = [40, 10, 20].into_iter().map(|time| vec![("a", time)]).collect();
        let step = Statistics::of(&runs).remove(0);
        assert_eq!((step.least(), step.most(), step.share(0.5), step.share(0.75)), (10, 40, 20.0, 40.0));
        assert_eq!((step.mean() * 3.0, step.deviation().round()), (70.0, 12.0));
        assert_eq!((written(27666.5), written(5_182_325.0)), ("27666.5".to_owned(), "5.182325e+06".to_owned()));
    }
}
