//! The formats of texts that gojsonschema checks.

use std::net::IpAddr;

use jiff::civil::{Date, Time};
use regex::Regex;

use super::super::uri::Address;

/// Whether a text has a format; one that is not known is not checked.
pub(super) fn is_of(format: &str, text: &str) -> bool {
    match format {
        "date" => is_date(text),
        "time" => is_time(text),
        "date-time" => {
            let both = text.split_once('T').is_some_and(|(date, time)| is_date(date) && is_zoned(time));
            both || is_time(text) || is_date(text)
        }
        "hostname" => text.len() < 256 && text.split('.').all(is_host_label),
        "email" | "idn-email" => is_mail(text),
        "ipv4" => text.contains('.') && text.parse::<IpAddr>().is_ok(),
        "ipv6" => text.contains(':') && text.parse::<IpAddr>().is_ok(),
        "uri" | "iri" => !text.contains('\\') && Address::read(text).is_ok_and(|address| !address.scheme.is_empty()),
        "uri-reference" | "iri-reference" => !text.contains('\\') && Address::read(text).is_ok(),
        "uri-template" => {
            !text.contains('\\') && Address::read(text).is_ok_and(|address| has_closed_braces(&address.path))
        }
        "uuid" => is_identifier(text),
        "regex" => Regex::new(text).is_ok(),
        "json-pointer" => is_pointer(text),
        "relative-json-pointer" => {
            let digits = text.find(|digit: char| !digit.is_ascii_digit()).unwrap_or(text.len());
            let (number, rest) = text.split_at(digits);
            let is_number = number == "0" || !number.is_empty() && !number.starts_with('0');
            is_number && (rest == "#" || is_pointer(rest))
        }
        _ => true,
    }
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') && text.parse::<Date>().is_ok()
}

/// Hours, minutes and seconds, and whatever follows them.
fn clock(text: &str) -> Option<&str> {
    let (clock, rest) = text.split_at_checked(8)?;
    let is_written = clock
        .bytes()
        .zip(0..)
        .all(|(byte, place)| if matches!(place, 2 | 5) { byte == b':' } else { byte.is_ascii_digit() });
    clock.parse::<Time>().ok().filter(|_| is_written && !clock.ends_with("60"))?;
    let Some(fraction) = rest.strip_prefix(['.', ',']) else { return Some(rest) };
    let rest = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
    (rest.len() < fraction.len()).then_some(rest)
}

fn is_zoned(text: &str) -> bool {
    let Some(zone) = clock(text) else { return false };
    if zone == "Z" {
        return true;
    }
    let Some((hours, minutes)) = zone.strip_prefix(['+', '-']).and_then(|zone| zone.split_once(':')) else {
        return false;
    };
    let is_below = |digits: &str, limit: u8| {
        digits.len() == 2
            && digits.bytes().all(|digit| digit.is_ascii_digit())
            && digits.parse::<u8>().is_ok_and(|number| number <= limit)
    };
    is_below(hours, 24) && is_below(minutes, 60)
}

fn is_time(text: &str) -> bool {
    is_zoned(text) || clock(text) == Some("")
}

fn is_host_label(label: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=63).contains(&label.len()) && label.bytes().all(is_inner) && !label.starts_with('-') && !label.ends_with('-')
}

fn is_mail(text: &str) -> bool {
    let text = text.trim();
    let address = match text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
        Some((_, address)) => address,
        None => text,
    };
    let is_atom = |text: &str| {
        let is_of_atom = |character: char| {
            character.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(character) || !character.is_ascii()
        };
        !text.is_empty() && text.split('.').all(|part| !part.is_empty() && part.chars().all(is_of_atom))
    };
    let Some((local, domain)) = address.rsplit_once('@') else { return false };
    let is_quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
    let is_literal = domain.starts_with('[') && domain.ends_with(']');
    (is_quoted || is_atom(local)) && (is_literal || is_atom(domain))
}

/// Whether no `}` lacks its `{` nor the reverse.
fn has_closed_braces(path: &str) -> bool {
    let mut rest = path;
    while let Some((_, after)) = rest.split_once('{') {
        let Some((_, after)) = after.split_once('}') else { return false };
        rest = after;
    }
    true
}

fn is_identifier(text: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let parts: Vec<&str> = text.split('-').collect();
    parts.len() == lengths.len()
        && parts
            .iter()
            .zip(lengths)
            .all(|(part, length)| part.len() == length && part.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

fn is_pointer(text: &str) -> bool {
    let is_escaped = |token: &str| token.split('~').skip(1).all(|after| after.starts_with(['0', '1']));
    text.is_empty() || text.strip_prefix('/').is_some_and(|text| text.split('/').all(is_escaped))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_apart() {
        let right = [
            ("date", "2024-02-29"),
            ("time", "12:00:00"),
            ("time", "12:00:00.5Z"),
            ("date-time", "2024-02-29T12:00:00+01:00"),
            ("date-time", "2024-02-29"),
            ("hostname", "a.example-b.com"),
            ("email", "Some One <a.b@c.d>"),
            ("ipv4", "10.0.0.1"),
            ("ipv6", "::1"),
            ("uri", "http://a.b/c"),
            ("uri-reference", "/a#b"),
            ("uuid", "A0000000-0000-0000-0000-00000000000f"),
            ("json-pointer", "/a/~0b"),
            ("relative-json-pointer", "1/a"),
            ("unheard-of", "anything"),
        ];
        let wrong = [
            ("date", "2023-02-29"),
            ("time", "25:00:00"),
            ("date-time", "2024-02-29 12:00:00"),
            ("hostname", "-a.com"),
            ("email", "a@"),
            ("ipv4", "10.0.0.256"),
            ("uri", "/a"),
            ("uuid", "x"),
            ("regex", "("),
            ("json-pointer", "a"),
        ];
        assert!(right.iter().all(|(format, text)| is_of(format, text)));
        assert_eq!(wrong.iter().find(|(format, text)| is_of(format, text)), None);
    }
}
