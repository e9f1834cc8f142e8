//! The tokens of a template of Go's `text/template`.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A mistake; the token's text tells it. It is the last token.
    Mistake,
    /// The end of the template. It is the last token.
    End,
    /// What stands outside of actions.
    Plain,
    OpenAction,
    CloseAction,
    Space,
    Assign,
    Declare,
    Pipe,
    OpenParenthesis,
    CloseParenthesis,
    Punctuation,
    Quoted,
    Raw,
    Character,
    Number,
    Truth,
    Dot,
    Nil,
    Field,
    Variable,
    Identifier,
    /// A word that begins an action or goes on with one.
    Keyword,
}

/// A token, its place in bytes and its line, counted from 1.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) at: usize,
    pub(super) line: usize,
    pub(super) text: String,
}

const KEYWORDS: [&str; 10] = ["block", "break", "continue", "define", "else", "end", "if", "range", "template", "with"];
const OPEN: &str = "{{";
const CLOSE: &str = "}}";
const SPACES: [char; 4] = [' ', '\t', '\r', '\n'];

/// The tokens of a template; the last one is the end or a mistake.
pub(super) fn scan(text: &str) -> Vec<Token> {
    let mut scanner = Scanner { text, at: 0, tokens: Vec::new() };
    let end = scanner.template();
    let (kind, at, text) = match end {
        Ok(()) => (Kind::End, text.len(), "EOF".to_owned()),
        Err((at, message)) => (Kind::Mistake, at, message),
    };
    scanner.add(kind, at, text);
    scanner.tokens
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
}

