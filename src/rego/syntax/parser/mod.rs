//! Tokens into a tree, with OPA's parser's decisions and errors.
//!
//! OPA tries one reading, goes back, and tries the next; what it reports depends on which it tried. This parser tries
//! the same readings in the same order. It stays linear because going back is a copy of [`State`], errors and hints hang
//! in chains that are shared by all states, and a term once read at a place is not read again there.

mod attempt;
mod body;
mod build;
mod collection;
mod copy;
mod depth;
mod head;
mod import;
mod infix;
mod logical;
mod negation;
mod number;
mod quantifier;
mod recall;
mod reference;
mod report;
mod rule;
mod scan;
mod statement;
mod string;
mod template;
mod term;
mod walk;
mod written;

use attempt::{AttemptId, Attempts};
pub(super) use depth::{LIMIT as DEPTH_LIMIT, SHALLOW};
use recall::{Reading, Start};
use report::Reports;

use super::lexer::Lexer;
use super::location::{Location, Span};
use super::nodes::Nodes;
use super::options::{Keyword, Keywords, Options};
use super::token::Token;
use super::tree::{Body, Comment, ExpressionId, Package, RuleId, TermId, Text};
use rustc_hash::FxHashMap;

/// All that changes while a text is read, and is put back when a reading is given up.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
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
    /// What its first token was taken for: a keyword may begin a ref.
    token: Token,
    /// The attempt it was read in.
    attempt: Option<AttemptId>,
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
    pub(super) lexer: Lexer<'text>,
    options: &'text Options,
    state: State,
    pub(super) nodes: Nodes<Text>,
    /// The texts that do not stand in the source.
    pub(super) apart: String,
    names: Names,
    reports: Reports,
    pub(super) comments: Vec<Comment>,
    /// Terms known by place, places growing. A term drives out those inside it.
    known: Vec<Known>,
    /// Whether all future keywords are tried, to find a hint; its terms are known apart.
    trying_future: bool,
    known_of_future: Vec<Known>,
    /// Terms and bodies that were read twice, and may be read again.
    readings: FxHashMap<Start, Reading>,
    /// Where the last token begins that a term or a body was read up to.
    furthest: u32,
    attempts: Attempts,
    /// Whether `not` takes bodies.
    not_bodies: bool,
    depth: u32,
    /// The greatest depth since the reading to be remembered began.
    deepest: u32,
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
fn set_apart(apart: &mut String, text: &str) -> Text {
    let start = u32::try_from(apart.len()).unwrap_or(u32::MAX);
    apart.push_str(text);
    let end = u32::try_from(apart.len()).unwrap_or(u32::MAX);
    Text { span: Span::between(start, end), apart: true }
}

/// The room of a list that is filled and emptied again.
const STACK: usize = 32;

fn next_number<T>(all: &[T]) -> u32 {
    u32::try_from(all.len()).unwrap_or(u32::MAX)
}

/// The first texts apart, one behind the other.
const FIRST_TEXTS: &str = "datainternalmember_2member_30$0$1$2$3$4$5$6$7";

impl Names {
    fn new(apart: &mut String) -> Self {
        apart.push_str(FIRST_TEXTS);
        let text = |offset, length| Text { span: Span { offset, length }, apart: true };
        Self {
            data: text(0, 4),
            internal: text(4, 8),
            member: text(12, 8),
            member_with_key: text(20, 8),
            zero: text(28, 1),
            wildcards: std::array::from_fn(|place| text(29 + 2 * u32::try_from(place).unwrap_or(0), 2)),
            operators: [None; Token::COUNT],
        }
    }
}

impl<'text> Parser<'text> {
    pub(super) fn new(text: &'text [u8], options: &'text Options, limit: u32) -> Self {
        let lexer = Lexer::new(text);
        let mut nodes = Nodes::default();
        nodes.kinds.reserve(text.len() * 2 / 7);
        nodes.locations.reserve(text.len() * 2 / 7);
        nodes.term_lists.reserve(text.len() * 2 / 5);
        nodes.expressions.reserve(text.len() / 20);
        nodes.bodies.reserve(text.len() / 12);
        nodes.rules.reserve(text.len() / 120);
        let mut apart = String::with_capacity(256);
        let names = Names::new(&mut apart);
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
            apart,
            names,
            reports: Reports::default(),
            comments: Vec::with_capacity(text.len() / 64),
            known: Vec::with_capacity(STACK),
            trying_future: false,
            known_of_future: Vec::new(),
            readings: FxHashMap::default(),
            furthest: 0,
            attempts: Attempts::default(),
            not_bodies: false,
            depth: 0,
            deepest: 0,
            limit,
            too_deep: false,
            queries_only: false,
            terms: Vec::with_capacity(STACK),
            expressions: Vec::with_capacity(STACK),
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
            self.apart.as_bytes().get(text.span.offset as usize..text.span.end() as usize).unwrap_or_default()
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
}
