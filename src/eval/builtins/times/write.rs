//! Times as texts.

use super::calendar::{MONTHS, Moment};
use super::layout::{Offset, Pad, Part, step};

/// A time in a layout.
pub(super) fn time(moment: &Moment, layout: &str) -> String {
    let mut written = Vec::with_capacity(layout.len() + 10);
    let mut rest = layout.as_bytes();
    loop {
        let step = step(rest);
        written.extend_from_slice(step.before);
        let Some(part) = step.part else { return String::from_utf8_lossy(&written).into_owned() };
        written.extend_from_slice(text(moment, part).as_bytes());
        rest = step.after;
    }
}

fn text(moment: &Moment, part: Part) -> String {
    let (year, month, day) = moment.date();
    let (hour, minute, second) = moment.clock();
    let half_hour = if hour % 12 == 0 { 12 } else { hour % 12 };
    match part {
        Part::Year { is_long: true } => padded(year, Pad::Zero, 4),
        Part::Year { is_long: false } => padded(year.max(0) % 100, Pad::Zero, 2),
        Part::MonthName { is_long } => {
            let name = usize::try_from(month - 1).ok().and_then(|index| MONTHS.get(index));
            name.and_then(|name| if is_long { Some(*name) } else { name.get(..3) }).unwrap_or_default().to_owned()
        }
        Part::Month(pad) => padded(month, pad, 2),
        Part::WeekdayName { is_long: true } => moment.weekday().to_owned(),
        Part::WeekdayName { is_long: false } => moment.weekday().get(..3).unwrap_or_default().to_owned(),
        Part::Day(pad) => padded(day, pad, 2),
        Part::DayOfYear(pad) => padded(moment.day_of_year(), pad, 3),
        Part::Hour => padded(hour, Pad::Zero, 2),
        Part::HalfHour(pad) => padded(half_hour, pad, 2),
        Part::Minute(pad) => padded(minute, pad, 2),
        Part::Second(pad) => padded(second, pad, 2),
        Part::Half { is_upper } => match (hour >= 12, is_upper) {
            (true, true) => "PM",
            (true, false) => "pm",
            (false, true) => "AM",
            (false, false) => "am",
        }
        .to_owned(),
        Part::Offset(form) => offset(moment.offset, form),
        Part::ZoneName if moment.abbreviation.is_empty() => {
            offset(moment.offset, Offset { has_z: false, has_colons: false, parts: 2 })
        }
        Part::ZoneName => moment.abbreviation.clone(),
        Part::Fraction { mark, digits, is_trimmed } => fraction(moment.nanosecond, mark, digits, is_trimmed),
    }
}

fn padded(number: i64, pad: Pad, width: usize) -> String {
    match pad {
        Pad::None => number.to_string(),
        Pad::Space => format!("{number:width$}"),
        // The sign stands before the zeros and takes no place of theirs.
        Pad::Zero if number < 0 => format!("-{:0width$}", number.unsigned_abs()),
        Pad::Zero => format!("{number:0width$}"),
    }
}

fn offset(seconds: i64, form: Offset) -> String {
    if form.has_z && seconds == 0 {
        return "Z".to_owned();
    }
    // The sign is that of whole minutes.
    let sign = if seconds / 60 < 0 { '-' } else { '+' };
    let seconds = seconds.abs();
    let parts = [seconds / 3600, seconds / 60 % 60, seconds % 60].map(|part| format!("{part:02}"));
    let between = if form.has_colons { ":" } else { "" };
    format!("{sign}{}", parts.get(..form.parts).unwrap_or_default().join(between))
}

fn fraction(nanosecond: i64, mark: u8, digits: usize, is_trimmed: bool) -> String {
    let whole = format!("{nanosecond:09}");
    let shown = whole.get(..digits.min(9)).unwrap_or_default();
    let shown = if is_trimmed { shown.trim_end_matches('0') } else { shown };
    if is_trimmed && shown.is_empty() { String::new() } else { format!("{}{shown}", char::from(mark)) }
}
