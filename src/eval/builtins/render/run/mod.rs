//! A template's tree and data become text.

mod values;

use super::super::size;
use super::super::text::quote;
use super::datum::{Datum, Held};
use super::tree::{Branches, Node, Pipe, Templates};

/// The deepest that templates may call each other and actions nest while they do.
const DEEPEST: usize = 400;

/// The most nodes that are gone through.
const MOST_STEPS: usize = 10_000_000;

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
        steps: 0,
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
    steps: usize,
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
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return self.error("the template takes too many steps");
        }
        if let Err(error) = size::check(self.text.len()) {
            return self.error(&error.to_string());
        }
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
}
