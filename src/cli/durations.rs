//! Durations as Go reads and writes them.

use std::time::Duration;

/// Units, largest first, and their nanoseconds.
const UNITS: [(&str, u128); 8] = [
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("us", 1_000),
    ("ns", 1),
];

/// Reads a duration as Go does, such as `100ms` or `1m30s`; one of nothing stands for what is usual.
pub(super) fn read(text: &str) -> Result<Duration, String> {
    let wanted = || format!("{text:?} is no duration such as 100ms, 5s or 1m30s");
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    if rest.is_empty() {
        return Err(wanted());
    }
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|character: char| character != '.' && !character.is_ascii_digit());
        let (number, behind) = rest.split_at(digits.ok_or_else(wanted)?);
        let number: f64 = number.parse().map_err(|_| wanted())?;
        let unit = UNITS.iter().filter(|(name, _)| behind.starts_with(name)).max_by_key(|(name, _)| name.len());
        let (name, nanoseconds) = unit.ok_or_else(wanted)?;
        #[allow(clippy::cast_precision_loss)]
        let unit = *nanoseconds as f64;
        seconds += number * unit / 1e9;
        rest = behind.get(name.len()..).unwrap_or_default();
    }
    Duration::try_from_secs_f64(seconds).map_err(|_| wanted())
}

/// A duration in Go's words: `1.5ms`, `2m3s`.
pub(super) fn written(duration: Duration) -> String {
    let nanoseconds = duration.as_nanos();
    if nanoseconds == 0 {
        return "0s".to_owned();
    }
    if nanoseconds < 1_000_000_000 {
        let unit = UNITS.iter().find(|(_, unit)| nanoseconds >= *unit);
        let (name, unit) = unit.copied().unwrap_or(("ns", 1));
        return format!("{}{name}", decimal(nanoseconds, unit));
    }
    let (minutes, rest) = (nanoseconds / 60_000_000_000, nanoseconds % 60_000_000_000);
    let seconds = decimal(rest, 1_000_000_000);
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{seconds}s"),
        (0, minutes) => format!("{minutes}m{seconds}s"),
        (hours, minutes) => format!("{hours}h{minutes}m{seconds}s"),
    }
}

fn decimal(value: u128, unit: u128) -> String {
    if value.is_multiple_of(unit) {
        return (value / unit).to_string();
    }
    let width = unit.ilog10() as usize;
    let text = format!("{}.{:0width$}", value / unit, value % unit);
    text.trim_end_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_in_go() {
        for (text, wanted) in [("100ms", 100), ("1m1.5s", 61_500), ("0", 0), ("0s", 0), (".5s", 500), ("2000us", 2)] {
            assert_eq!(read(text), Ok(Duration::from_millis(wanted)), "{text}");
        }
        assert!(["", "5", "s", "-1s", "1x", "1.2.3s", "1m5"].iter().all(|text| read(text).is_err()));
    }

    #[test]
    fn durations_are_written_as_in_go() {
        let table = [
            (0, "0s"),
            (999, "999ns"),
            (1_500, "1.5µs"),
            (279_566, "279.566µs"),
            (1_009_021, "1.009021ms"),
            (2_000_000_000, "2s"),
            (90_500_000_000, "1m30.5s"),
            (3_600_000_000_000, "1h0m0s"),
        ];
        for (nanoseconds, wanted) in table {
            assert_eq!(written(Duration::from_nanos(nanoseconds)), wanted);
        }
    }
}
