//! Tokens into a tree, with OPA's parser's decisions and errors.
//!
//! OPA tries one reading, goes back, and tries the next; what it reports depends on which it tried. This parser tries
//! the same readings in the same order. It stays linear because going back is a copy of [`State`], errors and hints hang
//! in chains that are shared by all states, and a term once read at a place is not read again there.

mod body;
mod collection;
mod depth;
mod head;
mod import;
mod infix;
mod logical;
mod negation;
mod number;
mod quantifier;
mod reference;
mod report;
mod rule;
mod statement;
mod string;
mod template;
mod term;
mod walk;
mod written;

pub(super) use depth::{LIMIT as DEPTH_LIMIT, SHALLOW};
use report::Reports;

use super::lexer::{Lexeme, Lexer};
use super::location::{Location, Span};
use super::module::Nodes;
use super::options::{Keyword, Keywords, Options};
use super::token::Token;
use super::tree::{
    Body, Comment, Expression, ExpressionId, ExpressionKind, List, Package, Rule, RuleId, Term, TermId, TermKind, Text,
};
use std::collections::HashSet;
use std::marker::PhantomData;

/// All that changes while a text is read, and is put back when a reading is given up.
#[derive(Clone, Copy)]
pub(super) struct State {
    token: Token,
    start: u32,
    end: u32,
    literal_start: u32,
    literal_end: u32,
    /// The end of the last token that is no white space.
    last_end: u32,
    /// Whether a newline was passed since that token.
    newline: bool,
    active: Keywords,
    wildcards: u32,
    comments: u32,
    /// The last error and hint, as numbers of [`Reports`].
    errors: u32,
    hints: u32,
}

/// A term that was read, or could not be read, at a place.
struct Known {
    start: u32,
    term: Option<TermId>,
    after: State,
}

/// A statement.
pub(super) enum Parsed {
    Package(Package),
    Import(super::tree::Import),
    Rule(RuleId),
    Query(Body),
}

/// A text being read.
pub(super) struct Parser<'text> {
    lexer: Lexer<'text>,
    options: &'text Options,
    state: State,
    pub(super) nodes: Nodes,
    names: Names,
    reports: Reports,
    pub(super) comments: Vec<Comment>,
    /// Terms known by place, places growing. A term drives out those inside it.
    known: Vec<Known>,
    /// Whether all future keywords are tried, to find a hint; its terms are known apart.
    trying_future: bool,
    known_of_future: Vec<Known>,
    /// Braces that were found not to be the left operand of `and`, `or`.
    no_operands: HashSet<(u32, bool)>,
    /// Whether `not` takes bodies.
    not_bodies: bool,
    depth: u32,
    /// The depth at which reading stops.
    limit: u32,
    /// Whether that depth was met.
    pub(super) too_deep: bool,
    /// Whether no statement is read as a rule.
    pub(super) queries_only: bool,
    terms: Vec<TermId>,
    expressions: Vec<ExpressionId>,
}

/// Texts that stand in no source.
#[derive(Clone, Copy)]
struct Names {
    data: Text,
    internal: Text,
    member: Text,
    member_with_key: Text,
    zero: Text,
    wildcards: [Text; 8],
    /// The name of each token, where it was asked for.
    operators: [Option<Text>; Token::COUNT],
}

/// Puts a text apart from the source.
fn set_apart(nodes: &mut Nodes, text: &str) -> Text {
    let start = u32::try_from(nodes.apart.len()).unwrap_or(u32::MAX);
    nodes.apart.push_str(text);
    let end = u32::try_from(nodes.apart.len()).unwrap_or(u32::MAX);
    Text { span: Span::between(start, end), apart: true }
}

fn next_number<T>(all: &[T]) -> u32 {
    u32::try_from(all.len()).unwrap_or(u32::MAX)
}

impl Names {
    fn new(nodes: &mut Nodes) -> Self {
        Self {
            data: set_apart(nodes, "data"),
            internal: set_apart(nodes, "internal"),
            member: set_apart(nodes, "member_2"),
            member_with_key: set_apart(nodes, "member_3"),
            zero: set_apart(nodes, "0"),
            wildcards: ["$0", "$1", "$2", "$3", "$4", "$5", "$6", "$7"].map(|name| set_apart(nodes, name)),
            operators: [None; Token::COUNT],
        }
    }
}

