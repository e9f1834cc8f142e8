//! The way through a tree, one step after the other and without recursion.

use super::super::location::Location;
use super::super::module::Module;
use super::super::tree::{
    Body, Comment, Expression, ExpressionKind, Import, Logical, Part, Rule, Term, TermId, TermKind,
};
use super::Include;
use super::layout::Sink;
use super::order::Sorted;
use super::step::{Plan, Step};
use std::io::{self, Write};

pub(super) struct Walk<'a, W: Write> {
    module: &'a Module,
    annotations: &'a [String],
    include: Include,
    sink: Sink<'a, W>,
    sorted: Sorted<'a>,
    plan: Plan,
}

impl<'a, W: Write> Walk<'a, W> {
    pub(super) fn new(module: &'a Module, annotations: &'a [String], include: Include, sink: Sink<'a, W>) -> Self {
        let sorted = Sorted::new(module);
        Self { module, annotations, include, sink, sorted, plan: Plan::default() }
    }

    pub(super) fn run(mut self) -> io::Result<()> {
        self.module();
        self.steps()
    }

    /// Writes the value of a term alone.
    pub(super) fn run_value(mut self, id: TermId) -> io::Result<()> {
        self.value(id, self.module.term(id));
        self.steps()
    }

    fn steps(&mut self) -> io::Result<()> {
        self.plan.settle();
        while let Some(step) = self.plan.next() {
            self.take(step)?;
            self.plan.settle();
        }
        Ok(())
    }

    fn take(&mut self, step: Step) -> io::Result<()> {
        let module = self.module;
        match step {
            Step::Key(name) => self.sink.key(name)?,
            Step::OpenObject => self.sink.open(b"{")?,
            Step::CloseObject => self.sink.close(b"}")?,
            Step::OpenArray => self.sink.open(b"[")?,
            Step::CloseArray => self.sink.close(b"]")?,
            Step::Boolean(value) => self.sink.boolean(value)?,
            Step::Number(value) => self.sink.number(value)?,
            Step::Word(word) => self.sink.string(word)?,
            Step::Literal(text) => self.sink.literal(text)?,
            Step::Text(text) => self.sink.string(module.text(text))?,
            Step::Bytes(span) => self.sink.bytes(module.bytes(span))?,
            Step::Place(location) => self.place(location)?,
            Step::PlaceOfComment(location) => self.place_of_comment(location)?,
            Step::Numeral(text) => self.numeral(module.text(text))?,
            Step::Term(id) => self.term(id, module.term(id)),
            Step::Terms(list) => self.list(module.terms(list).iter().map(|id| Step::Term(*id))),
            Step::Members(id, list) => {
                self.plan.add(Step::OpenArray);
                for member in self.sorted.members(id, list) {
                    self.plan.add(Step::Term(*member));
                }
                self.plan.add(Step::CloseArray);
            }
            Step::Entries(id, list) => {
                self.plan.add(Step::OpenArray);
                for [key, value] in self.sorted.members(id, list).as_chunks::<2>().0 {
                    self.plan.extend([Step::OpenArray, Step::Term(*key), Step::Term(*value), Step::CloseArray]);
                }
                self.plan.add(Step::CloseArray);
            }
            Step::Expression(id) => self.expression(module.expression(id)),
            Step::Body(body) => self.list(module.body(body).iter().map(|id| Step::Expression(*id))),
            Step::Withs(list) => {
                self.plan.add(Step::OpenArray);
                for with in module.withs(list) {
                    self.object(with.location);
                    self.plan.member("target", Step::Term(with.target));
                    self.plan.member("value", Step::Term(with.value));
                    self.plan.add(Step::CloseObject);
                }
                self.plan.add(Step::CloseArray);
            }
            Step::Parts(list) => self.list(module.parts(list).iter().map(|part| match part {
                Part::Term(id) => Step::Term(*id),
                Part::Expression(id) => Step::Expression(*id),
            })),
            Step::Rule(id) => {
                if let Some(rule) = module.rule(id) {
                    self.rule(rule, module.annotations_of_rules.get(&id).map_or(&[], Vec::as_slice));
                }
            }
            Step::Annotation(place) => {
                self.sink.document(self.annotations.get(place).map_or("{}", String::as_str))?;
            }
        }
        Ok(())
    }

    fn list(&mut self, items: impl Iterator<Item = Step>) {
        self.plan.add(Step::OpenArray);
        items.for_each(|item| self.plan.add(item));
        self.plan.add(Step::CloseArray);
    }

    /// Begins an object that tells its place first.
    fn object(&mut self, location: Location) {
        self.plan.add(Step::OpenObject);
        self.location("location", location);
    }

    fn location(&mut self, key: &'static str, location: Location) {
        if self.include.locations && location.is_some() {
            self.plan.member(key, Step::Place(location));
        }
    }

