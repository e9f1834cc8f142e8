//! Formats as Go's `fmt.Sprintf` reads them.

mod argument;
mod float;

use crate::eval::Value;

use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};
pub(super) use argument::Argument;

pub(super) const BUILTINS: &[Builtin] = &[builtin("sprintf", 2, sprintf)];

/// The widest a value is filled up to, as in Go.
const WIDEST: usize = 1_000_000;

fn sprintf(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let format = operand::string(operands, 1)?;
    let arguments: Vec<Argument> = operand::array(operands, 2)?.iter().map(Argument::from).collect();
    Ok(formatted(format, &arguments).into())
}

/// How one verb wants its value.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Flags {
    plus: bool,
    minus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

/// Where in a format and its arguments one stands.
struct Cursor<'a> {
    format: &'a str,
    arguments: &'a [Argument],
    next: usize,
    reordered: bool,
    /// Whether the last `[n]` named an argument that is there.
    good_index: bool,
}

/// Fills a format; mistakes are told within the text, as Go does.
pub(super) fn formatted(format: &str, arguments: &[Argument]) -> String {
    let mut cursor = Cursor { format, arguments, next: 0, reordered: false, good_index: true };
    let mut text = String::with_capacity(format.len());
    while let Some(percent) = cursor.format.find('%') {
        let (before, rest) = cursor.format.split_at(percent);
        text.push_str(before);
        cursor.format = rest.get(1..).unwrap_or_default();
        cursor.verb(&mut text);
    }
    text.push_str(cursor.format);
    let extra = arguments.get(cursor.next..).unwrap_or_default();
    if !cursor.reordered && !extra.is_empty() {
        let extra: Vec<String> = extra
            .iter()
            .map(|argument| match argument {
                Argument::Nothing => "<nil>".to_owned(),
                argument => format!("{}={}", argument.type_name(), argument.shown(Flags::default())),
            })
            .collect();
        text.push_str(&format!("%!(EXTRA {})", extra.join(", ")));
    }
    text
}

impl<'a> Cursor<'a> {
    fn verb(&mut self, text: &mut String) {
        let mut flags = self.flags();
        self.good_index = true;
        let mut after_index = self.index();
        if self.skip('*') {
            match self.star() {
                Some(width) => {
                    flags.minus |= width < 0;
                    flags.zero &= !flags.minus;
                    flags.width = usize::try_from(width.unsigned_abs()).ok();
                }
                None => text.push_str("%!(BADWIDTH)"),
            }
            after_index = false;
        } else {
            flags.width = self.number();
            if after_index && flags.width.is_some() {
                self.good_index = false;
            }
        }
        if self.skip('.') {
            if after_index {
                self.good_index = false;
            }
            after_index = self.index();
            if self.skip('*') {
                match self.star() {
                    Some(precision) if precision >= 0 => flags.precision = usize::try_from(precision).ok(),
                    _ => text.push_str("%!(BADPREC)"),
                }
                after_index = false;
            } else {
                flags.precision = Some(self.number().unwrap_or(0));
            }
        }
        if !after_index {
            self.index();
        }
        let Some(verb) = self.format.chars().next() else {
            text.push_str("%!(NOVERB)");
            return;
        };
        self.format = self.format.get(verb.len_utf8()..).unwrap_or_default();
        if verb == '%' {
            text.push('%');
        } else if !self.good_index {
            text.push_str(&format!("%!{verb}(BADINDEX)"));
        } else if let Some(argument) = self.arguments.get(self.next) {
            self.next += 1;
            text.push_str(&argument.written(verb, flags));
        } else {
            text.push_str(&format!("%!{verb}(MISSING)"));
        }
    }

    fn skip(&mut self, character: char) -> bool {
        let rest = self.format.strip_prefix(character);
        self.format = rest.unwrap_or(self.format);
        rest.is_some()
    }

    fn flags(&mut self) -> Flags {
        let mut flags = Flags::default();
        loop {
            match self.format.chars().next() {
                Some('+') => flags.plus = true,
                Some('-') => flags.minus = true,
                Some('#') => flags.sharp = true,
                Some(' ') => flags.space = true,
                Some('0') => flags.zero = true,
                _ => return flags,
            }
            self.format = self.format.get(1..).unwrap_or_default();
        }
    }

    /// A number as it is written; where it is too large, none, and nothing is left of the format.
    fn number(&mut self) -> Option<usize> {
        let end = self.format.find(|digit: char| !digit.is_ascii_digit()).unwrap_or(self.format.len());
        let (digits, rest) = self.format.split_at(end);
        // Go looks at what it has before it takes one more digit.
        let before = digits.get(..end.saturating_sub(1)).unwrap_or_default();
        let is_too_large = before.parse().map_or(!before.is_empty(), |number: usize| number > WIDEST);
        self.format = if is_too_large { "" } else { rest };
        digits.parse().ok().filter(|_| !is_too_large)
    }

