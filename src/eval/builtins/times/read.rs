//! Texts as times.

use super::calendar::{MONTHS, SECOND, WEEKDAYS, days_of, is_leap, seconds};
use super::layout::{Offset, Pad, Part, step};

/// A text in quotes as errors of Go's `time` show it: bytes beyond ASCII as numbers.
pub(super) fn quoted(text: &[u8]) -> String {
    let mut quoted = String::from("\"");
    for byte in text {
        match byte {
            b'"' | b'\\' => {
                quoted.push('\\');
                quoted.push(char::from(*byte));
            }
            b' '..=0x7f => quoted.push(char::from(*byte)),
            other => quoted.push_str(&format!("\\x{other:02x}")),
        }
    }
    quoted.push('"');
    quoted
}

/// Why a part is not read.
enum Bad {
    /// It is not there.
    Absent,
    /// It is there, but cannot be.
    Range(&'static str),
}

/// What has been read.
#[derive(Default)]
struct Read {
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanosecond: i64,
    /// Whether the half of the day is the second.
    half: Option<bool>,
    offset: Option<i64>,
    is_universal: bool,
}

/// Nanoseconds since 1970 of a text in a layout.
pub(super) fn time(layout: &str, text: &str) -> Result<i128, String> {
    let (mut form, mut rest) = (layout.as_bytes(), text.as_bytes());
    let shown = quoted(text.as_bytes());
    let unlike = |part: &[u8], wanted: &[u8]| {
        let layout = quoted(layout.as_bytes());
        format!("parsing time {shown} as {layout}: cannot parse {} as {}", quoted(part), quoted(wanted))
    };
    let mut read = Read::default();
    loop {
        let step = step(form);
        rest = skip(rest, step.before).map_err(|rest| unlike(rest, step.before))?;
        let Some(part) = step.part else { break };
        form = step.after;
        let held = rest;
        match read.part(part, &mut rest, form) {
            Ok(()) => {}
            Err(Bad::Absent) => return Err(unlike(held, step.written)),
            Err(Bad::Range(what)) => return Err(format!("parsing time {shown}: {what} out of range")),
        }
    }
    if !rest.is_empty() {
        return Err(format!("parsing time {shown}: extra text: {}", quoted(rest)));
    }
    read.whole().map_err(|what| format!("parsing time {shown}: {what}"))
}

/// What comes after a text; spaces stand for any number of them. The rest where it is another.
fn skip<'t>(mut text: &'t [u8], mut prefix: &[u8]) -> Result<&'t [u8], &'t [u8]> {
    let without_spaces = |text: &mut &'t [u8]| {
        while let [b' ', rest @ ..] = *text {
            *text = rest;
        }
    };
    while let [first, rest @ ..] = prefix {
        prefix = rest;
        if *first == b' ' {
            if text.first().is_some_and(|one| *one != b' ') {
                return Err(text);
            }
            while let [b' ', rest @ ..] = prefix {
                prefix = rest;
            }
            without_spaces(&mut text);
            continue;
        }
        match text {
            [one, rest @ ..] if one == first => text = rest,
            _ => return Err(text),
        }
    }
    Ok(text)
}

fn take<'t>(text: &mut &'t [u8], length: usize) -> Result<&'t [u8], Bad> {
    let (taken, rest) = text.split_at_checked(length).ok_or(Bad::Absent)?;
    *text = rest;
    Ok(taken)
}

fn is_digit(text: &[u8], index: usize) -> bool {
    text.get(index).is_some_and(u8::is_ascii_digit)
}

fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// The number that digits are.
fn number(digits: &[u8]) -> Result<i64, Bad> {
    std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).ok_or(Bad::Absent)
}

/// A number of some digits at the most, or of so many exactly.
fn counted(text: &mut &[u8], most: usize, is_exact: bool) -> Result<i64, Bad> {
    let length = digits(text).min(most);
    if length == 0 || is_exact && length != most {
        return Err(Bad::Absent);
    }
    number(take(text, length)?)
}

/// Which of some names a text begins with, in any case of letters.
fn name(text: &mut &[u8], names: &[&str], is_long: bool) -> Result<i64, Bad> {
    for (index, name) in (0..).zip(names) {
        let name = if is_long { name } else { name.get(..3).unwrap_or_default() };
        if text.get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name.as_bytes())) {
            take(text, name.len())?;
            return Ok(index);
        }
    }
    Err(Bad::Absent)
}

