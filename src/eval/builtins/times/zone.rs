//! Zones of time.

use chrono::{Offset as _, TimeZone as _};
use chrono_tz::{OffsetName as _, Tz};

use super::calendar::{date, is_leap, seconds};

/// The last year whose offsets are in the tables of zones.
const LAST_YEAR: i64 = 2099;

/// A zone of time.
pub(super) enum Zone {
    Universal,
    /// That of the machine.
    Local,
    Named(Tz),
}

impl Zone {
    /// The zone of a name, as Go looks it up.
    pub(super) fn named(name: &str) -> Result<Self, String> {
        match name {
            "" | "UTC" => Ok(Self::Universal),
            "Local" => Ok(Self::Local),
            name if name.contains("..") || name.starts_with(['/', '\\']) => {
                Err("time: invalid location name".to_owned())
            }
            name => name.parse().map(Self::Named).map_err(|_| format!("unknown time zone {name}")),
        }
    }

    /// How many seconds the clocks are before those of UTC at a second since 1970, and what that is called.
    pub(super) fn offset(&self, second: i64) -> (i64, String) {
        let second = within_tables(second);
        let time = chrono::DateTime::from_timestamp(second, 0).unwrap_or_default().naive_utc();
        match self {
            Self::Universal => (0, "UTC".to_owned()),
            Self::Local => match chrono::Local.offset_from_utc_datetime(&time).fix().local_minus_utc() {
                0 => (0, "UTC".to_owned()),
                seconds => (seconds.into(), String::new()),
            },
            Self::Named(zone) => {
                let offset = zone.offset_from_utc_datetime(&time);
                let seconds = offset.fix().local_minus_utc();
                (seconds.into(), offset.abbreviation().map_or_else(|| numbered(seconds), str::to_owned))
            }
        }
    }

    /// The second since 1970 at which the clocks show another, as Go guesses it where there is none or two.
    pub(super) fn second(&self, shown: i64) -> i64 {
        let (offset, _) = self.offset(shown);
        let (offset, _) = self.offset(shown - offset);
        shown - offset
    }
}

/// The second of a year like that of another: after the last year of the tables the rules of zones stay what they are.
fn within_tables(second: i64) -> i64 {
    let (year, ..) = date(second);
    if year <= LAST_YEAR {
        return second;
    }
    let begin = |year: i64| seconds((year, 1, 1), (0, 0, 0));
    let week = 7 * 86_400;
    let is_like = |other: &i64| is_leap(*other) == is_leap(year) && (begin(*other) - begin(year)).rem_euclid(week) == 0;
    // Each kind of year is among 28.
    let like = (LAST_YEAR - 27..=LAST_YEAR).rev().find(is_like).unwrap_or(LAST_YEAR);
    second - begin(year) + begin(like)
}

/// The name of an offset that has no other: its hours, and its minutes where it has some.
fn numbered(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.unsigned_abs() / 60;
    match minutes % 60 {
        0 => format!("{sign}{:02}", minutes / 60),
        rest => format!("{sign}{:02}{rest:02}", minutes / 60),
    }
}
