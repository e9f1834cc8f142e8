//! Dates and times in YAML: which texts are some, and how Go writes them.

use std::fmt::Write as _;

/// A point in time as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::rego::metadata) struct Timestamp {
    date: String,
    time: String,
    /// Minutes east of Greenwich.
    zone: i32,
}

impl Timestamp {
    /// The point in time a text names; `None` for any other text.
    ///
    /// Four forms are known: a date, a date and a time behind a blank, and a date and a time behind `T` or `t` with a
    /// zone.
    pub fn read(text: &str) -> Option<Self> {
        let (year, rest) = digits(text, 4, 4)?;
        let (month, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
        let (day, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
        if !(1..=12).contains(&month) || day == 0 || day > days_in(year, month) {
            return None;
        }
        let date = format!("{year:04}-{month:02}-{day:02}");
        if rest.is_empty() {
            return Some(Self { date, time: "00:00:00".to_owned(), zone: 0 });
        }
        if let Some(rest) = rest.strip_prefix(' ') {
            let (time, rest) = time(rest)?;
            return rest.is_empty().then_some(Self { date, time, zone: 0 });
        }
        let (time, rest) = time(rest.strip_prefix(['T', 't'])?)?;
        Some(Self { date, time, zone: zone(rest)? })
    }

    /// As Go's JSON has it: RFC 3339.
    pub fn json(&self) -> String {
        let zone = if self.zone == 0 { "Z".to_owned() } else { self.offset(":") };
        format!("{}T{}{zone}", self.date, self.time)
    }

    fn offset(&self, colon: &str) -> String {
        let sign = if self.zone < 0 { '-' } else { '+' };
        format!("{sign}{:02}{colon}{:02}", self.zone.abs() / 60, self.zone.abs() % 60)
    }
}

/// As Go prints it in a message.
impl std::fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let offset = self.offset("");
        let name = if self.zone == 0 { "UTC" } else { offset.as_str() };
        write!(formatter, "{} {} {offset} {name}", self.date, self.time)
    }
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Hours, minutes, seconds, and a fraction without its trailing zeros.
fn time(text: &str) -> Option<(String, &str)> {
    let (hour, rest) = digits(text, 1, 2)?;
    let (minute, rest) = digits(rest.strip_prefix(':')?, 1, 2)?;
    let (second, rest) = digits(rest.strip_prefix(':')?, 1, 2)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut time = format!("{hour:02}:{minute:02}:{second:02}");
    let Some(fraction) = rest.strip_prefix(['.', ',']).filter(|after| after.starts_with(|c: char| c.is_ascii_digit()))
    else {
        return Some((time, rest));
    };
    let end = fraction.find(|c: char| !c.is_ascii_digit()).unwrap_or(fraction.len());
    let (fraction, rest) = fraction.split_at_checked(end)?;
    let kept = fraction.get(..fraction.len().min(9))?.trim_end_matches('0');
    if !kept.is_empty() {
        write!(time, ".{kept}").ok()?;
    }
    Some((time, rest))
}

fn zone(text: &str) -> Option<i32> {
    if text == "Z" {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = text.strip_prefix(['+', '-'])?.split_once(':')?;
    let two = |part: &str, limit: u32| match digits(part, 2, 2) {
        Some((value, "")) if value <= limit => i32::try_from(value).ok(),
        _ => None,
    };
    Some(sign * (two(hours, 24)? * 60 + two(minutes, 60)?))
}

/// A number of `least` to `most` digits.
fn digits(text: &str, least: usize, most: usize) -> Option<(u32, &str)> {
    let count = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if count < least {
        return None;
    }
    let (number, rest) = text.split_at_checked(count)?;
    Some((number.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_from_other_texts() {
        for (text, wanted) in [
            ("2001-01-01", Some("2001-01-01T00:00:00Z")),
            ("2001-1-2", Some("2001-01-02T00:00:00Z")),
            ("2023-02-29", None),
            ("2001-01-01 1:2:3", Some("2001-01-01T01:02:03Z")),
            ("2001-01-01 10:00:00.250", Some("2001-01-01T10:00:00.25Z")),
            ("2001-01-01 10:00:00Z", None),
            ("2001-01-01T10:00:00", None),
            ("2001-01-01t10:00:00.5+05:30", Some("2001-01-01T10:00:00.5+05:30")),
            ("2001-01-01T24:00:00Z", None),
        ] {
            assert_eq!(Timestamp::read(text).map(|time| time.json()).as_deref(), wanted, "{text}");
        }
    }

    #[test]
    fn messages_show_them_as_go_does() {
        let shown = |text| Timestamp::read(text).unwrap().to_string();
        assert_eq!(shown("2001-01-01"), "2001-01-01 00:00:00 +0000 UTC");
        assert_eq!(shown("2001-01-01T10:00:00-05:30"), "2001-01-01 10:00:00 -0530 -0530");
    }
}