/// Nanoseconds of a mark and digits; digits beyond the ninth are passed over.
fn fraction(text: &[u8]) -> Result<i64, Bad> {
    let [b'.' | b',', digits @ ..] = text else { return Err(Bad::Absent) };
    let digits = digits.get(..9).unwrap_or(digits);
    let scale = 10_i64.pow(u32::try_from(9 - digits.len()).unwrap_or_default());
    // A sign is read where Go reads one.
    match number(digits)? {
        number if number < 0 => Err(Bad::Range("fractional second")),
        number => Ok(number * scale),
    }
}

impl Read {
    /// Reads a part; the layout after it tells whether a fraction comes by itself.
    fn part(&mut self, part: Part, text: &mut &[u8], after: &[u8]) -> Result<(), Bad> {
        let within = |number: i64, most: i64, what: &'static str| {
            if number > most { Err(Bad::Range(what)) } else { Ok(number) }
        };
        match part {
            Part::Year { is_long: false } => {
                let year = number(take(text, 2)?)?;
                self.year = if year >= 69 { year + 1900 } else { year + 2000 };
            }
            Part::Year { is_long: true } => {
                if !is_digit(text, 0) {
                    return Err(Bad::Absent);
                }
                self.year = number(take(text, 4)?)?;
            }
            Part::MonthName { is_long } => self.month = Some(name(text, &MONTHS, is_long)? + 1),
            Part::Month(pad) => {
                let month = counted(text, 2, pad == Pad::Zero)?;
                if month == 0 {
                    return Err(Bad::Range("month"));
                }
                self.month = Some(within(month, 12, "month")?);
            }
            Part::WeekdayName { is_long } => drop(name(text, &WEEKDAYS, is_long)?),
            Part::Day(pad) => {
                skip_spaces(text, usize::from(pad == Pad::Space));
                self.day = Some(counted(text, 2, pad == Pad::Zero)?);
            }
            Part::DayOfYear(pad) => {
                skip_spaces(text, if pad == Pad::Space { 2 } else { 0 });
                self.day_of_year = Some(counted(text, 3, pad == Pad::Zero)?);
            }
            Part::Hour => self.hour = within(counted(text, 2, false)?, 23, "hour")?,
            Part::HalfHour(pad) => self.hour = within(counted(text, 2, pad == Pad::Zero)?, 12, "hour")?,
            Part::Minute(pad) => self.minute = within(counted(text, 2, pad == Pad::Zero)?, 59, "minute")?,
            Part::Second(pad) => {
                self.second = within(counted(text, 2, pad == Pad::Zero)?, 59, "second")?;
                let is_fraction = matches!(text.first(), Some(b'.' | b',')) && is_digit(text, 1);
                if is_fraction && !matches!(step(after).part, Some(Part::Fraction { .. })) {
                    let length = digits(text.get(1..).unwrap_or_default()) + 1;
                    self.nanosecond = fraction(take(text, length)?)?;
                }
            }
            Part::Half { is_upper } => {
                let taken = take(text, 2)?;
                self.half = match (taken, is_upper) {
                    (b"PM", true) | (b"pm", false) => Some(true),
                    (b"AM", true) | (b"am", false) => Some(false),
                    _ => return Err(Bad::Absent),
                };
            }
            Part::Offset(Offset { has_z: true, .. }) if text.first() == Some(&b'Z') => {
                take(text, 1)?;
                self.is_universal = true;
            }
            Part::Offset(form) => self.offset = Some(offset(text, form)?),
            Part::ZoneName if text.starts_with(b"UTC") => {
                take(text, 3)?;
                self.is_universal = true;
            }
            Part::ZoneName => {
                let length = zone_length(text).ok_or(Bad::Absent)?;
                // What it is called says nothing of its offset.
                take(text, length)?;
            }
            Part::Fraction { digits, is_trimmed: false, .. } => {
                self.nanosecond = fraction(take(text, digits + 1)?)?;
            }
            Part::Fraction { .. } => {
                if matches!(text.first(), Some(b'.' | b',')) && is_digit(text, 1) {
                    let length = digits(text.get(1..).unwrap_or_default()) + 1;
                    self.nanosecond = fraction(take(text, length)?)?;
                }
            }
        }
        Ok(())
    }

    /// The time that has been read as a whole.
    fn whole(self) -> Result<i128, &'static str> {
        let hour = match self.half {
            Some(true) if self.hour < 12 => self.hour + 12,
            Some(false) if self.hour == 12 => 0,
            _ => self.hour,
        };
        let (month, day) = match self.day_of_year {
            Some(of_year) => self.of_year(of_year)?,
            None => (self.month.unwrap_or(1), self.day.unwrap_or(1)),
        };
        if day < 1 || day > days_of(self.year, month) {
            return Err("day out of range");
        }
        let shown = seconds((self.year, month, day), (hour, self.minute, self.second));
        let offset = self.offset.filter(|_| !self.is_universal).unwrap_or_default();
        Ok(i128::from(shown - offset) * i128::from(SECOND) + i128::from(self.nanosecond))
    }

    /// The month and the day of a day of the year.
    fn of_year(&self, of_year: i64) -> Result<(i64, i64), &'static str> {
        if of_year < 1 || of_year > 365 + i64::from(is_leap(self.year)) {
            return Err("day-of-year out of range");
        }
        let (mut month, mut day) = (1, of_year);
        while day > days_of(self.year, month) {
            day -= days_of(self.year, month);
            month += 1;
        }
        if self.month.is_some_and(|told| told != month) {
            return Err("day-of-year does not match month");
        }
        if self.day.is_some_and(|told| told != day) {
            return Err("day-of-year does not match day");
        }
        Ok((month, day))
    }
}