/// Where a mistake is and what it is.
type Mistake = (usize, String);

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn add(&mut self, kind: Kind, at: usize, text: String) {
        let (from, line) = self.tokens.last().map_or((0, 1), |token| (token.at, token.line));
        let line = line + self.text.get(from..at).unwrap_or_default().matches('\n').count();
        self.tokens.push(Token { kind, at, line, text });
    }

    /// Adds a token from a place to where the scanner stands.
    fn close(&mut self, kind: Kind, from: usize) {
        let text = self.text.get(from..self.at).unwrap_or_default().to_owned();
        self.add(kind, from, text);
    }

    fn template(&mut self) -> Result<(), Mistake> {
        loop {
            let (from, rest) = (self.at, self.rest());
            let Some(open) = rest.find(OPEN) else {
                self.at = self.text.len();
                if !rest.is_empty() {
                    self.close(Kind::Plain, from);
                }
                return Ok(());
            };
            let (plain, action) = rest.split_at(open);
            let after = action.get(OPEN.len()..).unwrap_or_default();
            let trims = after.strip_prefix('-').is_some_and(|after| after.starts_with(SPACES));
            let plain = if trims { plain.trim_end_matches(SPACES) } else { plain };
            if !plain.is_empty() {
                self.add(Kind::Plain, from, plain.to_owned());
            }
            let begin = from + open;
            self.at = begin + OPEN.len() + if trims { 2 } else { 0 };
            if self.rest().starts_with("/*") {
                self.comment()?;
            } else {
                self.add(Kind::OpenAction, begin, OPEN.to_owned());
                self.action()?;
            }
        }
    }

    fn comment(&mut self) -> Result<(), Mistake> {
        let from = self.at;
        let Some(end) = self.rest().get(2..).and_then(|rest| rest.find("*/")) else {
            return Err((from, "unclosed comment".to_owned()));
        };
        self.at += end + 4;
        if self.closes() { Ok(()) } else { Err((from, "comment ends before closing delimiter".to_owned())) }
    }

    /// Goes over the end of an action, with the white space it trims, where one is there.
    fn closes(&mut self) -> bool {
        let rest = self.rest();
        let trimmed = rest.strip_prefix(SPACES).and_then(|rest| rest.strip_prefix("-}}"));
        match (trimmed, rest.strip_prefix(CLOSE)) {
            (Some(after), _) => self.at = self.text.len() - after.trim_start_matches(SPACES).len(),
            (None, Some(after)) => self.at = self.text.len() - after.len(),
            (None, None) => return false,
        }
        true
    }

    fn action(&mut self) -> Result<(), Mistake> {
        let mut depth = 0_usize;
        loop {
            let from = self.at;
            if self.closes() {
                if depth > 0 {
                    return Err((from, "unclosed left paren".to_owned()));
                }
                self.add(Kind::CloseAction, from, CLOSE.to_owned());
                return Ok(());
            }
            let Some(first) = self.peek() else { return Err((from, "unclosed action".to_owned())) };
            self.at += first.len_utf8();
            match first {
                ' ' | '\t' | '\r' | '\n' => self.space(from),
                '=' => self.close(Kind::Assign, from),
                ':' if self.peek() == Some('=') => {
                    self.at += 1;
                    self.close(Kind::Declare, from);
                }
                ':' => return Err((from, "expected :=".to_owned())),
                '|' => self.close(Kind::Pipe, from),
                '"' => self.quoted('"', Kind::Quoted, from, "unterminated quoted string")?,
                '\'' => self.quoted('\'', Kind::Character, from, "unterminated character constant")?,
                '`' => {
                    let end = self.rest().find('`').ok_or((from, "unterminated raw quoted string".to_owned()))?;
                    self.at += end + 1;
                    self.close(Kind::Raw, from);
                }
                '$' => self.name(Kind::Variable, from)?,
                '.' if !self.peek().is_some_and(|next| next.is_ascii_digit()) => self.name(Kind::Field, from)?,
                '.' | '+' | '-' | '0'..='9' => self.number(from)?,
                _ if is_of_name(first) => self.name(Kind::Identifier, from)?,
                '(' => {
                    depth += 1;
                    self.close(Kind::OpenParenthesis, from);
                }
                ')' => {
                    depth = depth.checked_sub(1).ok_or((from, "unexpected right paren".to_owned()))?;
                    self.close(Kind::CloseParenthesis, from);
                }
                '!'..='~' => self.close(Kind::Punctuation, from),
                _ => {
                    return Err((from, format!("unrecognized character in action: {}", numbered(Some(first)))));
                }
            }
        }
    }

    /// White space; the last of it belongs to the end of an action that trims.
    fn space(&mut self, from: usize) {
        let rest = self.text.get(from..).unwrap_or_default();
        let after = rest.trim_start_matches(SPACES);
        self.at = self.text.len() - after.len();
        if after.starts_with("-}}") {
            self.at -= 1;
        }
        if self.at > from {
            self.close(Kind::Space, from);
        }
    }

    fn quoted(&mut self, quote: char, kind: Kind, from: usize, mistake: &str) -> Result<(), Mistake> {
        let mut characters = self.rest().char_indices();
        while let Some((place, character)) = characters.next() {
            let is_cut = match character {
                '\n' => true,
                '\\' => characters.next().is_none_or(|(_, escaped)| escaped == '\n'),
                _ => false,
            };
            if is_cut {
                break;
            }
            if character == quote {
                self.at += place + 1;
                self.close(kind, from);
                return Ok(());
            }
        }
        Err((from, mistake.to_owned()))
    }

    /// A name, of which the first character has been read.
    fn name(&mut self, kind: Kind, from: usize) -> Result<(), Mistake> {
        let rest = self.rest();
        self.at += rest.find(|character| !is_of_name(character)).unwrap_or(rest.len());
        let ends = match self.peek() {
            None | Some(' ' | '\t' | '\r' | '\n' | '.' | ',' | '|' | ':' | '(' | ')') => true,
            Some(_) => self.rest().starts_with(CLOSE),
        };
        if !ends {
            return Err((from, format!("bad character {}", numbered(self.peek()))));
        }
        let kind = match (kind, self.text.get(from..self.at).unwrap_or_default()) {
            (Kind::Field, ".") => Kind::Dot,
            (Kind::Identifier, "nil") => Kind::Nil,
            (Kind::Identifier, "true" | "false") => Kind::Truth,
            (Kind::Identifier, word) if KEYWORDS.contains(&word) => Kind::Keyword,
            _ => kind,
        };
        self.close(kind, from);
        Ok(())
    }

    fn number(&mut self, from: usize) -> Result<(), Mistake> {
        self.at = from;
        self.run_of(|sign| matches!(sign, '+' | '-'), 1);
        let lower = self.rest().get(..2).unwrap_or_default().to_ascii_lowercase();
        let is_digit: fn(char) -> bool = match lower.as_str() {
            "0x" => |digit| digit.is_ascii_hexdigit() || digit == '_',
            "0o" => |digit| matches!(digit, '0'..='7' | '_'),
            "0b" => |digit| matches!(digit, '0' | '1' | '_'),
            _ => |digit| digit.is_ascii_digit() || digit == '_',
        };
        let exponent: &[char] = match lower.as_str() {
            "0x" => &['p', 'P'],
            "0o" | "0b" => &[],
            _ => &['e', 'E'],
        };
        if matches!(lower.as_str(), "0x" | "0o" | "0b") {
            self.at += 2;
        }
        self.run_of(is_digit, usize::MAX);
        if self.run_of(|point| point == '.', 1) {
            self.run_of(is_digit, usize::MAX);
        }
        if self.rest().starts_with(exponent) {
            self.at += 1;
            self.run_of(|sign| matches!(sign, '+' | '-'), 1);
            self.run_of(|digit| digit.is_ascii_digit() || digit == '_', usize::MAX);
        }
        match self.peek() {
            Some(next) if is_of_name(next) || matches!(next, '+' | '-') => {
                let end = self.at + next.len_utf8();
                let text = self.text.get(from..end).unwrap_or_default();
                Err((from, format!("bad number syntax: {}", super::super::text::quote(text))))
            }
            _ => {
                self.close(Kind::Number, from);
                Ok(())
            }
        }
    }

    /// Goes over characters of a kind, as many as there may be; whether there were any.
    fn run_of(&mut self, is_of: fn(char) -> bool, most: usize) -> bool {
        let length: usize = self.rest().chars().take_while(|one| is_of(*one)).take(most).map(char::len_utf8).sum();
        self.at += length;
        length > 0
    }
}

