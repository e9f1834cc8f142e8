//! Classes of characters.

use regex::Regex;

use super::syntax::{Parser, Wrong};

/// The classes of Perl, which are those of ASCII, as members of a class.
fn members(letter: char) -> Option<&'static str> {
    Some(match letter.to_ascii_lowercase() {
        'd' => "0-9",
        's' => r"\t\n\x0C\r ",
        'w' => "0-9A-Za-z_",
        _ => return None,
    })
}

/// Reads `\d` and such as a class.
pub(super) fn perl(parser: &mut Parser<'_>) -> Option<String> {
    let letter = parser.rest().strip_prefix('\\')?.chars().next()?;
    let members = members(letter)?;
    parser.skip(2);
    Some(if letter.is_ascii_uppercase() { format!("[^{members}]") } else { format!("[{members}]") })
}

/// Reads `\pL`, `\p{Greek}` and such.
pub(super) fn unicode(parser: &mut Parser<'_>) -> Result<Option<String>, Wrong> {
    let rest = parser.rest();
    let Some(after) = rest.strip_prefix(r"\p").or_else(|| rest.strip_prefix(r"\P")) else { return Ok(None) };
    let Some(first) = after.chars().next() else { return Ok(None) };
    let (name, length) = if first == '{' {
        let Some((name, _)) = after.split_once('}') else {
            return Err(Wrong::new("invalid character class range", rest));
        };
        (name.get(1..).unwrap_or_default(), name.len() + 3)
    } else {
        (after.get(..first.len_utf8()).unwrap_or_default(), first.len_utf8() + 2)
    };
    let whole = rest.get(..length).unwrap_or_default();
    let (is_negated, name) = match name.strip_prefix('^') {
        Some(name) => (!rest.starts_with(r"\P"), name),
        None => (rest.starts_with(r"\P"), name),
    };
    let is_word = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_- ".contains(&byte));
    let forms = [format!("{{gc={name}}}"), format!("{{sc={name}}}"), format!("{{{name}}}")];
    let general = ["any", "ascii", "assigned", "lc"].contains(&name.to_ascii_lowercase().as_str());
    let form = forms.iter().skip(if general { 2 } else { 0 }).take(if general { 1 } else { 2 });
    let form = form.filter(|_| is_word).find(|form| Regex::new(&format!(r"\p{form}")).is_ok());
    let Some(form) = form else { return Err(Wrong::new("invalid character class range", whole)) };
    parser.skip(length);
    Ok(Some(format!(r"\{}{form}", if is_negated { 'P' } else { 'p' })))
}

const NAMED: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word",
    "xdigit",
];

/// Reads `[:alpha:]` and such.
fn named(parser: &mut Parser<'_>) -> Result<Option<String>, Wrong> {
    let Some((name, _)) = parser.rest().strip_prefix("[:").and_then(|after| after.split_once(":]")) else {
        return Ok(None);
    };
    let whole = parser.rest().get(..name.len() + 4).unwrap_or_default();
    if !NAMED.contains(&name.strip_prefix('^').unwrap_or(name)) {
        return Err(Wrong::new("invalid character class range", whole));
    }
    parser.skip(whole.len());
    Ok(Some(whole.to_owned()))
}

/// Reads a class in brackets.
pub(super) fn bracketed(parser: &mut Parser<'_>) -> Result<String, Wrong> {
    let whole = parser.rest();
    let mut class = "[".to_owned();
    parser.skip(1);
    if parser.rest().starts_with('^') {
        parser.skip(1);
        class.push('^');
    }
    let mut is_first = true;
    while is_first || !parser.rest().starts_with(']') {
        is_first = false;
        if let Some(read) = named(parser)? {
            class.push_str(&read);
        } else if let Some(read) = unicode(parser)? {
            class.push_str(&read);
        } else if let Some(read) = perl(parser) {
            class.push_str(&read);
        } else {
            let begin = parser.rest();
            let low = one(parser, whole)?;
            let mut high = low;
            let after = parser.rest();
            if after.len() >= 2 && after.starts_with('-') && !after.starts_with("-]") {
                parser.skip(1);
                high = one(parser, whole)?;
                if high < low {
                    let range = begin.get(..begin.len() - parser.rest().len()).unwrap_or_default();
                    return Err(Wrong::new("invalid character class range", range));
                }
            }
            // Surrogates are in no text.
            let low = if (0xd800..=0xdfff).contains(&low) { 0xe000 } else { low };
            let high = if (0xd800..=0xdfff).contains(&high) { 0xd7ff } else { high };
            if low <= high {
                class.push_str(&format!(r"\x{{{low:x}}}-\x{{{high:x}}}"));
            }
        }
    }
    parser.skip(1);
    // A class of nothing at all would not be read.
    class.push_str(if class.len() < 3 { "a&&b]" } else { "]" });
    Ok(class)
}

/// One character of a class.
fn one(parser: &mut Parser<'_>, whole: &str) -> Result<u32, Wrong> {
    match parser.rest().chars().next() {
        None => Err(Wrong::new("missing closing ]", whole)),
        Some('\\') => parser.escape(),
        Some(character) => {
            parser.skip(character.len_utf8());
            Ok(character.into())
        }
    }
}