fn skip_spaces(text: &mut &[u8], most: usize) {
    for _ in 0..most {
        if let [b' ', rest @ ..] = *text {
            *text = rest;
        }
    }
}

/// Reads an offset in seconds.
fn offset(text: &mut &[u8], form: Offset) -> Result<i64, Bad> {
    let width = 1 + 2 * form.parts + if form.has_colons { form.parts - 1 } else { 0 };
    let taken = take(text, width)?;
    let mut rest = taken.get(1..).unwrap_or_default();
    let mut pieces = [&b"00"[..]; 3];
    for (index, piece) in pieces.iter_mut().take(form.parts).enumerate() {
        if form.has_colons && index > 0 && take(&mut rest, 1)? != b":" {
            return Err(Bad::Absent);
        }
        *piece = take(&mut rest, 2)?;
    }
    // Numbers that are too big are told even where those after them are none.
    let mut are_numbers = true;
    let [hours, minutes, seconds] = pieces.map(|mut piece| {
        let number = if are_numbers { counted(&mut piece, 2, true).ok() } else { None };
        are_numbers = number.is_some();
        number.unwrap_or_default()
    });
    let ranges = [
        (hours, 24, "time zone offset hour"),
        (minutes, 60, "time zone offset minute"),
        (seconds, 60, "time zone offset second"),
    ];
    if let Some((.., what)) = ranges.iter().rev().find(|(number, most, _)| number > most) {
        return Err(Bad::Range(what));
    }
    let total = (hours * 60 + minutes) * 60 + seconds;
    match taken.first() {
        Some(b'+') if are_numbers => Ok(total),
        Some(b'-') if are_numbers => Ok(-total),
        _ => Err(Bad::Absent),
    }
}

/// How long the name of a zone is that a text begins with.
fn zone_length(text: &[u8]) -> Option<usize> {
    if text.starts_with(b"ChST") || text.starts_with(b"MeST") {
        return Some(4);
    }
    if let Some(rest) = text.strip_prefix(b"GMT") {
        return Some(3 + signed_length(rest).unwrap_or_default());
    }
    if text.len() >= 3 && matches!(text.first(), Some(b'+' | b'-')) {
        return signed_length(text);
    }
    let length = text.iter().take(6).take_while(|byte| byte.is_ascii_uppercase()).count();
    match length {
        5 if text.get(4) == Some(&b'T') => Some(5),
        4 if text.get(3) == Some(&b'T') || text.starts_with(b"WITA") => Some(4),
        3 => Some(3),
        _ => None,
    }
}

/// How long a sign and hours are.
fn signed_length(text: &[u8]) -> Option<usize> {
    let [b'+' | b'-', rest @ ..] = text else { return None };
    let length = digits(rest);
    let hours = number(rest.get(..length)?).ok()?;
    (hours <= 23).then_some(length + 1)
}
