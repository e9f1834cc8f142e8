//! A template's tree and data become text.

use super::super::text::quote;
use super::datum::{Basic, Datum, Held};
use super::functions;
use super::tree::{Branches, Command, Node, Pipe, Templates, Term, TermKind};

/// The deepest that templates may call each other and actions nest while they do.
const DEEPEST: usize = 400;

/// The text of a template.
///
/// # Errors
/// Where the data does not fit, as `text/template` words it.
pub(super) fn run(name: &str, text: &str, templates: &Templates, data: Datum) -> Result<String, String> {
    let root = Held::from(data);
    let mut run = Run {
        source: (name, text),
        name,
        templates,
        variables: vec![("$", root.clone())],
        text: String::new(),
        here: (0, String::new()),
        depth: 0,
    };
    if let Some(nodes) = templates.get(name) {
        run.nodes(&root, nodes)?;
    }
    Ok(run.text)
}

struct Run<'a> {
    /// The name and text that places are told in.
    source: (&'a str, &'a str),
    name: &'a str,
    templates: &'a Templates,
    variables: Vec<(&'a str, Held)>,
    text: String,
    /// The part that errors are told at.
    here: (usize, String),
    depth: usize,
}

/// Whether the actions go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Break,
    Continue,
}

impl<'a> Run<'a> {
    fn error<T>(&self, message: &str) -> Result<T, String> {
        let (at, context) = &self.here;
        let before = self.source.1.get(..*at).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = at - before.rfind('\n').map_or(0, |newline| newline + 1);
        let (source, name) = (self.source.0, quote(self.name));
        Err(format!("template: {source}:{line}:{column}: executing {name} at <{context}>: {message}"))
    }

    fn nodes(&mut self, dot: &Held, nodes: &'a [Node]) -> Result<Flow, String> {
        for node in nodes {
            let flow = self.node(dot, node)?;
            if flow != Flow::On {
                return Ok(flow);
            }
        }
        Ok(Flow::On)
    }

    fn node(&mut self, dot: &Held, node: &'a Node) -> Result<Flow, String> {
        match node {
            Node::Plain(text) => self.text.push_str(text),
            Node::Action(pipe) => {
                let value = self.pipe(dot, pipe)?;
                if pipe.variables.is_empty() {
                    match value.datum {
                        Datum::Nothing => self.text.push_str("<no value>"),
                        datum => self.text.push_str(&datum.shown()),
                    }
                }
            }
            Node::If(branches) => return self.decide(dot, branches, false),
            Node::With(branches) => return self.decide(dot, branches, true),
            Node::Range(branches) => return self.range(dot, branches),
            Node::Template { at, name, pipe } => self.template(dot, *at, name, pipe.as_ref())?,
            Node::Break => return Ok(Flow::Break),
            Node::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::On)
    }

    fn decide(&mut self, dot: &Held, branches: &'a Branches, sets_dot: bool) -> Result<Flow, String> {
        let known = self.variables.len();
        let value = self.pipe(dot, &branches.pipe)?;
        let flow = match &branches.otherwise {
            _ if value.datum.is_true() => self.nodes(if sets_dot { &value } else { dot }, &branches.then)?,
            Some(otherwise) => self.nodes(dot, otherwise)?,
            None => Flow::On,
        };
        self.variables.truncate(known);
        Ok(flow)
    }

