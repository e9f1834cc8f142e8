//! Dates and times in YAML: which texts are some, and how Go's JSON encoder writes them.

/// The point in time a text names, in RFC 3339; `None` for any other text.
///
/// Four forms are known: a date, a date and a time after a blank, and a date and a time after `T` or `t` with a zone.
pub(super) fn read(text: &str) -> Option<String> {
    let (year, rest) = digits(text, 4, 4)?;
    let (month, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
    let (day, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
    if !(1..=12).contains(&month) || day == 0 || day > days_in(year, month) {
        return None;
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    if rest.is_empty() {
        return Some(format!("{date}T00:00:00Z"));
    }
    if let Some(rest) = rest.strip_prefix(' ') {
        let (time, rest) = time(rest)?;
        return rest.is_empty().then(|| format!("{date}T{time}Z"));
    }
    let (time, rest) = time(rest.strip_prefix(['T', 't'])?)?;
    Some(format!("{date}T{time}{}", zone(rest)?))
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
        time.push('.');
        time.push_str(kept);
    }
    Some((time, rest))
}

fn zone(text: &str) -> Option<String> {
    if text == "Z" {
        return Some(text.to_owned());
    }
    let (hours, minutes) = text.strip_prefix(['+', '-'])?.split_once(':')?;
    let two = |part: &str, limit: u32| matches!(digits(part, 2, 2), Some((value, "")) if value <= limit);
    if !two(hours, 24) || !two(minutes, 60) {
        return None;
    }
    Some(if hours == "00" && minutes == "00" { "Z".to_owned() } else { text.to_owned() })
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
            ("2024-02-29", Some("2024-02-29T00:00:00Z")),
            ("2023-02-29", None),
            ("2001-13-01", None),
            ("2001-01-01 1:2:3", Some("2001-01-01T01:02:03Z")),
            ("2001-01-01 10:00:00.250", Some("2001-01-01T10:00:00.25Z")),
            ("2001-01-01 10:00:00Z", None),
            ("2001-01-01T10:00:00", None),
            ("2001-01-01T10:00:00Z", Some("2001-01-01T10:00:00Z")),
            ("2001-01-01t10:00:00.5+05:30", Some("2001-01-01T10:00:00.5+05:30")),
            ("2001-01-01T24:00:00Z", None),
            ("20010-01-01", None),
            ("2001-01-01x", None),
        ] {
            assert_eq!(read(text).as_deref(), wanted, "{text}");
        }
    }
}