fn is_of_name(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}

/// A character as Go's `%#U` writes it.
fn numbered(character: Option<char>) -> String {
    match character {
        None => "U+FFFFFFFFFFFFFFFF".to_owned(),
        Some(one) if one.is_control() => format!("U+{:04X}", u32::from(one)),
        Some(one) => format!("U+{:04X} '{one}'", u32::from(one)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Kind> {
        scan(text).into_iter().map(|token| token.kind).collect()
    }

    #[test]
    fn white_space_is_trimmed_next_to_a_dash() {
        let texts: Vec<String> = scan("a \n{{- .x  -}} \n b").into_iter().map(|token| token.text).collect();
        assert_eq!(texts, ["a", "{{", ".x", " ", "}}", "b", "EOF"]);
        assert_eq!(kinds("{{-3}}"), [Kind::OpenAction, Kind::Number, Kind::CloseAction, Kind::End]);
        assert_eq!(kinds("a {{- /* b */ -}} c"), [Kind::Plain, Kind::Plain, Kind::End]);
    }

    #[test]
    fn the_last_token_tells_a_mistake() {
        let mistake = |text: &str| scan(text).pop().map(|token| (token.line, token.text)).unwrap();
        assert_eq!(mistake("{{range .x}"), (1, "bad character U+007D '}'".to_owned()));
        assert_eq!(mistake("\n{{.a"), (2, "unclosed action".to_owned()));
        assert_eq!(mistake("{{(1}}"), (1, "unclosed left paren".to_owned()));
        assert_eq!(mistake("{{1a}}"), (1, "bad number syntax: \"1a\"".to_owned()));
        assert_eq!(mistake("{{\"a\n\"}}"), (1, "unterminated quoted string".to_owned()));
    }
}