    /// A width or precision that is an argument.
    fn star(&mut self) -> Option<i64> {
        let mut argument = self.arguments.get(self.next)?;
        self.next += 1;
        if let Argument::Named(_, inner) = argument {
            argument = inner;
        }
        match argument {
            Argument::Integer(number) if number.unsigned_abs() <= WIDEST as u64 => Some(*number),
            _ => None,
        }
    }

    /// Reads `[n]`; tells whether one was there.
    fn index(&mut self) -> bool {
        let Some(rest) = self.format.strip_prefix('[') else { return false };
        self.reordered = true;
        let Some((digits, after)) = rest.split_once(']') else {
            self.good_index = false;
            self.format = rest;
            return false;
        };
        self.format = after;
        let wanted = digits.parse::<usize>().ok().filter(|_| digits.bytes().all(|digit| digit.is_ascii_digit()));
        match wanted.and_then(|wanted| wanted.checked_sub(1)).filter(|index| *index < self.arguments.len()) {
            Some(index) => self.next = index,
            None => self.good_index = false,
        }
        wanted.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is(format: &str, arguments: &str, wanted: &str) {
        let operands = [format.into(), Value::from_json(arguments).unwrap()];
        let text = sprintf(&operands, &BuiltinOptions::default()).unwrap();
        assert_eq!(text.as_string().unwrap(), wanted, "{format}");
    }

    #[test]
    fn widths_precisions_and_flags_are_gos() {
        is("%5.2f|%-5s|%5s|%05d|%+d", r#"[3.14159,"a","b",42,7]"#, " 3.14|a    |    b|00042|+7");
        is("%x|%X|%#x|%o|%b|%08b", "[255,255,255,8,5,5]", "ff|FF|0xff|10|101|00000101");
        is("%e|%g|%G|%.3g|%v", "[1234.5,1e-7,1e-7,1234.5,1.5]", "1.234500e+03|1e-07|1E-07|1.23e+03|1.5");
        is(
            "%.2s|%q|%x|% x|%c|%U|%#U",
            r#"["abc","a\"b","hi","hi",65,65,65]"#,
            "ab|\"a\\\"b\"|6869|68 69|A|U+0041|U+0041 'A'",
        );
        is("%*d|%-*d|%.*f", "[4,1,4,1,1,2.55]", "   1|1   |2.5");
        is("%.*f", "[-1,2.5]", "%!(BADPREC)2.500000");
        is("%[2]d %[1]d", "[1,2]", "2 1");
        is("100%%", "[]", "100%");
    }

    #[test]
    fn how_a_number_is_written_says_whether_it_is_a_float() {
        is("%f, %.1f, %.3f", "[0.0,1e2,0.000]", "0.000000, 100.0, 0.000");
        is("%d %v %s", "[1.0,1.0,2e308]", "%!d(float64=1) 1 2e308");
    }

    #[test]
    fn values_that_are_no_texts_are_written_as_rego() {
        is("%v %s %d", r#"[{"a":[1,"x"]},[true],null]"#, "{\"a\": [1, \"x\"]} [true] %!d(string=null)");
        let big = Value::from_json("123456789123456789123").unwrap();
        let operands = ["%s %v %c".into(), vec![big.clone(), big.clone(), big].into()];
        assert_eq!(
            sprintf(&operands, &BuiltinOptions::default()).unwrap().as_string().unwrap(),
            "123456789123456789123 123456789123456789123 %!c(big.Int=123456789123456789123)"
        );
    }

    #[test]
    fn mistakes_are_told_in_the_text() {
        is("%d", r#"["hi"]"#, "%!d(string=hi)");
        is("%s", "[5]", "%!s(int64=5)");
        is("%s", "[1.5]", "%!s(float64=1.5)");
        is("%t", "[true]", "%!t(string=true)");
        is("%d %d", "[1]", "1 %!d(MISSING)");
        is("%d", r#"[1,"x",2.5]"#, "1%!(EXTRA string=x, float64=2.5)");
        is("%", "[]", "%!(NOVERB)");
        is("%100000001d|", "[1]", "%!(NOVERB)%!(EXTRA int64=1)");
        is("a%.99999999999999999999d|", "[1]", "a%!(NOVERB)%!(EXTRA int64=1)");
        is("%[5]d", "[1]", "%!d(BADINDEX)");
        is("%!", "[1]", "%!!(int64=1)");
        is("%T %T", "[1,\"a\"]", "int64 string");
    }
}
