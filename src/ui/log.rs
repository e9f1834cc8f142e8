//! The log for `-v`: one line an event, on standard error.

use super::{Bars, Safe};
use std::io::Write;

struct Printer {
    json: bool,
    bars: Bars,
}

impl log::Log for Printer {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.target().starts_with("policy")
    }

    fn log(&self, record: &log::Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let level = record.level().as_str().to_ascii_lowercase();
        let message = record.args().to_string();
        let line = if self.json {
            serde_json::json!({ "level": level, "message": message }).to_string()
        } else {
            format!("{level}: {}", Safe(&message))
        };
        let _ = self.bars.aside(|| writeln!(std::io::stderr().lock(), "{line}"));
    }

    fn flush(&self) {}
}

/// Shows events up to a level: 0 errors, 1 information, 2 debugging, 3 everything. A second call changes only the level.
pub(super) fn install(verbosity: u8, json: bool, bars: &Bars) {
    let level = match verbosity {
        0 => log::LevelFilter::Error,
        1 => log::LevelFilter::Info,
        2 => log::LevelFilter::Debug,
        _ => log::LevelFilter::Trace,
    };
    // A logger that is already there stays, as in a test that runs several commands in one process.
    let _ = log::set_boxed_logger(Box::new(Printer { json, bars: bars.clone() }));
    log::set_max_level(level);
}
