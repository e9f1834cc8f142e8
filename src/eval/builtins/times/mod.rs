//! Times and durations, as Go's `time` reads, writes and counts them.

mod calendar;
mod duration;
mod layout;
mod operands;
mod read;
mod write;
mod zone;

pub(super) use duration::of_go as go_duration;

use std::time::{SystemTime, UNIX_EPOCH};

use crate::eval::Value;

use super::error::failed;
use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};
use calendar::{Moment, SECOND};
use operands::Given;

pub(super) const BUILTINS: &[Builtin] = &[
    builtin("time.add_date", 4, add_date),
    builtin("time.clock", 1, clock),
    builtin("time.date", 1, date),
    builtin("time.diff", 2, difference),
    builtin("time.format", 1, format),
    builtin("time.now_ns", 0, now),
    builtin("time.parse_duration_ns", 1, parse_duration),
    builtin("time.parse_ns", 2, parse),
    builtin("time.parse_rfc3339_ns", 1, parse_rfc3339),
    builtin("time.weekday", 1, weekday),
];

const RFC3339: &str = "2006-01-02T15:04:05Z07:00";
const RFC3339_NANO: &str = "2006-01-02T15:04:05.999999999Z07:00";

/// The layouts that go by a name.
const NAMED: [(&str, &str); 10] = [
    ("ANSIC", "Mon Jan _2 15:04:05 2006"),
    ("UnixDate", "Mon Jan _2 15:04:05 MST 2006"),
    ("RubyDate", "Mon Jan 02 15:04:05 -0700 2006"),
    ("RFC822", "02 Jan 06 15:04 MST"),
    ("RFC822Z", "02 Jan 06 15:04 -0700"),
    ("RFC850", "Monday, 02-Jan-06 15:04:05 MST"),
    ("RFC1123", "Mon, 02 Jan 2006 15:04:05 MST"),
    ("RFC1123Z", "Mon, 02 Jan 2006 15:04:05 -0700"),
    ("RFC3339", RFC3339),
    ("RFC3339Nano", RFC3339_NANO),
];

fn layout_named(name: &str) -> &str {
    NAMED.iter().find(|(known, _)| *known == name).map_or(name, |(_, layout)| *layout)
}

fn now(_: &[Value], options: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let since = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    Ok(options.now.unwrap_or_else(|| i64::try_from(since()).unwrap_or(i64::MAX)).into())
}

/// Nanoseconds since 1970, where 64 bits hold them.
fn nanoseconds(time: i128) -> Result<Value, BuiltinError> {
    i64::try_from(time).map(Value::from).map_err(|_| failed("time outside of valid range"))
}

fn parse(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let (layout, text) = (operand::string(operands, 1)?, operand::string(operands, 2)?);
    nanoseconds(read::time(layout_named(layout), text).map_err(failed)?)
}

/// Whether a text is a time in a layout.
pub(super) fn does_read(layout: &str, text: &str) -> bool {
    read::time(layout, text).is_ok()
}

fn parse_rfc3339(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    nanoseconds(read::time(RFC3339, operand::string(operands, 1)?).map_err(failed)?)
}

fn parse_duration(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    duration::read(operand::string(operands, 1)?).map(Value::from).map_err(failed)
}

fn format(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let given = Given::read(operand::at(operands, 1))?;
    let layout = if given.layout.is_empty() { RFC3339_NANO } else { layout_named(&given.layout) };
    Ok(write::time(&given.moment(), layout).into())
}

fn numbers<const N: usize>(numbers: [i64; N]) -> Value {
    numbers.map(Value::from).to_vec().into()
}

fn date(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let (year, month, day) = Given::read(operand::at(operands, 1))?.moment().date();
    Ok(numbers([year, month, day]))
}

fn clock(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let (hour, minute, second) = Given::read(operand::at(operands, 1))?.moment().clock();
    Ok(numbers([hour, minute, second]))
}

fn weekday(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    Ok(Given::read(operand::at(operands, 1))?.moment().weekday().into())
}

fn add_date(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let given = Given::read(operand::at(operands, 1))?;
    let [years, months, days] =
        [operand::integer(operands, 2)?, operand::integer(operands, 3)?, operand::integer(operands, 4)?];
    let outside = || failed("time outside of valid range");
    let is_near = |number: i64| number.unsigned_abs() < 1 << 40;
    if ![years, months, days].into_iter().all(is_near) {
        return Err(outside());
    }
    let moment = given.moment();
    let (year, month, day) = moment.date();
    let second = calendar::seconds((year + years, month + months, day + days), moment.clock());
    let second = given.zone.second(second);
    nanoseconds(i128::from(second) * i128::from(SECOND) + i128::from(moment.nanosecond))
}

