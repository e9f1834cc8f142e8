//! Upper and lower case, letter by letter as Go changes it.

use crate::eval::Value;

use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};

pub(super) const BUILTINS: &[Builtin] = &[builtin("lower", 1, lower), builtin("upper", 1, upper)];

fn lower(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let lower = |letter: char| letter.to_lowercase().next().unwrap_or(letter);
    Ok(operand::string(operands, 1)?.chars().map(lower).collect::<String>().into())
}

fn upper(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    Ok(operand::string(operands, 1)?.chars().map(upper_letter).collect::<String>().into())
}

/// The upper case of a letter; a letter whose upper case is several stays, or has one of its own.
fn upper_letter(letter: char) -> char {
    let mut upper = letter.to_uppercase();
    if let (Some(only), None) = (upper.next(), upper.next()) {
        return only;
    }
    let apart = match letter {
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => 8,
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => 9,
        _ => 0,
    };
    char::from_u32(u32::from(letter) + apart).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_changed_one_by_one() {
        let options = BuiltinOptions::default();
        assert_eq!(lower(&["ΑΣİ".into()], &options), Ok("ασi".into()));
        assert_eq!(upper(&["ßﬀᾳé".into()], &options), Ok("ßﬀᾼÉ".into()));
    }
}
