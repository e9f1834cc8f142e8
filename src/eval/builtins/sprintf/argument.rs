//! A value that fills a verb.

use crate::eval::Value;

use super::super::text;
use super::{Flags, float};

/// A value as the type Go's formatter sees.
pub(in super::super) enum Argument {
    Integer(i64),
    /// An integer of more than 64 bits: whether it is negative, then its digits.
    Big(bool, Vec<u8>),
    Float(f64),
    Text(String),
    Truth(bool),
    /// Go's `nil`.
    Nothing,
    List(Vec<Argument>),
    Map(Vec<(String, Argument)>),
    /// A value under another name of its type.
    Named(&'static str, Box<Argument>),
}

impl From<&Value> for Argument {
    fn from(value: &Value) -> Self {
        match value {
            Value::Number(number) => {
                let written = number.text();
                // How it is written decides, and not whether it is an integer.
                if written.contains(['.', 'e', 'E']) {
                    let float = number.as_f64();
                    return if float.is_finite() { Self::Float(float) } else { Self::Text(written.into_owned()) };
                }
                if let Some(integer) = number.as_i64() {
                    return Self::Integer(integer);
                }
                let digits = written.strip_prefix('-').unwrap_or(&written);
                Self::Big(written.starts_with('-'), digits.as_bytes().to_vec())
            }
            Value::String(string) => Self::Text(string.to_string()),
            other => Self::Text(other.to_string()),
        }
    }
}

impl Argument {
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Integer(_) => "int64",
            Self::Big(..) => "*big.Int",
            Self::Float(_) => "float64",
            Self::Text(_) => "string",
            Self::Truth(_) => "bool",
            Self::Nothing => "<nil>",
            Self::List(_) => "[]interface {}",
            Self::Map(_) => "map[string]interface {}",
            Self::Named(name, _) => name,
        }
    }

    /// The value as `%v` writes it.
    pub(in super::super) fn shown(&self, flags: Flags) -> String {
        self.written('v', flags)
    }

    /// The value as a verb writes it, or Go's note that it cannot.
    pub(super) fn written(&self, verb: char, flags: Flags) -> String {
        if verb == 'T' {
            return pad(self.type_name().to_owned(), Flags { precision: None, ..flags });
        }
        let written = self.filled(verb, flags);
        written.unwrap_or_else(|| {
            let name = self.type_name().trim_start_matches('*');
            if matches!(self, Self::Nothing) {
                return format!("%!{verb}(<nil>)");
            }
            let shown = match self {
                Self::Float(number) if flags.sharp => float::written(*number, 'g', flags),
                _ => None,
            };
            let shown = shown.unwrap_or_else(|| self.shown(Flags { sharp: false, ..flags }));
            format!("%!{verb}({name}={shown})")
        })
    }

    /// The value as a verb writes it; none where the verb is not for values of this kind.
    fn filled(&self, verb: char, flags: Flags) -> Option<String> {
        let member = |member: &Self| match member {
            Self::Nothing => pad("<nil>".to_owned(), flags),
            other => other.written(verb, flags),
        };
        match self {
            Self::Integer(number) => integer(*number < 0, number.unsigned_abs().to_string().as_bytes(), verb, flags)
                .or_else(|| character(*number, verb, flags)),
            Self::Big(negative, digits) if verb == 's' => integer(*negative, digits, 'd', flags),
            Self::Big(negative, digits) => integer(*negative, digits, verb, flags),
            Self::Float(number) => float::written(*number, verb, flags),
            Self::Text(string) => string_written(string, verb, flags),
            Self::Truth(truth) => matches!(verb, 'v' | 't').then(|| pad(truth.to_string(), flags)),
            Self::Nothing => (verb == 'v').then(|| pad("<nil>".to_owned(), flags)),
            Self::List(members) => {
                let members: Vec<String> = members.iter().map(member).collect();
                Some(format!("[{}]", members.join(" ")))
            }
            Self::Map(members) => {
                let key = |name: &String| Self::Text(name.clone()).written(verb, flags);
                let members: Vec<String> =
                    members.iter().map(|(name, value)| format!("{}:{}", key(name), member(value))).collect();
                Some(format!("map[{}]", members.join(" ")))
            }
            Self::Named(_, value) => value.filled(verb, flags),
        }
    }
}

/// Fills a text up to the width.
pub(super) fn pad(text: String, flags: Flags) -> String {
    let missing = flags.width.unwrap_or(0).saturating_sub(text.chars().count());
    match (missing, flags.minus, flags.zero) {
        (0, ..) => text,
        (_, true, _) => text + &" ".repeat(missing),
        (_, false, true) => "0".repeat(missing) + &text,
        (_, false, false) => " ".repeat(missing) + &text,
    }
}