fn difference(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let first = Given::read(operand::at(operands, 1))?;
    let second = Given::read(operand::at(operands, 2))?;
    let (from, to) = if first.time > second.time { (second.time, first.time) } else { (first.time, second.time) };
    let [from, to] = [from, to].map(|time| Moment::new(time, &first.zone));
    let ((from_year, from_month, from_day), (to_year, to_month, to_day)) = (from.date(), to.date());
    let ((from_hour, from_minute, from_second), (to_hour, to_minute, to_second)) = (from.clock(), to.clock());
    let mut parts = [
        to_year - from_year,
        to_month - from_month,
        to_day - from_day,
        to_hour - from_hour,
        to_minute - from_minute,
        to_second - from_second,
    ];
    let length = calendar::days_of(from_year, from_month);
    let mut carry = 0;
    for (part, whole) in parts.iter_mut().rev().zip([60, 60, 24, length, 12, i64::MAX]) {
        *part -= carry;
        carry = i64::from(*part < 0);
        if carry == 1 && whole != i64::MAX {
            *part += whole;
        }
    }
    Ok(numbers(parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Function = fn(&[Value], &BuiltinOptions) -> Result<Value, BuiltinError>;

    fn told(function: Function, operands: &str) -> String {
        let operands = Value::from_json(operands).unwrap();
        match function(operands.as_array().unwrap(), &BuiltinOptions::default()) {
            Ok(value) => value.to_json(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn texts_are_read_by_their_layout() {
        assert_eq!(told(parse, r#"["2006-01-02 15h", "2021-02-03 04h"]"#), "1612324800000000000");
        assert_eq!(told(parse, r#"["RFC1123Z", "Wed, 03 Feb 2021 04:05:06 -0130"]"#), "1612330506000000000");
        assert_eq!(told(parse, r#"["2006-002", "2020-060"]"#), "1582934400000000000");
        assert_eq!(told(parse, r#"["3:04PM", "12:01AM"]"#), "time outside of valid range");
        assert_eq!(told(parse, r#"["2006-01-02", "2021-02-30"]"#), r#"parsing time "2021-02-30": day out of range"#);
        assert_eq!(
            told(parse_rfc3339, r#"["2021-02-03"]"#),
            r#"parsing time "2021-02-03" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T""#
        );
        assert_eq!(told(parse_rfc3339, r#"["2021-02-03T04:05:06.5+01:00"]"#), "1612321506500000000");
    }

    #[test]
    fn times_are_written_by_a_layout() {
        let written = |zone: &str, layout: &str| {
            told(format, &format!(r#"[[1612345678901234567, "{zone}", "{layout}"]]"#)).trim_matches('"').to_owned()
        };
        assert_eq!(written("Europe/Berlin", "RFC1123"), "Wed, 03 Feb 2021 10:47:58 CET");
        assert_eq!(written("UTC", ""), "2021-02-03T09:47:58.901234567Z");
        assert_eq!(
            written("America/New_York", "Monday Jan _2 002 3:04PM .000 Z0700"),
            "Wednesday Feb  3 034 4:47AM .901 -0500"
        );
        assert_eq!(written("Nowhere/X", ""), "unknown time zone Nowhere/X");
    }

    #[test]
    fn dates_are_counted_in_a_zone() {
        assert_eq!(told(date, r#"[[0, "America/New_York"]]"#), "[1969,12,31]");
        assert_eq!(told(clock, "[-1]"), "[23,59,59]");
        assert_eq!(told(add_date, "[1582934400000000000, 1, 0, 0]"), "1614556800000000000");
        assert_eq!(told(difference, "[1614556800000000000, 1580601600000000000]"), "[1,0,28,0,0,0]");
        assert_eq!(
            told(weekday, "[[]]"),
            "operand 1 must be either number (ns) or [number (ns), string (tz)] but got array"
        );
    }

    #[test]
    fn durations_have_units() {
        assert_eq!(told(parse_duration, r#"["1h-1m"]"#), r#"time: unknown unit "h-" in duration "1h-1m""#);
        assert_eq!(told(parse_duration, r#"["-1.5h"]"#), "-5400000000000");
        assert_eq!(told(parse_duration, r#"["1d12h"]"#), "129600000000000");
    }
}
