//! Modules with one thing wrong, as slips of the keyboard and of merges make them.

use fastrand::Rng;
use std::ops::Range;

/// The words of Rego that a slip may leave out or put in the wrong place.
const WORDS: [&str; 19] = [
    "package", "import", "as", "default", "else", "not", "with", "some", "every", "in", "if", "contains", "and", "or",
    "null", "true", "false", "set", "data",
];

/// What may be planted anywhere.
const PLANTS: [&str; 46] = [
    "(", ")", "[", "]", "{", "}", ",", ";", ":", ":=", "=", "==", "!=", "<", ">=", "|", "&", "+", "-", "*", "/", "%",
    ".", "\"", "`", "$\"", "$`", "#", "@", "?", "!", "$", "\\", "'", "é", "\u{a0}", "\u{feff}", "\0", "\r", "\t", "\n",
    "_", "1", "x", "1.5e3", "\u{2028}",
];

/// What a number may be damaged to.
const NUMBERS: [&str; 14] =
    ["01", "1.", "1e", "1.e1", "0x1f", "1_000", ".", "..1", "1.2.3", "1e+", "-", "1e999999", "00", "1a"];

/// What may slip into a string.
const ESCAPES: [&str; 12] = ["\\", "\\x", "\\u12", "\\u00e9", "\\ud800", "\"", "\n", "\\'", "{", "}", "\\{", "\\0"];

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The tokens of a text, roughly, white space left out.
pub fn tokens(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let (mut tokens, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let start = at;
        let end_of = |close: &[u8], from: usize| {
            let mut at = from;
            while at < bytes.len() && !close.contains(&bytes[at]) {
                at += if bytes[at] == b'\\' && close[0] == b'"' { 2 } else { 1 };
            }
            (at + 1).min(bytes.len())
        };
        at = match bytes[at] {
            b' ' | b'\t' | b'\r' | b'\n' => {
                at += 1;
                continue;
            }
            b'"' => end_of(b"\"\n", at + 1),
            b'`' => end_of(b"`", at + 1),
            b'#' => end_of(b"\n", at + 1),
            byte if is_word(byte) => at + bytes[at..].iter().take_while(|byte| is_word(**byte)).count(),
            b':' | b'=' | b'!' | b'<' | b'>' if bytes.get(at + 1) == Some(&b'=') => at + 2,
            _ => at + text[at..].chars().next().map_or(1, char::len_utf8),
        };
        // A slip of an escape may have jumped into a character.
        while !text.is_char_boundary(at) {
            at += 1;
        }
        tokens.push(start..at);
    }
    tokens
}

pub fn lines(text: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    text.split_inclusive('\n').map(|line| (start, start += line.len()).0..start).collect()
}

pub fn replaced(text: &str, range: Range<usize>, with: &str) -> String {
    format!("{}{with}{}", &text[..range.start], &text[range.end..])
}

/// A module with one thing wrong; by chance it may still be right.
pub fn mutated(text: &str, random: &mut Rng) -> String {
    let tokens = tokens(text);
    let lines = lines(text);
    if tokens.len() < 3 || lines.len() < 3 {
        return replaced(text, 0..0, PLANTS[random.usize(..PLANTS.len())]);
    }
    let of = |kind: &dyn Fn(&str) -> bool, random: &mut Rng| {
        let found: Vec<&Range<usize>> = tokens.iter().filter(|token| kind(&text[(*token).clone()])).collect();
        if found.is_empty() {
            tokens[random.usize(..tokens.len())].clone()
        } else {
            found[random.usize(..found.len())].clone()
        }
    };
    let place = random.usize(..tokens.len() - 1);
    let (token, next) = (tokens[place].clone(), tokens[place + 1].clone());
    let other = text[tokens[random.usize(..tokens.len())].clone()].to_owned();
    let line = lines[random.usize(..lines.len())].clone();
    match random.u8(..20) {
        0 | 1 => replaced(text, token, ""),
        2 => replaced(text, token.end..token.end, &format!(" {}", &text[token.clone()])),
        3 => {
            let swapped = format!("{}{}{}", &text[next.clone()], &text[token.end..next.start], &text[token.clone()]);
            replaced(text, token.start..next.end, &swapped)
        }
        4 => replaced(text, token, &other),
        5 => replaced(text, token.start..token.start, &format!("{other} ")),
        6 => replaced(text, token.start..token.start, ["(", ")", "[", "]", "{", "}"][random.usize(..6)]),
        7 => replaced(text, token.end..token.end, PLANTS[random.usize(..PLANTS.len())]),
        8 | 9 => replaced(text, of(&|token| WORDS.contains(&token), random), ""),
        10 => replaced(text, of(&|token| WORDS.contains(&token), random), WORDS[random.usize(..WORDS.len())]),
        11 => replaced(text, token.start..token.start, &format!("{} ", WORDS[random.usize(..WORDS.len())])),
        12 => replaced(text, line, ""),
        13 => {
            let copy = text[line.clone()].to_owned();
            replaced(text, line.end..line.end, &copy)
        }
        14 => {
            let (moved, target) = (text[line.clone()].to_owned(), lines[random.usize(..lines.len())].start);
            let without = replaced(text, line.clone(), "");
            let target = if target > line.start { target - moved.len() } else { target };
            replaced(&without, target..target, &moved)
        }
        15 => {
            let number = of(&|token| token.as_bytes()[0].is_ascii_digit(), random);
            replaced(text, number, NUMBERS[random.usize(..NUMBERS.len())])
        }
        16 => {
            let string = of(&|token| token.starts_with(['"', '`']) && token.len() > 2, random);
            let inside = string.start + text[string].chars().next().map_or(0, char::len_utf8);
            replaced(text, inside..inside, ESCAPES[random.usize(..ESCAPES.len())])
        }
        17 => {
            let string = of(&|token| token.ends_with(['"', '`']), random);
            let last = text[string.clone()].chars().next_back().map_or(0, char::len_utf8);
            replaced(text, string.end - last..string.end, "")
        }
        18 => text[..text.floor_char_boundary(token.start + random.usize(..=token.len()))].to_owned(),
        _ => match text[token.end..].find('\n') {
            Some(newline) => {
                replaced(text, token.end + newline..token.end + newline + 1, ["", " ", "\n\n", ";"][random.usize(..4)])
            }
            None => replaced(text, token.start..token.start, "\n"),
        },
    }
}

#[test]
fn a_mutation_differs_from_its_module_and_is_the_same_for_the_same_seed() {
    let text = "package a\n\np := \"é\" if {\n\tnot 1.5 == x # y\n}\n";
    let all = |seed: u64| (0..500).map(|number| mutated(text, &mut Rng::with_seed(seed + number))).collect::<Vec<_>>();
    assert_eq!(all(1), all(1));
    assert!(all(1).iter().filter(|mutation| *mutation != text).count() > 450);
}
