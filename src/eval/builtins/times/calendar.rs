//! Days and clocks.

use super::zone::Zone;

/// A second in nanoseconds.
pub(super) const SECOND: i64 = 1_000_000_000;

const DAY: i64 = 86_400;

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// A time where the clocks show that of a zone.
pub(super) struct Moment {
    /// Seconds since 1970 by the clocks.
    second: i64,
    pub(super) nanosecond: i64,
    /// Seconds that the clocks are before those of UTC.
    pub(super) offset: i64,
    /// The zone's name for the offset.
    pub(super) abbreviation: String,
}

impl Moment {
    pub(super) fn new(time: i64, zone: &Zone) -> Self {
        let second = time.div_euclid(SECOND);
        let (offset, abbreviation) = zone.offset(second);
        Self { second: second + offset, nanosecond: time.rem_euclid(SECOND), offset, abbreviation }
    }

    /// The year, the month and the day.
    pub(super) fn date(&self) -> (i64, i64, i64) {
        date(self.second)
    }

    /// The hour, the minute and the second.
    pub(super) fn clock(&self) -> (i64, i64, i64) {
        let second = self.second.rem_euclid(DAY);
        (second / 3600, second / 60 % 60, second % 60)
    }

    pub(super) fn weekday(&self) -> &'static str {
        let index = usize::try_from((self.second.div_euclid(DAY) + 4).rem_euclid(7)).unwrap_or_default();
        WEEKDAYS.get(index).copied().unwrap_or_default()
    }

    pub(super) fn day_of_year(&self) -> i64 {
        let (year, ..) = self.date();
        (self.second - seconds((year, 1, 1), (0, 0, 0))).div_euclid(DAY) + 1
    }
}

/// The year, the month and the day at a second since 1970.
pub(super) fn date(second: i64) -> (i64, i64, i64) {
    // Days since the first of March of the year 0, in eras of 400 years.
    let days = second.div_euclid(DAY) + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// Seconds since 1970 at a date and by a clock; months and days beyond their number go into the next.
pub(super) fn seconds((year, month, day): (i64, i64, i64), (hour, minute, second): (i64, i64, i64)) -> i64 {
    let year = year + (month - 1).div_euclid(12);
    let month = (month - 1).rem_euclid(12) + 1;
    let from_march = (month + 9) % 12;
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + (153 * from_march + 2) / 5 - 719_468;
    (days + day - 1) * DAY + hour * 3600 + minute * 60 + second
}

pub(super) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// How many days a month has.
pub(super) fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
