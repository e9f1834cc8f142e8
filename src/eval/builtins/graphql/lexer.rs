//! The tokens of GraphQL, as gqlparser reads them.

use super::super::text::quote;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Invalid,
    End,
    /// One of `! $ & ( ) ... : = @ [ ] { } |`.
    Mark(&'static str),
    Name,
    Int,
    Float,
    Text,
    Block,
}

impl Kind {
    /// The kind as errors name it.
    pub(super) fn shown(self) -> &'static str {
        match self {
            Self::Invalid => "<Invalid>",
            Self::End => "<EOF>",
            Self::Mark(mark) => mark,
            Self::Name => "Name",
            Self::Int => "Int",
            Self::Float => "Float",
            Self::Text => "String",
            Self::Block => "BlockString",
        }
    }
}

/// A place, its line and column counted from 1. A text of several lines is at its last one, the column counted back from
/// there to where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: i64,
}

/// A token, and the comments before it.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) text: String,
    pub(super) place: Place,
    pub(super) comments: Vec<String>,
}

impl Token {
    /// The token as errors show it.
    pub(super) fn shown(&self) -> String {
        match self.text.as_str() {
            "" => self.kind.shown().to_owned(),
            text => format!("{} {}", self.kind.shown(), quote(text)),
        }
    }
}

const MARKS: [&str; 14] = ["...", "!", "$", "&", "(", ")", ":", "=", "@", "[", "]", "{", "}", "|"];

/// The tokens of a text; the last one is the end or an invalid one.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { rest: text, line: 1, characters: 0, line_start: 0 };
    let mut tokens = Vec::new();
    loop {
        let comments = lexer.comments();
        let token = lexer.token(comments);
        let is_last = matches!(token.kind, Kind::End | Kind::Invalid);
        tokens.push(token);
        if is_last {
            return tokens;
        }
    }
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    /// The characters gone over, and those before the line.
    characters: i64,
    line_start: i64,
}