    fn place(&mut self, location: Location) -> io::Result<()> {
        let module = self.module;
        self.place_with_text(location, module.bytes(location.text))
    }

    /// The place of a comment; the first of a METADATA block has the text of the whole block.
    fn place_of_comment(&mut self, location: Location) -> io::Result<()> {
        let annotations = &self.module.annotations;
        match annotations.binary_search_by_key(&location.at, |annotation| annotation.place.offset) {
            Ok(place) => {
                let block = annotations.get(place).map_or("", |annotation| annotation.text.as_str());
                self.place_with_text(location, block.as_bytes())
            }
            Err(_) => self.place(location),
        }
    }

    fn place_with_text(&mut self, location: Location, text: &[u8]) -> io::Result<()> {
        let (row, column) = self.module.row_and_column(location).unwrap_or_default();
        self.sink.open(b"{")?;
        self.sink.key("file")?;
        self.sink.string(&self.module.file)?;
        self.sink.key("row")?;
        self.sink.number(row)?;
        self.sink.key("col")?;
        self.sink.number(column)?;
        if self.include.locations && !text.is_empty() {
            self.sink.key("text")?;
            self.sink.bytes(text)?;
        }
        self.sink.close(b"}")
    }

    fn module(&mut self) {
        let module = self.module;
        self.plan.add(Step::OpenObject);
        self.plan.add(Step::Key("package"));
        self.object(module.package.location);
        self.plan.member("path", Step::Terms(module.package.path));
        self.plan.add(Step::CloseObject);
        if !module.imports.is_empty() {
            self.plan.member("imports", Step::OpenArray);
            module.imports.iter().for_each(|import| self.import(import));
            self.plan.add(Step::CloseArray);
        }
        self.annotations(0..self.annotations.len());
        if !module.rules.is_empty() {
            self.plan.add(Step::Key("rules"));
            self.list(module.rules.iter().map(|rule| Step::Rule(*rule)));
        }
        if self.include.comments && !module.comments.is_empty() {
            self.plan.member("comments", Step::OpenArray);
            module.comments.iter().for_each(|comment| self.comment(comment));
            self.plan.add(Step::CloseArray);
        }
        self.plan.add(Step::CloseObject);
    }

    fn annotations(&mut self, places: impl ExactSizeIterator<Item = usize>) {
        if places.len() > 0 {
            self.plan.add(Step::Key("annotations"));
            self.list(places.map(Step::Annotation));
        }
    }

    fn import(&mut self, import: &Import) {
        self.plan.add(Step::OpenObject);
        if let Some(alias) = import.alias {
            self.plan.member("alias", Step::Text(alias));
        }
        self.location("alias_location", import.alias_location);
        self.location("location", import.location);
        self.plan.member("path", Step::Term(import.path));
        self.plan.add(Step::CloseObject);
    }

    fn comment(&mut self, comment: &Comment) {
        self.plan.add(Step::OpenObject);
        self.plan.member("Text", Step::Bytes(comment.text));
        self.plan.member("Location", Step::PlaceOfComment(comment.location));
        self.plan.add(Step::CloseObject);
    }

    fn rule(&mut self, rule: &Rule, annotations: &[usize]) {
        self.plan.add(Step::OpenObject);
        self.annotations(annotations.iter().copied());
        self.plan.member("body", Step::Body(rule.body));
        self.plan.flag("default", rule.default);
        if let Some(otherwise) = rule.otherwise {
            self.plan.member("else", Step::Rule(otherwise));
        }
        let head = rule.head;
        self.plan.member("head", Step::OpenObject);
        if let Some(name) = head.name {
            self.plan.member("name", Step::Text(name));
        }
        if !head.arguments.is_empty() {
            self.plan.member("args", Step::Terms(head.arguments));
        }
        if let Some(key) = head.key {
            self.plan.member("key", Step::Term(key));
        }
        if let Some(value) = head.value {
            self.plan.member("value", Step::Term(value));
        }
        self.plan.flag("assign", head.assign);
        self.plan.member("ref", Step::Terms(head.reference));
        self.location("location", head.location);
        self.plan.add(Step::CloseObject);
        self.location("location", rule.location);
        self.plan.add(Step::CloseObject);
    }

