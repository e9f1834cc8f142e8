//! Pipes, commands and what they take.

use super::super::super::text::quote;
use super::super::constant;
use super::super::functions;
use super::super::scan::Kind;
use super::super::tree::{Command, Pipe, Term, TermKind};
use super::Parser;

impl Parser<'_> {
    pub(super) fn pipe(&mut self, context: &str, end: Kind) -> Result<Pipe, String> {
        let mut pipe = Pipe { at: self.peek_word().at, assigns: false, variables: Vec::new(), commands: Vec::new() };
        while self.peek_word().kind == Kind::Variable {
            let begin = self.next;
            let variable = self.token().text;
            let next = self.peek_word();
            let is_comma = next.kind == Kind::Punctuation && next.text == ",";
            if !is_comma && !matches!(next.kind, Kind::Assign | Kind::Declare) {
                self.next = begin;
                break;
            }
            self.next += 1;
            self.variables.push(variable.clone());
            pipe.variables.push(variable);
            if !is_comma {
                pipe.assigns = next.kind == Kind::Assign;
                break;
            }
            if context != "range" || pipe.variables.len() > 1 {
                return self.error(&format!("too many declarations in {context}"));
            }
            if !matches!(self.peek_word().kind, Kind::Variable | Kind::CloseAction | Kind::CloseParenthesis) {
                return self.error("range can only initialize variables");
            }
        }
        loop {
            let token = self.word();
            match token.kind {
                kind if kind == end => break,
                Kind::Truth
                | Kind::Character
                | Kind::Dot
                | Kind::Field
                | Kind::Identifier
                | Kind::Number
                | Kind::Nil
                | Kind::Raw
                | Kind::Quoted
                | Kind::Variable
                | Kind::OpenParenthesis => {
                    self.next -= 1;
                    let command = self.command()?;
                    pipe.commands.push(command);
                }
                _ => return self.unexpected(&token, context),
            }
        }
        if pipe.commands.is_empty() {
            return self.error(&format!("missing value for {context}"));
        }
        let is_value = |command: &Command| {
            !matches!(
                command.words.first().map(|word| &word.kind),
                Some(
                    TermKind::Field(_)
                        | TermKind::Variable(_)
                        | TermKind::Function(_)
                        | TermKind::Pipe(_)
                        | TermKind::Chain(..)
                )
            )
        };
        match pipe.commands.iter().skip(1).position(is_value) {
            Some(place) => self.error(&format!("non executable command in pipeline stage {}", place + 2)),
            None => Ok(pipe),
        }
    }

    pub(super) fn command(&mut self) -> Result<Command, String> {
        let mut command = Command { at: self.peek_word().at, words: Vec::new() };
        loop {
            self.skip_space();
            if let Some(operand) = self.operand()? {
                command.words.push(operand);
            }
            let token = self.token();
            match token.kind {
                Kind::Space => continue,
                Kind::CloseAction | Kind::CloseParenthesis => self.next -= 1,
                Kind::Pipe => {}
                _ => return self.unexpected(&token, "operand"),
            }
            break;
        }
        if command.words.is_empty() { self.error("empty command") } else { Ok(command) }
    }

    /// A term with the fields that follow it.
    pub(super) fn operand(&mut self) -> Result<Option<Term>, String> {
        let Some(term) = self.term()? else { return Ok(None) };
        let first = self.peek();
        if first.kind != Kind::Field {
            return Ok(Some(term));
        }
        let mut fields = Vec::new();
        while self.peek().kind == Kind::Field {
            fields.push(self.token().text.trim_start_matches('.').to_owned());
        }
        let joined = |mut names: Vec<String>, fields: Vec<String>| {
            names.extend(fields);
            names
        };
        let kind = match term.kind {
            TermKind::Field(names) => TermKind::Field(joined(names, fields)),
            TermKind::Variable(names) => TermKind::Variable(joined(names, fields)),
            TermKind::Pipe(_) | TermKind::Function(_) | TermKind::Chain(..) => TermKind::Chain(Box::new(term), fields),
            _ => return self.error(&format!("unexpected . after term {}", quote(&term.to_string()))),
        };
        Ok(Some(Term { at: first.at, kind }))
    }

    pub(super) fn term(&mut self) -> Result<Option<Term>, String> {
        let token = self.word();
        let kind = match token.kind {
            Kind::Identifier if !functions::is_known(&token.text) => {
                return self.error(&format!("function {} not defined", quote(&token.text)));
            }
            Kind::Identifier => TermKind::Function(token.text),
            Kind::Dot => TermKind::Dot,
            Kind::Nil => TermKind::Nil,
            Kind::Variable if !self.variables.contains(&token.text) => {
                return self.error(&format!("undefined variable {}", quote(&token.text)));
            }
            Kind::Variable => TermKind::Variable(vec![token.text]),
            Kind::Field => TermKind::Field(vec![token.text.trim_start_matches('.').to_owned()]),
            Kind::Truth => TermKind::Truth(token.text == "true"),
            Kind::Number | Kind::Character => constant::number(&token.text).or_else(|error| self.error(&error))?,
            Kind::Quoted | Kind::Raw => {
                let value = constant::text(&token.text).or_else(|error| self.error(&error))?;
                TermKind::Text { value, written: token.text }
            }
            Kind::OpenParenthesis => {
                self.deeper()?;
                let pipe = self.pipe("parenthesized pipeline", Kind::CloseParenthesis)?;
                self.depth -= 1;
                return Ok(Some(Term { at: pipe.at, kind: TermKind::Pipe(pipe) }));
            }
            _ => {
                self.next -= 1;
                return Ok(None);
            }
        };
        Ok(Some(Term { at: token.at, kind }))
    }
}