impl<'a> Lexer<'a> {
    /// Goes over some bytes; what they are.
    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        self.characters += i64::try_from(taken.chars().count()).unwrap_or_default();
        taken
    }

    fn new_line(&mut self) {
        self.line += 1;
        self.line_start = self.characters;
    }

    /// The place of the character that comes after some.
    fn place_after(&self, characters: i64) -> Place {
        Place { line: self.line, column: characters - self.line_start + 1 }
    }

    fn place(&self) -> Place {
        self.place_after(self.characters)
    }

    fn blank(&mut self) {
        loop {
            match self.rest.chars().next() {
                Some('\t' | ' ' | ',' | '\u{feff}') => {
                    let length = self.rest.chars().next().map_or(0, char::len_utf8);
                    self.take(length);
                }
                Some('\n') => {
                    self.take(1);
                    self.new_line();
                }
                Some('\r') => {
                    let length = if self.rest.starts_with("\r\n") { 2 } else { 1 };
                    self.take(1);
                    self.new_line();
                    self.take(length - 1);
                }
                _ => return,
            }
        }
    }

    fn comments(&mut self) -> Vec<String> {
        let mut comments = Vec::new();
        loop {
            self.blank();
            if !self.rest.starts_with('#') {
                return comments;
            }
            let ends = |character: char| character <= '\u{1f}' && character != '\t';
            let length = self.rest.find(ends).unwrap_or(self.rest.len());
            comments.push(self.take(length).to_owned());
        }
    }

    fn token(&mut self, comments: Vec<String>) -> Token {
        let place = self.place();
        let token = |kind, text: &str, place| Token { kind, text: text.to_owned(), place, comments };
        let Some(first) = self.rest.chars().next() else { return token(Kind::End, "", place) };
        if let Some(mark) = MARKS.into_iter().find(|mark| self.rest.starts_with(mark)) {
            self.take(mark.len());
            return token(Kind::Mark(mark), "", place);
        }
        if first == '_' || first.is_ascii_alphabetic() {
            let ends = |character: char| !(character == '_' || character.is_ascii_alphanumeric());
            let length = self.rest.find(ends).unwrap_or(self.rest.len());
            return token(Kind::Name, self.take(length), place);
        }
        if first == '-' || first.is_ascii_digit() {
            return match self.number() {
                Some((kind, text)) => token(kind, text, place),
                None => token(Kind::Invalid, "", self.place()),
            };
        }
        if self.rest.starts_with("\"\"\"") {
            self.take(3);
            return match self.block() {
                Some((text, place)) => token(Kind::Block, &text, place),
                None => token(Kind::Invalid, "", self.place()),
            };
        }
        if first == '"' {
            self.take(1);
            // The place of a text is that of its first character.
            let place = self.place();
            return match self.quoted() {
                Some(text) => token(Kind::Text, &text, place),
                None => token(Kind::Invalid, "", self.place()),
            };
        }
        token(Kind::Invalid, "", place)
    }

    fn digits(&mut self) -> usize {
        let length = self.rest.find(|digit: char| !digit.is_ascii_digit()).unwrap_or(self.rest.len());
        self.take(length);
        length
    }

    fn skip(&mut self, characters: &[char]) -> bool {
        let found = self.rest.starts_with(characters);
        if found {
            self.take(1);
        }
        found
    }

    fn number(&mut self) -> Option<(Kind, &'a str)> {
        let whole = self.rest;
        self.skip(&['-']);
        if self.skip(&['0']) {
            if self.rest.starts_with(|digit: char| digit.is_ascii_digit()) {
                return None;
            }
        } else if self.digits() == 0 {
            return None;
        }
        let mut kind = Kind::Int;
        if self.skip(&['.']) {
            kind = Kind::Float;
            if self.digits() == 0 {
                return None;
            }
        }
        if self.skip(&['e', 'E']) {
            kind = Kind::Float;
            self.skip(&['-', '+']);
            if self.digits() == 0 {
                return None;
            }
        }
        Some((kind, whole.get(..whole.len() - self.rest.len()).unwrap_or_default()))
    }

    fn quoted(&mut self) -> Option<String> {
        let mut text = String::new();
        loop {
            let character = self.rest.chars().next().filter(|one| *one >= ' ' || *one == '\t')?;
            match character {
                '"' => {
                    self.take(1);
                    return Some(text);
                }
                '\\' => text.push(self.escape()?),
                other => {
                    self.take(other.len_utf8());
                    text.push(other);
                }
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        let after = self.rest.get(1..).unwrap_or_default();
        let (character, length) = match after.chars().next() {
            Some(same @ ('"' | '/' | '\\')) => (same, 2),
            Some('b') => ('\u{8}', 2),
            Some('f') => ('\u{c}', 2),
            Some('n') => ('\n', 2),
            Some('r') => ('\r', 2),
            Some('t') => ('\t', 2),
            Some('u') => {
                // A text that ends right after the digits is not read by gqlparser either.
                let digits = after.get(1..5).filter(|_| after.len() > 5);
                let digits = digits.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
                match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
                    Some(code) => (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 6),
                    None => {
                        self.take(1);
                        return None;
                    }
                }
            }
            _ => {
                self.take(1);
                return None;
            }
        };
        self.take(length);
        Some(character)
    }

    /// A block and its place.
    fn block(&mut self) -> Option<(String, Place)> {
        let mut raw = String::new();
        let begin = self.characters;
        loop {
            let character = self.rest.chars().next()?;
            if self.rest.starts_with("\"\"\"") {
                let quotes = self.rest.len() - self.rest.trim_start_matches('"').len();
                raw.push_str(&"\"".repeat(quotes - 3));
                let place = self.place_after(begin);
                self.take(quotes);
                return Some((unindented(&raw), place));
            }
            if self.rest.starts_with("\\\"\"\"") {
                self.take(4);
                raw.push_str("\"\"\"");
                continue;
            }
            match character {
                '\r' => {
                    let length = if self.rest.starts_with("\r\n") { 2 } else { 1 };
                    self.take(length);
                    self.new_line();
                    raw.push('\n');
                }
                '\n' => {
                    self.take(1);
                    self.new_line();
                    raw.push('\n');
                }
                '\0'..='\u{1f}' if character != '\t' => return None,
                other => {
                    self.take(other.len_utf8());
                    raw.push(other);
                }
            }
        }
    }
}

/// A block without the white space that all its lines begin with, and without blank lines around it.
fn unindented(raw: &str) -> String {
    let indent = |line: &str| line.find(|one: char| one != ' ' && one != '\t');
    let common = raw.split('\n').filter_map(indent).min();
    let mut lines: Vec<&str> = raw.split('\n').collect();
    if let Some(common) = common {
        for line in lines.iter_mut().skip(1) {
            *line = line.get(common..).unwrap_or_default();
        }
    }
    let is_blank = |line: &&&str| indent(line).is_none();
    let before = lines.iter().take_while(is_blank).count();
    let after = lines.iter().rev().take_while(is_blank).count();
    let end = lines.len().saturating_sub(after).max(before);
    lines.get(before..end).unwrap_or_default().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<(Kind, String)> {
        tokens(text).into_iter().map(|token| (token.kind, token.text)).collect()
    }

    #[test]
    fn tokens_have_kinds_and_texts() {
        let read = texts("a, -1.5e3 \"b\\n\\u0041 \" \"\"\"\n  c\n    d\n\"\"\" ...");
        let wanted = [
            (Kind::Name, "a"),
            (Kind::Float, "-1.5e3"),
            (Kind::Text, "b\nA "),
            (Kind::Block, "c\n  d"),
            (Kind::Mark("..."), ""),
            (Kind::End, ""),
        ];
        assert_eq!(read, wanted.map(|(kind, text)| (kind, text.to_owned())));
        assert_eq!(texts("01").last().unwrap().0, Kind::Invalid);
        assert_eq!(texts("\"a").last().unwrap().0, Kind::Invalid);
    }

    #[test]
    fn comments_stand_before_their_token() {
        let read = tokens("# a\n# b\nc");
        assert_eq!((read[0].comments.join("|").as_str(), read[0].place.line), ("# a|# b", 3));
    }
}