    fn expression(&mut self, expression: &Expression) {
        self.plan.add(Step::OpenObject);
        self.plan.flag("generated", expression.generated);
        self.plan.member("index", Step::Number(expression.index));
        self.location("location", expression.location);
        self.plan.flag("negated", expression.negated);
        self.plan.add(Step::Key("terms"));
        match expression.kind {
            ExpressionKind::Term(term) => self.plan.add(Step::Term(term)),
            ExpressionKind::Call(terms) => self.plan.add(Step::Terms(terms)),
            ExpressionKind::Some { symbols, location } => {
                self.object(location);
                self.plan.member("symbols", Step::Terms(symbols));
                self.plan.add(Step::CloseObject);
            }
            ExpressionKind::Every { key, value, domain, body, location } => {
                self.plan.add(Step::OpenObject);
                self.plan.member("body", Step::Body(body));
                self.plan.member("domain", Step::Term(domain));
                self.plan.member("key", key.map_or(Step::Literal("null"), Step::Term));
                self.location("location", location);
                self.plan.member("value", Step::Term(value));
                self.plan.add(Step::CloseObject);
            }
            ExpressionKind::Not { body, explicit, .. } => {
                self.plan.add(Step::OpenObject);
                self.plan.member("body", Step::Body(body));
                self.plan.member("explicit_body", Step::Boolean(explicit));
                self.plan.member("type", Step::Word("not"));
                self.plan.add(Step::CloseObject);
            }
            ExpressionKind::And(logical) => self.logical("and", &logical),
            ExpressionKind::Or(logical) => self.logical("or", &logical),
        }
        if !expression.with.is_empty() {
            self.plan.member("with", Step::Withs(expression.with));
        }
        self.plan.add(Step::CloseObject);
    }

    fn logical(&mut self, operator: &'static str, logical: &Logical) {
        self.plan.add(Step::OpenObject);
        self.plan.flag("explicit_lhs", logical.explicit_left);
        self.plan.flag("explicit_rhs", logical.explicit_right);
        self.plan.member("lhs", Step::Body(logical.left));
        self.plan.member("rhs", Step::Body(logical.right));
        self.plan.member("type", Step::Word(operator));
        self.plan.add(Step::CloseObject);
    }

    fn term(&mut self, id: TermId, term: Term) {
        self.object(term.location);
        self.plan.member("type", Step::Word(name(&term.kind)));
        self.plan.add(Step::Key("value"));
        self.value(id, term);
        self.plan.add(Step::CloseObject);
    }

    fn value(&mut self, id: TermId, term: Term) {
        match term.kind {
            TermKind::Null => self.plan.add(Step::Literal("{}")),
            TermKind::Boolean(value) => self.plan.add(Step::Boolean(value)),
            TermKind::Number(text) => self.plan.add(Step::Numeral(text)),
            TermKind::String { value: text, .. } | TermKind::Var(text) => self.plan.add(Step::Text(text)),
            TermKind::Ref(terms) | TermKind::Call(terms) | TermKind::Array(terms) => self.plan.add(Step::Terms(terms)),
            TermKind::Set(members) => self.plan.add(Step::Members(id, members)),
            TermKind::Object(entries) => self.plan.add(Step::Entries(id, entries)),
            TermKind::ArrayComprehension { term, body } | TermKind::SetComprehension { term, body } => {
                self.comprehension(&[("term", term)], body);
            }
            TermKind::ObjectComprehension { entry, body } => {
                let [key, value] = self.module.nodes.entry(entry);
                self.comprehension(&[("key", key), ("value", value)], body);
            }
            TermKind::TemplateString { raw, parts } => {
                self.plan.add(Step::OpenObject);
                self.plan.member("parts", if parts.is_empty() { Step::Literal("null") } else { Step::Parts(parts) });
                self.plan.member("multi_line", Step::Boolean(raw));
                self.plan.add(Step::CloseObject);
            }
        }
    }

    fn comprehension(&mut self, terms: &[(&'static str, TermId)], body: Body) {
        self.plan.add(Step::OpenObject);
        for (key, term) in terms {
            self.plan.member(key, Step::Term(*term));
        }
        self.plan.member("body", Step::Body(body));
        self.plan.add(Step::CloseObject);
    }

    /// A number as it is written, with a digit before the point.
    fn numeral(&mut self, text: &str) -> io::Result<()> {
        match text.strip_prefix("-.").map(|rest| ("-0.", rest)).or(text.strip_prefix('.').map(|rest| ("0.", rest))) {
            Some((start, rest)) => self.sink.literal(&format!("{start}{rest}")),
            None => self.sink.literal(text),
        }
    }
}

/// OPA's name of a kind of terms.
pub(super) fn name(kind: &TermKind) -> &'static str {
    match kind {
        TermKind::Null => "null",
        TermKind::Boolean(_) => "boolean",
        TermKind::Number(_) => "number",
        TermKind::String { .. } => "string",
        TermKind::Var(_) => "var",
        TermKind::Ref(_) => "ref",
        TermKind::Call(_) => "call",
        TermKind::Array(_) => "array",
        TermKind::Object(_) => "object",
        TermKind::Set(_) => "set",
        TermKind::ArrayComprehension { .. } => "arraycomprehension",
        TermKind::SetComprehension { .. } => "setcomprehension",
        TermKind::ObjectComprehension { .. } => "objectcomprehension",
        TermKind::TemplateString { .. } => "templatestring",
    }
}