/// An integer of decimal digits in the base of its verb.
fn integer(negative: bool, digits: &[u8], verb: char, flags: Flags) -> Option<String> {
    let base = match verb {
        'v' | 'd' => 10,
        'b' => 2,
        'o' | 'O' => 8,
        'x' | 'X' => 16,
        _ => return None,
    };
    let mut digits = in_base(digits, base);
    if verb == 'X' {
        digits.make_ascii_uppercase();
    }
    if flags.precision == Some(0) && digits == "0" {
        return Some(pad(String::new(), Flags { zero: false, ..flags }));
    }
    let sign = match (negative, flags.plus, flags.space) {
        (true, ..) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        _ => "",
    };
    let prefix = match verb {
        'x' if flags.sharp => "0x",
        'X' if flags.sharp => "0X",
        'b' if flags.sharp => "0b",
        'o' if flags.sharp && !digits.starts_with('0') => "0",
        'O' => "0o",
        _ => "",
    };
    let zeros = match (flags.precision, flags.width) {
        (Some(precision), _) => precision,
        (None, Some(width)) if flags.zero && !flags.minus => width.saturating_sub(sign.len()),
        _ => 0,
    };
    let zeros = "0".repeat(zeros.saturating_sub(digits.len()));
    Some(pad(format!("{sign}{prefix}{zeros}{digits}"), Flags { zero: false, ..flags }))
}

/// Decimal digits as digits of another base.
fn in_base(digits: &[u8], base: u32) -> String {
    let mut decimal: Vec<u32> = digits.iter().map(|digit| u32::from(digit.saturating_sub(b'0'))).collect();
    if base == 10 {
        return String::from_utf8_lossy(digits).into_owned();
    }
    let mut converted = Vec::new();
    while !decimal.is_empty() {
        let mut carried = 0;
        let mut quotient = Vec::with_capacity(decimal.len());
        for digit in decimal {
            let value = carried * 10 + digit;
            carried = value % base;
            if !quotient.is_empty() || value / base > 0 {
                quotient.push(value / base);
            }
        }
        converted.push(char::from_digit(carried, base).unwrap_or('0'));
        decimal = quotient;
    }
    converted.iter().rev().collect()
}

/// An integer as the character it numbers.
fn character(number: i64, verb: char, flags: Flags) -> Option<String> {
    let character = u32::try_from(number).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER);
    match verb {
        'c' => Some(pad(character.to_string(), flags)),
        'q' => {
            let mut quoted = String::from("'");
            text::escape(&mut quoted, character, '\'', flags.plus);
            quoted.push('\'');
            Some(pad(quoted, flags))
        }
        'U' => {
            let digits = format!("{number:X}");
            let zeros = "0".repeat(flags.precision.unwrap_or(4).max(4).saturating_sub(digits.len()));
            let is_shown = flags.sharp && u32::try_from(number).is_ok_and(|code| code == u32::from(character));
            let is_shown = is_shown && text::is_printable(character);
            let shown = if is_shown { format!(" '{character}'") } else { String::new() };
            Some(pad(format!("U+{zeros}{digits}{shown}"), Flags { zero: false, ..flags }))
        }
        _ => None,
    }
}

fn string_written(string: &str, verb: char, flags: Flags) -> Option<String> {
    let cut = || match flags.precision {
        Some(precision) => string.chars().take(precision).collect::<String>(),
        None => string.to_owned(),
    };
    match verb {
        'v' if flags.sharp => Some(pad(text::quote(string), flags)),
        'v' | 's' => Some(pad(cut(), flags)),
        'q' => {
            let cut = cut();
            if flags.sharp && !cut.contains('`') && !cut.chars().any(|one| one.is_control() && one != '\t') {
                return Some(pad(format!("`{cut}`"), flags));
            }
            let mut quoted = String::from("\"");
            cut.chars().for_each(|one| text::escape(&mut quoted, one, '"', flags.plus));
            quoted.push('"');
            Some(pad(quoted, flags))
        }
        'x' | 'X' => {
            let bytes = string.as_bytes();
            let bytes = bytes.get(..flags.precision.unwrap_or(bytes.len())).unwrap_or(bytes);
            Some(pad(hexadecimal(bytes, verb, flags), flags))
        }
        _ => None,
    }
}

fn hexadecimal(bytes: &[u8], verb: char, flags: Flags) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for (index, byte) in bytes.iter().enumerate() {
        if flags.space && index > 0 {
            text.push(' ');
        }
        if flags.sharp && (flags.space || index == 0) {
            text.push_str(if verb == 'x' { "0x" } else { "0X" });
        }
        text.push_str(&if verb == 'x' { format!("{byte:02x}") } else { format!("{byte:02X}") });
    }
    text
}