impl<'text> Parser<'text> {
    pub(super) fn new(text: &'text [u8], options: &'text Options, limit: u32) -> Self {
        let lexer = Lexer::new(text);
        let mut nodes = Nodes::default();
        let names = Names::new(&mut nodes);
        let place = lexer.first();
        let state = State {
            token: Token::Illegal,
            start: place,
            end: place,
            literal_start: place,
            literal_end: place,
            last_end: 0,
            newline: false,
            active: Keywords::NONE.with(Keyword::Not),
            wildcards: 0,
            comments: 0,
            errors: 0,
            hints: 0,
        };
        Self {
            lexer,
            options,
            state,
            nodes,
            names,
            reports: Reports::default(),
            comments: Vec::new(),
            known: Vec::new(),
            trying_future: false,
            known_of_future: Vec::new(),
            no_operands: HashSet::new(),
            not_bodies: false,
            depth: 0,
            limit,
            too_deep: false,
            queries_only: false,
            terms: Vec::new(),
            expressions: Vec::new(),
        }
    }

    /// Whether a newline stands between two places.
    pub(super) fn has_newline_between(&self, first: Location, second: Location) -> bool {
        self.lexer.slice(first.at.min(second.at), first.at.max(second.at)).contains(&b'\n')
    }

    /// The comments up to the current token.
    pub(super) fn comments_so_far(&self) -> &[Comment] {
        self.comments.get(..self.state.comments as usize).unwrap_or(&self.comments)
    }

    /// Goes on to the next token that is no white space.
    fn scan(&mut self) {
        self.advance(true);
    }

    /// Goes on to the next token, white space included.
    fn scan_whitespace(&mut self) {
        self.advance(false);
    }

    fn advance(&mut self, skip: bool) {
        if self.state.token != Token::Whitespace {
            self.state.last_end = self.state.end;
            self.state.newline = false;
        }
        loop {
            let place = self.state.end;
            let byte = self.lexer.text.get(place as usize).copied();
            match byte {
                Some(b' ' | b'\t' | b'\r' | b'\n') => {
                    self.take(Lexeme {
                        token: Token::Whitespace,
                        start: place,
                        end: place + 1,
                        literal_start: place,
                        literal_end: place + 1,
                    });
                    if !self.lexer.clean {
                        self.lexer.check_characters(place, place + 1);
                        if self.tell_faults() {
                            return;
                        }
                    }
                    if byte == Some(b'\n') {
                        self.state.newline = true;
                    }
                    if !skip {
                        return;
                    }
                }
                Some(b'#') => {
                    if self.comment(place) {
                        return;
                    }
                }
                _ => {
                    let lexeme = self.lexer.next(place, self.state.active);
                    self.take(lexeme);
                    self.tell_faults();
                    return;
                }
            }
        }
    }

    /// Goes on with the template string whose expression ended.
    fn scan_template(&mut self, raw: bool) {
        if self.state.token != Token::Whitespace {
            self.state.last_end = self.state.end;
            self.state.newline = false;
        }
        let lexeme = self.lexer.template_again(self.state.end, raw);
        self.take(lexeme);
        self.tell_faults();
    }

    fn take(&mut self, lexeme: Lexeme) {
        self.state.token = lexeme.token;
        self.state.start = lexeme.start;
        self.state.end = lexeme.end;
        self.state.literal_start = lexeme.literal_start;
        self.state.literal_end = lexeme.literal_end;
    }

    /// Reports what the lexer found wrong with the token; whether it found anything.
    fn tell_faults(&mut self) -> bool {
        if self.lexer.faults.is_empty() {
            return false;
        }
        for (_, message) in std::mem::take(&mut self.lexer.faults) {
            self.error_here(message);
        }
        self.state.token = Token::Illegal;
        true
    }

    /// Passes a comment; whether it is faulty.
    fn comment(&mut self, place: u32) -> bool {
        let rest = self.lexer.text.get(place as usize..).unwrap_or_default();
        let length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        let end = place.saturating_add(u32::try_from(length).unwrap_or(u32::MAX));
        self.take(Lexeme { token: Token::Illegal, start: place, end, literal_start: place, literal_end: end });
        if !self.lexer.clean {
            self.lexer.check_characters(place, end);
            if self.tell_faults() {
                return true;
            }
        }
        let mut text = self.lexer.slice(place + 1, end);
        if text == b"\r" {
            text = b"";
        }
        while text.len() > 1
            && let Some(shorter) = text.strip_suffix(b"\r")
        {
            text = shorter;
        }
        let span = Span { offset: place + 1, length: u32::try_from(text.len()).unwrap_or(0) };
        let count = self.state.comments as usize;
        if self.comments.get(count).is_none_or(|known| known.location.at != place) {
            self.comments.truncate(count);
            let location = Location { at: place, text: Span::between(place, end) };
            self.comments.push(Comment { text: span, location });
        }
        self.state.comments += 1;
        false
    }

    /// The place of the current token.
    fn here(&self) -> Location {
        Location { at: self.state.start, text: Span::between(self.state.start, self.state.end) }
    }

    /// A place with another text.
    fn placed(location: Location, start: u32, end: u32) -> Location {
        Location { at: location.at, text: Span::between(start, end) }
    }

    /// A place whose text goes on to the last token.
    fn extended(&self, location: Location) -> Location {
        Self::placed(location, location.at, self.state.last_end)
    }

