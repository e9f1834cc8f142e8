//! Modules that read well and mean one thing wrongly, as slips of the mind make them.

use super::mutation::{lines, replaced, tokens};
use super::stock::{EXPRESSIONS, FUNCTIONS, LITERALS, REPLACEMENTS, RULES, WORDS};
use fastrand::Rng;
use std::ops::Range;

struct Slip<'t, 'r> {
    text: &'t str,
    tokens: Vec<Range<usize>>,
    random: &'r mut Rng,
}

impl Slip<'_, '_> {
    fn is_name(&self, token: &Range<usize>) -> bool {
        let text = &self.text[token.clone()];
        text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && !WORDS.contains(&text)
    }

    /// Tokens in lines that say something, package and imports left out.
    fn found(&self, kind: impl Fn(&str, &Range<usize>) -> bool) -> Vec<Range<usize>> {
        let start = |token: &Range<usize>| self.text[..token.start].rfind('\n').map_or(0, |newline| newline + 1);
        let is_header = |token: &Range<usize>| {
            let line = &self.text[start(token)..];
            line.starts_with("package") || line.starts_with("import") || line.starts_with('#')
        };
        let all = self.tokens.iter().filter(|token| kind(&self.text[(*token).clone()], token) && !is_header(token));
        all.cloned().collect()
    }

    fn one(&mut self, of: &[Range<usize>]) -> Option<Range<usize>> {
        (!of.is_empty()).then(|| of[self.random.usize(..of.len())].clone())
    }

