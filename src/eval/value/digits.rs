//! Digits as text, in the forms of Go.

/// From which exponent on Go writes one.
const LONG: i64 = 6;

/// Digits with so many of them before the point, as Go's `g` writes the shortest: with an exponent where more than six
/// stand before the point, or the first far behind it. No digits are 0.
pub(super) fn general(negative: bool, digits: &str, point: i64) -> String {
    let exponent = point - 1;
    if digits.is_empty() || digits == "0" {
        return if negative { "-0" } else { "0" }.to_owned();
    }
    if (-4..LONG).contains(&exponent) {
        return plain(negative, digits, point);
    }
    let sign = if negative { "-" } else { "" };
    let (first, rest) = digits.split_at(1);
    let between = if rest.is_empty() { "" } else { "." };
    let exponent_sign = if exponent < 0 { '-' } else { '+' };
    format!("{sign}{first}{between}{rest}e{exponent_sign}{:02}", exponent.unsigned_abs())
}

/// Digits with so many of them before the point, without an exponent.
pub(super) fn plain(negative: bool, digits: &str, point: i64) -> String {
    let mut text = String::new();
    if negative {
        text.push('-');
    }
    let zeros = |count: i64| std::iter::repeat_n('0', usize::try_from(count).unwrap_or_default());
    let whole = usize::try_from(point).unwrap_or_default().min(digits.len());
    let (before, behind) = digits.split_at(whole);
    text.push_str(before);
    text.extend(zeros(point - before.len() as i64));
    if point <= 0 {
        text.push('0');
    }
    if !behind.is_empty() {
        text.push('.');
        text.extend(zeros(-point));
        text.push_str(behind);
    }
    text
}