    fn literal(&self) -> &'text [u8] {
        self.lexer.slice(self.state.literal_start, self.state.literal_end)
    }

    fn literal_text(&self) -> Text {
        Text { span: Span::between(self.state.literal_start, self.state.literal_end), apart: false }
    }

    /// The bytes of a text.
    pub(super) fn bytes(&self, text: Text) -> &[u8] {
        if text.apart {
            self.nodes.apart.as_bytes().get(text.span.offset as usize..text.span.end() as usize).unwrap_or_default()
        } else {
            self.lexer.slice(text.span.offset, text.span.end())
        }
    }

    fn is(&self, token: Token) -> bool {
        self.state.token == token
    }

    pub(super) fn is_wildcard(&self, text: Text) -> bool {
        self.bytes(text).first() == Some(&b'$')
    }

    pub(super) fn new_term(&mut self, kind: TermKind, location: Location) -> TermId {
        let id = TermId(next_number(&self.nodes.terms));
        self.nodes.terms.push(Term { kind, location });
        id
    }

    pub(super) fn kind(&self, id: TermId) -> TermKind {
        self.nodes.term(id).kind
    }

    pub(super) fn place_of(&self, id: TermId) -> Location {
        self.nodes.term(id).location
    }

    fn set_place(&mut self, id: TermId, location: Location) {
        if let Some(term) = self.nodes.terms.get_mut(id.0 as usize) {
            term.location = location;
        }
    }

    /// The terms put aside since a mark, as a list.
    fn list_since(&mut self, mark: usize) -> List<TermId> {
        let start = next_number(&self.nodes.term_lists);
        self.nodes.term_lists.extend(self.terms.drain(mark.min(self.terms.len())..));
        List { start, length: next_number(&self.nodes.term_lists) - start, of: PhantomData }
    }

    pub(super) fn list_of(&mut self, terms: &[TermId]) -> List<TermId> {
        let start = next_number(&self.nodes.term_lists);
        self.nodes.term_lists.extend_from_slice(terms);
        List { start, length: next_number(terms), of: PhantomData }
    }

    pub(super) fn nth(&self, list: List<TermId>, place: usize) -> Option<TermId> {
        self.nodes.terms(list).get(place).copied()
    }

    fn new_expression(&mut self, kind: ExpressionKind, location: Location) -> ExpressionId {
        let id = ExpressionId(next_number(&self.nodes.expressions));
        self.nodes.expressions.push(Expression {
            kind,
            with: List::EMPTY,
            index: 0,
            negated: false,
            generated: false,
            location,
        });
        id
    }

    fn change(&mut self, id: ExpressionId, change: impl FnOnce(&mut Expression)) {
        if let Some(expression) = self.nodes.expressions.get_mut(id.0 as usize) {
            change(expression);
        }
    }

    /// A body of the expressions put aside since a mark.
    fn body_since(&mut self, mark: usize) -> Body {
        let start = next_number(&self.nodes.bodies);
        for (index, id) in self.expressions.split_off(mark.min(self.expressions.len())).into_iter().enumerate() {
            self.change(id, |expression| expression.index = u32::try_from(index).unwrap_or(u32::MAX));
            self.nodes.bodies.push(id);
        }
        List { start, length: next_number(&self.nodes.bodies) - start, of: PhantomData }
    }

    fn body_of(&mut self, id: ExpressionId) -> Body {
        let start = next_number(&self.nodes.bodies);
        self.change(id, |expression| expression.index = 0);
        self.nodes.bodies.push(id);
        List { start, length: 1, of: PhantomData }
    }

    /// The body that stands for none: `true`.
    pub(super) fn implicit_body(&mut self, location: Location) -> Body {
        let term = self.new_term(TermKind::Boolean(true), location);
        let id = self.new_expression(ExpressionKind::Term(term), location);
        self.change(id, |expression| expression.generated = true);
        self.body_of(id)
    }

    pub(super) fn new_rule(&mut self, rule: Rule) -> RuleId {
        let id = RuleId(next_number(&self.nodes.rules));
        self.nodes.rules.push(rule);
        id
    }

    /// The name of an operator.
    fn operator_name(&mut self, token: Token) -> Text {
        match self.names.operators.get(token as usize).copied().flatten() {
            Some(name) => name,
            None => {
                let name = set_apart(&mut self.nodes, token.name());
                if let Some(place) = self.names.operators.get_mut(token as usize) {
                    *place = Some(name);
                }
                name
            }
        }
    }

    /// The next wildcard's name.
    fn wildcard(&mut self) -> Text {
        let number = self.state.wildcards;
        self.state.wildcards += 1;
        match self.names.wildcards.get(number as usize) {
            Some(name) => *name,
            None => set_apart(&mut self.nodes, &format!("${number}")),
        }
    }
}
