//! Zones of time.

use chrono::{Offset as _, TimeZone as _};
use chrono_tz::{OffsetName as _, Tz};

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
        let time = chrono::DateTime::from_timestamp(second, 0).unwrap_or_default().naive_utc();
        match self {
            Self::Universal => (0, "UTC".to_owned()),
            Self::Local => match chrono::Local.offset_from_utc_datetime(&time).fix().local_minus_utc() {
                0 => (0, "UTC".to_owned()),
                seconds => (seconds.into(), String::new()),
            },
            Self::Named(zone) => {
                let offset = zone.offset_from_utc_datetime(&time);
                let name = offset.abbreviation().unwrap_or_default().to_owned();
                (offset.fix().local_minus_utc().into(), name)
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
