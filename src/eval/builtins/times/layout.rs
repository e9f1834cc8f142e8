//! Layouts: how the time that Go was made at is written.

/// How an offset from UTC is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Offset {
    /// Whether `Z` stands for none.
    pub(super) has_z: bool,
    pub(super) has_colons: bool,
    /// How many of hours, minutes and seconds are written.
    pub(super) parts: usize,
}

/// How many places a number takes at the least, and what they are filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pad {
    None,
    Space,
    Zero,
}

/// A part of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// With four digits, or two.
    Year {
        is_long: bool,
    },
    /// By its name, whole or short.
    MonthName {
        is_long: bool,
    },
    Month(Pad),
    WeekdayName {
        is_long: bool,
    },
    Day(Pad),
    DayOfYear(Pad),
    Hour,
    /// Of twelve.
    HalfHour(Pad),
    Minute(Pad),
    Second(Pad),
    /// Which half of the day.
    Half {
        is_upper: bool,
    },
    Offset(Offset),
    ZoneName,
    /// The mark before it, how many digits, and whether zeros at the end are left out.
    Fraction {
        mark: u8,
        digits: usize,
        is_trimmed: bool,
    },
}

/// What stands before the first part of a layout, the part and how it is written, and what comes after it.
pub(super) struct Step<'l> {
    pub(super) before: &'l [u8],
    pub(super) part: Option<Part>,
    pub(super) written: &'l [u8],
    pub(super) after: &'l [u8],
}

pub(super) fn step(layout: &[u8]) -> Step<'_> {
    for index in 0..layout.len() {
        let (before, rest) = layout.split_at_checked(index).unwrap_or_default();
        // An underscore before a year is a text.
        let (skipped, found) =
            if rest.starts_with(b"_2006") { (1, Some((Part::Year { is_long: true }, 4))) } else { (0, part(rest)) };
        if let Some((part, length)) = found {
            let begin = before.len() + skipped;
            let piece = |from: usize, to: usize| layout.get(from..to).unwrap_or_default();
            return Step {
                before: piece(0, begin),
                part: Some(part),
                written: piece(begin, begin + length),
                after: piece(begin + length, layout.len()),
            };
        }
    }
    Step { before: layout, part: None, written: &[], after: &[] }
}

const OFFSETS: [(&str, bool, usize); 5] =
    [("070000", false, 3), ("07:00:00", true, 3), ("0700", false, 2), ("07:00", true, 2), ("07", false, 1)];

/// The part that a text begins with, and its length.
fn part(text: &[u8]) -> Option<(Part, usize)> {
    let is_lower = |index: usize| text.get(index).is_some_and(u8::is_ascii_lowercase);
    let begins = |with: &str| text.starts_with(with.as_bytes());
    Some(match text.first()? {
        b'J' if begins("January") => (Part::MonthName { is_long: true }, 7),
        b'J' if begins("Jan") && !is_lower(3) => (Part::MonthName { is_long: false }, 3),
        b'M' if begins("Monday") => (Part::WeekdayName { is_long: true }, 6),
        b'M' if begins("Mon") && !is_lower(3) => (Part::WeekdayName { is_long: false }, 3),
        b'M' if begins("MST") => (Part::ZoneName, 3),
        b'0' if begins("01") => (Part::Month(Pad::Zero), 2),
        b'0' if begins("02") => (Part::Day(Pad::Zero), 2),
        b'0' if begins("03") => (Part::HalfHour(Pad::Zero), 2),
        b'0' if begins("04") => (Part::Minute(Pad::Zero), 2),
        b'0' if begins("05") => (Part::Second(Pad::Zero), 2),
        b'0' if begins("06") => (Part::Year { is_long: false }, 2),
        b'0' if begins("002") => (Part::DayOfYear(Pad::Zero), 3),
        b'1' if begins("15") => (Part::Hour, 2),
        b'1' => (Part::Month(Pad::None), 1),
        b'2' if begins("2006") => (Part::Year { is_long: true }, 4),
        b'2' => (Part::Day(Pad::None), 1),
        b'_' if begins("__2") => (Part::DayOfYear(Pad::Space), 3),
        b'_' if begins("_2") => (Part::Day(Pad::Space), 2),
        b'3' => (Part::HalfHour(Pad::None), 1),
        b'4' => (Part::Minute(Pad::None), 1),
        b'5' => (Part::Second(Pad::None), 1),
        b'P' if begins("PM") => (Part::Half { is_upper: true }, 2),
        b'p' if begins("pm") => (Part::Half { is_upper: false }, 2),
        first @ (b'-' | b'Z') => {
            let rest = text.get(1..)?;
            let (form, has_colons, parts) = OFFSETS.iter().find(|(form, ..)| rest.starts_with(form.as_bytes()))?;
            (Part::Offset(Offset { has_z: *first == b'Z', has_colons: *has_colons, parts: *parts }), form.len() + 1)
        }
        mark @ (b'.' | b',') => {
            let digit = *text.get(1).filter(|digit| matches!(digit, b'0' | b'9'))?;
            let digits = text.iter().skip(1).take_while(|other| **other == digit).count();
            if text.get(digits + 1).is_some_and(u8::is_ascii_digit) {
                return None;
            }
            (Part::Fraction { mark: *mark, digits, is_trimmed: digit == b'9' }, digits + 1)
        }
        _ => return None,
    })
}