    fn any(&mut self, of: &[&'static str]) -> &'static str {
        of[self.random.usize(..of.len())]
    }

    fn name(&mut self) -> String {
        let names = self.found(|_, token| self.is_name(token));
        self.one(&names).map_or_else(|| "x".to_owned(), |token| self.text[token].to_owned())
    }

    /// A rule of the module.
    fn rule(&mut self) -> String {
        let names: Vec<Range<usize>> = self
            .tokens
            .iter()
            .filter(|token| self.is_name(token) && (token.start == 0 || self.text[..token.start].ends_with('\n')))
            .cloned()
            .collect();
        self.one(&names).map_or_else(|| "p".to_owned(), |token| self.text[token].to_owned())
    }

    fn filled(&mut self, pattern: &str) -> String {
        let (x, y, rule, other) = (self.name(), self.name(), self.rule(), self.rule());
        pattern
            .split_inclusive(|c: char| !c.is_ascii_alphanumeric())
            .flat_map(|part| {
                let end = part.len() - usize::from(part.ends_with(|c: char| !c.is_ascii_alphanumeric()));
                let word = match &part[..end] {
                    "X" => &x,
                    "Y" => &y,
                    "P" => &rule,
                    "Q" => &other,
                    word => word,
                };
                [word.to_owned(), part[end..].to_owned()]
            })
            .collect()
    }

    /// Lines inside bodies that hold an expression, as far as their look tells.
    fn expressions(&self) -> Vec<Range<usize>> {
        let is_one = |line: &Range<usize>| {
            let text = &self.text[line.clone()];
            let inner = text.trim();
            text.starts_with([' ', '\t'])
                && !inner.is_empty()
                && !inner.starts_with(['#', '}', ']', ')'])
                && !inner.ends_with(['{', '(', '[', ','])
        };
        lines(self.text).into_iter().filter(is_one).collect()
    }

    fn made(&mut self) -> Option<String> {
        let names = self.found(|_, token| self.is_name(token));
        let calls = self.found(|_, token| self.is_name(token) && self.text[token.end..].starts_with('('));
        let expressions = self.expressions();
        let line = self.one(&expressions);
        let indented = |line: &Range<usize>| {
            let text = &self.text[line.clone()];
            text[..text.len() - text.trim_start().len()].to_owned()
        };
        Some(match self.random.u8(..16) {
            0 | 1 => {
                let (name, other) = (self.one(&names)?, self.name());
                let own = &self.text[name.clone()];
                let new = [format!("{own}x"), other, "_".to_owned(), "zz".to_owned()][self.random.usize(..4)].clone();
                replaced(self.text, name, &new)
            }
            2 => replaced(self.text, line?, ""),
            3 => {
                let signs = ["==", "=", ":=", "!=", "<", "+", "-", "|", "&", "in"];
                let found = self.found(|token, _| signs.contains(&token));
                let (sign, new) = (self.one(&found)?, self.any(&signs));
                replaced(self.text, sign, new)
            }
            4 | 5 => {
                let is_literal = |token: &str, _: &Range<usize>| {
                    token.starts_with(['"', '`']) || token.as_bytes()[0].is_ascii_digit() || token == "true"
                };
                let found = self.found(is_literal);
                let (literal, new) = (self.one(&found)?, self.any(&LITERALS));
                replaced(self.text, literal, new)
            }
            6 => {
                let (call, new) = (self.one(&calls)?, self.any(&FUNCTIONS));
                replaced(self.text, call, new)
            }
            7 => {
                let place = self.one(&calls)?.end + 1;
                let new = self.any(&LITERALS);
                replaced(self.text, place..place, &format!("{new}, "))
            }
            8 => {
                let (line, target) = (line?, self.one(&expressions)?);
                let moved = self.text[line.clone()].to_owned();
                let without = replaced(self.text, line.clone(), "");
                let target = if target.start > line.start { target.start - moved.len() } else { target.start };
                replaced(&without, target..target, &moved)
            }
            9 => {
                let line = line?;
                let inner = self.text[line.clone()].trim();
                let name = self.name();
                let wrapped = [
                    format!("not {inner}"),
                    format!("every e1 in [1] {{ {inner} }}"),
                    format!("count([1 | {inner}]) > 0"),
                    format!("x9 := {{{name} | {inner}}}"),
                ];
                let new = format!("{}{}\n", indented(&line), wrapped[self.random.usize(..wrapped.len())]);
                replaced(self.text, line, &new)
            }
            10 => {
                let end = line?.end;
                let end = end - usize::from(self.text[..end].ends_with('\n'));
                let pattern = self.any(&REPLACEMENTS);
                replaced(self.text, end..end, &self.filled(pattern))
            }
            11 => {
                let name = self.one(&names)?;
                let suffix = self.any(&[".foo", "[0]", "[\"a\"]", "[_]", ".a.b", "[input.x]", "[[1]]"]);
                replaced(self.text, name.end..name.end, suffix)
            }
            12 => {
                let line = line?;
                let (new, indent) = (self.rule(), indented(&line));
                replaced(self.text, line.start..line.start, &format!("{indent}{new}\n"))
            }
            13 => {
                let pattern = self.any(&RULES);
                format!("{}\n{}\n", self.text.trim_end(), self.filled(pattern))
            }
            _ => {
                let line = line?;
                let pattern = self.any(&EXPRESSIONS);
                let new = format!("{}{}\n", indented(&line), self.filled(pattern));
                replaced(self.text, line.start..line.start, &new)
            }
        })
    }
}

/// A module with one thing wrong that shows when it is compiled; by chance it may still be right, or not read at all.
pub fn slipped(text: &str, random: &mut Rng) -> String {
    for _ in 0..8 {
        let slip = Slip { text, tokens: tokens(text), random }.made();
        if let Some(slip) = slip.filter(|slip| slip != text) {
            return slip;
        }
    }
    text.to_owned()
}

#[test]
fn a_slip_differs_from_its_module_and_is_the_same_for_the_same_seed() {
    let text = "package a\n\np := x if {\n\tx := count(input.y)\n\tx == 1 # one\n}\n\nq := \"a\"\n";
    let all = |seed: u64| (0..300).map(|number| slipped(text, &mut Rng::with_seed(seed + number))).collect::<Vec<_>>();
    assert_eq!(all(1), all(1));
    assert!(all(1).iter().filter(|slip| *slip != text).count() > 290);
}
