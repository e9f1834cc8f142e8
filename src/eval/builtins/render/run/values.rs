//! The values of pipes and of what stands in them.

use super::super::datum::{Basic, Datum, Held};
use super::super::functions;
use super::super::tree::{Command, Pipe, Term, TermKind};
use super::Run;

impl<'a> Run<'a> {
    pub(super) fn pipe(&mut self, dot: &Held, pipe: &'a Pipe) -> Result<Held, String> {
        self.here = (pipe.at, pipe.to_string());
        let mut value = None;
        for command in &pipe.commands {
            let mut held = self.command(dot, command, value.as_ref())?;
            held.boxed = false;
            value = Some(held);
        }
        let value = value.unwrap_or(Held::NOTHING);
        for name in &pipe.variables {
            if pipe.assigns {
                self.assign(name, value.clone())?;
            } else {
                self.variables.push((name, value.clone()));
            }
        }
        Ok(value)
    }

    pub(super) fn command(&mut self, dot: &Held, command: &'a Command, last: Option<&Held>) -> Result<Held, String> {
        let Some((first, arguments)) = command.words.split_first() else { return Ok(Held::NOTHING) };
        let has_arguments = !arguments.is_empty() || last.is_some();
        match &first.kind {
            TermKind::Function(name) => {
                self.here = (first.at, name.clone());
                return self.call(dot, name, arguments, last, (command.at, command.to_string()));
            }
            TermKind::Field(_) | TermKind::Chain(..) => return self.term(dot, first, has_arguments),
            TermKind::Variable(names) if names.len() > 1 => return self.term(dot, first, has_arguments),
            TermKind::Pipe(_) => {}
            _ => self.here = (first.at, first.to_string()),
        }
        if has_arguments {
            return self.error(&format!("can't give argument to non-function {first}"));
        }
        if matches!(first.kind, TermKind::Nil) {
            return self.error("nil is not a command");
        }
        self.term(dot, first, false)
    }

    /// The value of a term; a field with arguments is refused.
    pub(super) fn term(&mut self, dot: &Held, term: &'a Term, has_arguments: bool) -> Result<Held, String> {
        if !matches!(term.kind, TermKind::Pipe(_)) {
            self.here = (term.at, term.to_string());
        }
        Ok(match &term.kind {
            TermKind::Dot => dot.clone(),
            TermKind::Nil => Held::NOTHING,
            TermKind::Truth(truth) => Datum::Truth(*truth).into(),
            TermKind::Integer { value, .. } => Datum::Integer(*value).into(),
            TermKind::Float { value, .. } => Datum::Float(*value).into(),
            TermKind::Overflow(written) => return self.error(&format!("{written} overflows int")),
            TermKind::Text { value, .. } => Datum::Text(value.as_str().into()).into(),
            TermKind::Field(fields) => return self.fields(dot.clone(), fields, has_arguments),
            TermKind::Variable(names) => {
                let Some((name, fields)) = names.split_first() else { return Ok(Held::NOTHING) };
                let known = self.variables.iter().rev().find(|(known, _)| known == name);
                let Some(value) = known.map(|(_, value)| value.clone()) else {
                    return self.error(&format!("undefined variable: {name}"));
                };
                return self.fields(value, fields, has_arguments);
            }
            TermKind::Function(name) => {
                return self.call(dot, name, &[], None, (term.at, term.to_string()));
            }
            TermKind::Pipe(pipe) => return self.pipe(dot, pipe),
            TermKind::Chain(inner, fields) => {
                let value = self.term(dot, inner, false)?;
                return self.fields(value, fields, has_arguments);
            }
        })
    }

    pub(super) fn fields(&mut self, mut value: Held, fields: &[String], has_arguments: bool) -> Result<Held, String> {
        for (place, field) in fields.iter().enumerate() {
            value = match &value.datum {
                Datum::Nothing if value.boxed => {
                    return self.error(&format!("nil pointer evaluating interface {{}}.{field}"));
                }
                Datum::Nothing => Held::NOTHING,
                Datum::Map(_) if has_arguments && place + 1 == fields.len() => {
                    return self.error(&format!("{field} is not a method but has arguments"));
                }
                Datum::Map(members) => members.get(field).cloned().map_or(Held::NOTHING, Held::boxed),
                _ => {
                    return self.error(&format!("can't evaluate field {field} in type {}", value.type_name()));
                }
            };
        }
        Ok(value)
    }

    pub(super) fn call(
        &mut self,
        dot: &Held,
        name: &str,
        words: &'a [Term],
        last: Option<&Held>,
        whole: (usize, String),
    ) -> Result<Held, String> {
        let (least, most) = functions::arguments(name);
        let given = words.len() + usize::from(last.is_some());
        match most {
            None if given < least => {
                let words = words.len();
                return self.error(&format!("wrong number of args for {name}: want at least {least} got {words}"));
            }
            Some(most) if given != most => {
                return self.error(&format!("wrong number of args for {name}: want {most} got {given}"));
            }
            _ => {}
        }
        let mut arguments = Vec::with_capacity(given);
        for (place, word) in words.iter().enumerate() {
            let value = self.argument(dot, word, name == "printf" && place == 0)?;
            if matches!(name, "and" | "or") && value.datum.is_true() == (name == "or") {
                return Ok(value);
            }
            arguments.push(value);
        }
        if let Some(last) = last {
            if name == "printf" && words.is_empty() {
                self.is_text(last)?;
            }
            arguments.push(last.clone());
        }
        let answer = match name {
            "and" | "or" => return Ok(arguments.pop().unwrap_or(Held::NOTHING)),
            "call" => Err(match arguments.first().map(|argument| &argument.datum) {
                None | Some(Datum::Nothing) => "call of nil".to_owned(),
                Some(other) => {
                    let callee = words.first().map_or_else(|| other.shown(), ToString::to_string);
                    format!("non-function {callee} of type {}", other.type_name())
                }
            }),
            _ => functions::call(name, &arguments),
        };
        answer.or_else(|error| {
            self.here = whole;
            self.error(&format!("error calling {name}: {error}"))
        })
    }

    pub(super) fn argument(&mut self, dot: &Held, word: &'a Term, wants_text: bool) -> Result<Held, String> {
        let value = self.term(dot, word, false)?;
        if wants_text {
            match &word.kind {
                TermKind::Nil => return self.error("cannot assign nil to string"),
                TermKind::Truth(_) | TermKind::Integer { .. } | TermKind::Float { .. } => {
                    return self.error(&format!("expected string; found {word}"));
                }
                _ => self.is_text(&value)?,
            }
        }
        Ok(value)
    }

    pub(super) fn is_text(&self, value: &Held) -> Result<(), String> {
        match &value.datum {
            Datum::Text(_) => Ok(()),
            Datum::Nothing if !value.boxed => self.error("invalid value; expected string"),
            other => {
                let is_unboxed = other.basic() == Some(Basic::Text) || !matches!(other, Datum::Nothing);
                let got = if is_unboxed { other.type_name() } else { value.type_name() };
                self.error(&format!("wrong type for value; expected string; got {got}"))
            }
        }
    }
}