    fn range(&mut self, dot: &Held, branches: &'a Branches) -> Result<Flow, String> {
        let known = self.variables.len();
        let value = self.pipe(dot, &branches.pipe)?.datum;
        let mut went = false;
        let number = |place: usize| Held::from(Datum::Integer(i64::try_from(place).unwrap_or(i64::MAX)));
        let mut flow = Flow::On;
        let limit = match &value {
            Datum::Integer(number) => usize::try_from(*number).unwrap_or(0),
            Datum::Byte(number) => usize::from(*number),
            Datum::List(items) => items.len(),
            Datum::Map(fields) => fields.len(),
            Datum::Nothing => 0,
            other => return self.error(&format!("range can't iterate over {}", other.shown())),
        };
        if matches!(value, Datum::Integer(_) | Datum::Byte(_)) && branches.pipe.variables.len() > 1 {
            return self.error(&format!("can't use {} to iterate over more than one variable", value.shown()));
        }
        let mut fields = match &value {
            Datum::Map(fields) => Some(fields.iter()),
            _ => None,
        };
        for place in 0..limit {
            let (key, item) = match (&value, fields.as_mut().and_then(Iterator::next)) {
                (Datum::List(items), _) => {
                    (number(place), Held::boxed(items.get(place).cloned().unwrap_or(Datum::Nothing)))
                }
                (_, Some((name, item))) => (Datum::Text(name.as_str().into()).into(), Held::boxed(item.clone())),
                _ => (Held::NOTHING, number(place)),
            };
            went = true;
            flow = self.turn(branches, known, key, item)?;
            if flow == Flow::Break {
                break;
            }
        }
        flow = match &branches.otherwise {
            Some(otherwise) if !went => self.nodes(dot, otherwise)?,
            _ if went => Flow::On,
            _ => flow,
        };
        self.variables.truncate(known);
        Ok(flow)
    }

    /// One turn of a range.
    fn turn(&mut self, branches: &'a Branches, known: usize, key: Held, item: Held) -> Result<Flow, String> {
        let names = &branches.pipe.variables;
        let values = if names.len() > 1 { vec![key, item.clone()] } else { vec![item.clone()] };
        for ((place, name), value) in names.iter().enumerate().zip(values) {
            if branches.pipe.assigns {
                self.assign(name, value)?;
            } else if let Some(variable) = self.variables.get_mut(known + place) {
                variable.1 = value;
            }
        }
        let mark = self.variables.len();
        let flow = self.nodes(&item, &branches.then)?;
        self.variables.truncate(mark);
        Ok(flow)
    }

    fn assign(&mut self, name: &str, value: Held) -> Result<(), String> {
        match self.variables.iter_mut().rev().find(|(known, _)| *known == name) {
            Some(variable) => variable.1 = value,
            None => return self.error(&format!("undefined variable: {name}")),
        }
        Ok(())
    }

    fn template(&mut self, dot: &Held, at: usize, name: &'a str, pipe: Option<&'a Pipe>) -> Result<(), String> {
        let shown = pipe.map(|pipe| format!(" {pipe}")).unwrap_or_default();
        self.here = (at, format!("{{{{template {}{shown}}}}}", quote(name)));
        let Some(nodes) = self.templates.get(name) else {
            return self.error(&format!("template {} not defined", quote(name)));
        };
        if self.depth >= DEEPEST {
            return self.error("exceeded maximum template depth (100000)");
        }
        let dot = match pipe {
            Some(pipe) => self.pipe(dot, pipe)?,
            None => Held::NOTHING,
        };
        self.depth += 1;
        let caller = std::mem::replace(&mut self.name, name);
        let variables = std::mem::replace(&mut self.variables, vec![("$", dot.clone())]);
        self.nodes(&dot, nodes)?;
        self.name = caller;
        self.variables = variables;
        self.depth -= 1;
        Ok(())
    }

    fn pipe(&mut self, dot: &Held, pipe: &'a Pipe) -> Result<Held, String> {
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

    fn command(&mut self, dot: &Held, command: &'a Command, last: Option<&Held>) -> Result<Held, String> {
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
    fn term(&mut self, dot: &Held, term: &'a Term, has_arguments: bool) -> Result<Held, String> {
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

    fn fields(&mut self, mut value: Held, fields: &[String], has_arguments: bool) -> Result<Held, String> {
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

    fn call(
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

    fn argument(&mut self, dot: &Held, word: &'a Term, wants_text: bool) -> Result<Held, String> {
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

    fn is_text(&self, value: &Held) -> Result<(), String> {
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
