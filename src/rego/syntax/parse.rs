//! Reading a text as a module.

use super::annotations::{annotations, of_place};
use super::assemble::Fault;
use super::error::{Details, ParseError};
use super::lexer::{LIMIT as LENGTH_LIMIT, decode, replaced};
use super::location::{LineTable, Location};
use super::module::Module;
use super::options::{Options, RegoVersion};
use super::parser::{DEPTH_LIMIT, Parsed, Parser, SHALLOW};
use super::tree::Body;
use crate::rego::metadata::MetadataError;
use std::cell::LazyCell;
use std::sync::OnceLock;

/// The stack of a text that is nested deeper than [`SHALLOW`]: enough for [`DEPTH_LIMIT`].
const DEEP_STACK: usize = 1 << 30;

/// Reads a text as a module.
///
/// # Errors
/// All that OPA 1.22.2 would tell of the text, in its order.
pub fn parse(text: &[u8], file: &str, options: &Options) -> Result<Module, Vec<ParseError>> {
    if text.len() > LENGTH_LIMIT {
        return Err(vec![unplaced("the file is longer than 2 GiB")]);
    }
    on_a_stack(|limit| read(text, file, options, limit))
}

/// Why a text is no query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueryError {
    /// All that OPA 1.22.2 would tell of the text, in its order.
    Syntax(Vec<ParseError>),
    /// A statement of this kind, by OPA's name, stands in it.
    Statement(&'static str),
    /// There is no expression in it.
    Empty,
}

/// Reads a text as a query: expressions, with `;` or newlines between them. The module holds the nodes alone.
///
/// # Errors
/// A text that is none.
pub fn parse_query(text: &[u8], file: &str, options: &Options) -> Result<(Module, Body), QueryError> {
    if text.len() > LENGTH_LIMIT {
        return Err(QueryError::Syntax(vec![unplaced("the query is longer than 2 GiB")]));
    }
    on_a_stack(|limit| read_query(text, file, options, limit))
}

fn read_query(text: &[u8], file: &str, options: &Options, limit: u32) -> (Result<(Module, Body), QueryError>, bool) {
    let mut parser = Parser::new(text, options, limit);
    parser.queries_only = true;
    let parsed = parser.statements();
    let valid = parser.lexer.valid.is_some();
    let places = LazyCell::new(|| Places::new(text, valid));
    let reports = parser.errors();
    if !reports.is_empty() || parser.too_deep {
        let errors = reports.into_iter().map(|(location, message)| places.error(location, message, location.is_some()));
        return (Err(QueryError::Syntax(errors.collect())), parser.too_deep);
    }
    let mut expressions = Vec::new();
    for statement in &parsed {
        match statement {
            Parsed::Query(body) => expressions.extend_from_slice(parser.nodes.body(*body)),
            Parsed::Package(_) => return (Err(QueryError::Statement("Package")), false),
            Parsed::Import(_) => return (Err(QueryError::Statement("Import")), false),
            Parsed::Rule(_) => return (Err(QueryError::Statement("Rule")), false),
        }
    }
    if expressions.is_empty() {
        return (Err(QueryError::Empty), false);
    }
    let body = parser.nodes.add_body(&expressions);
    let text = String::from_utf8_lossy(text);
    let module = Module { file: file.to_owned(), ..Module::of_nodes(&text, parser.nodes, parser.apart) };
    (Ok((Module { version: options.version, deep: limit > SHALLOW, ..module }, body)), false)
}

/// How many tokens a text has, white space and comments left out: what cutting a text costs, without its tree.
///
/// A template string counts as far as its first expression, whose tokens count after it.
#[must_use]
pub fn count_tokens(text: &[u8]) -> usize {
    let options = Options::new(RegoVersion::V1);
    if text.len() > LENGTH_LIMIT { 0 } else { Parser::new(text, &options, SHALLOW).count_tokens() }
}

/// Reads to a moderate depth, and, where that is too little, once more on a stack for the greatest.
pub(super) fn on_a_stack<T: Send>(read: impl Fn(u32) -> (T, bool) + Sync) -> T {
    let (result, too_deep) = read(SHALLOW);
    if !too_deep {
        return result;
    }
    let deep = std::thread::scope(|scope| {
        std::thread::Builder::new()
            .stack_size(DEEP_STACK)
            .spawn_scoped(scope, || read(DEPTH_LIMIT).0)
            .ok()
            .and_then(|thread| thread.join().ok())
    });
    // Without a stack deep enough the text is too deep.
    deep.unwrap_or(result)
}

pub(super) fn unplaced(message: &str) -> ParseError {
    ParseError { message: message.to_owned(), row: 0, column: 0, offset: 0, length: 0, placed: true, details: None }
}

fn read(text: &[u8], file: &str, options: &Options, limit: u32) -> (Result<Module, Vec<ParseError>>, bool) {
    let mut parser = Parser::new(text, options, limit);
    let parsed = parser.statements();
    let valid = parser.lexer.valid;
    let places = LazyCell::new(|| Places::new(text, valid.is_some()));
    let (mut annotations, faults) = annotations(text, valid, || &places.lines, parser.comments_so_far());
    for fault in faults {
        parser.error(of_place(fault.place), fault.message);
    }
    let reports = parser.errors();
    if !reports.is_empty() || parser.too_deep {
        let errors = reports.into_iter().map(|(location, message)| places.error(location, message, true));
        return (Err(errors.collect()), parser.too_deep);
    }
    if parsed.is_empty() {
        // OPA takes an annotation for a statement.
        let error = annotations.first().map_or_else(
            || unplaced("empty module"),
            |first| places.error(of_place(first.place), "package expected".to_owned(), false),
        );
        return (Err(vec![error]), false);
    }
    let assembled = match parser.assemble(&parsed, options) {
        Ok(assembled) => assembled,
        Err(faults) => {
            let error = |(location, message): Fault| places.error(location, message, false);
            return (Err(faults.into_iter().map(error).collect()), false);
        }
    };
    let annotations_of_rules = match parser.attach(&mut annotations, &assembled, |at| places.lines.row(at)) {
        Ok(of_rules) => of_rules,
        Err(errors) => {
            let error = |error: MetadataError| places.error(of_place(error.place), error.message, false);
            return (Err(errors.into_iter().map(error).collect()), false);
        }
    };
    let module = Module {
        file: file.to_owned(),
        source: valid.map_or_else(|| String::from_utf8_lossy(text).into_owned(), str::to_owned),
        version: options.version,
        package: assembled.package,
        imports: assembled.imports,
        rules: assembled.rules,
        statements: assembled.statements,
        comments: parser.comments,
        annotations,
        annotations_of_rules,
        deep: limit > SHALLOW,
        lines: OnceLock::new(),
        nodes: parser.nodes,
        apart: parser.apart,
    };
    (Ok(module), false)
}

/// The rows and columns of a text that may not be UTF-8.
pub(super) struct Places<'text> {
    text: &'text [u8],
    lines: LineTable,
    valid: bool,
}

impl<'text> Places<'text> {
    pub(super) fn new(text: &'text [u8], valid: bool) -> Self {
        Self { text, lines: LineTable::new(text), valid }
    }

    /// An error with the row, column and line of its place.
    pub(super) fn error(&self, location: Location, message: String, with_details: bool) -> ParseError {
        if !location.is_some() {
            return ParseError { placed: false, ..unplaced(&message) };
        }
        let (row, column) = self.row_and_column(location.at as usize);
        ParseError {
            message,
            row,
            column,
            offset: location.at,
            length: if location.text.offset == location.at { location.text.length } else { 1 },
            placed: true,
            details: with_details.then(|| details(self.text, location.at as usize)),
        }
    }

    /// The row and column OPA has read up to when a byte is the current one: a newline, and the end of the text, are
    /// where the character read last leads to.
    fn row_and_column(&self, offset: usize) -> (u32, u32) {
        let text = self.text;
        if text.is_empty() {
            return (1, 0);
        }
        let place = if offset < text.len() { offset } else { last_character(text) };
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let (row, column) = self.lines.row_and_column(text, count(place));
        if text.get(place) == Some(&b'\n') {
            return (row + 1, 0);
        }
        if self.valid {
            return (row, column);
        }
        let before = text.get(..place).unwrap_or_default();
        let line = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        let chunks = line.utf8_chunks().map(|chunk| chunk.valid().chars().count() + chunk.invalid().len());
        (row, count(chunks.sum::<usize>()) + 1)
    }
}

/// Where the last character of a text begins.
fn last_character(text: &[u8]) -> usize {
    let tail = text.iter().rev().take(3).take_while(|byte| *byte & 0xC0 == 0x80).count();
    let start = text.len().saturating_sub(tail + 1);
    match decode(text.get(start..).unwrap_or_default()) {
        (width, Some(_)) if width == tail + 1 => start,
        _ => text.len().saturating_sub(1),
    }
}

/// The line OPA shows for a place. At white space and at the end of the text it is that of the last character before.
fn details(text: &[u8], offset: usize) -> Details {
    let ends_line = |byte: &u8| matches!(byte, b'\r' | b'\n');
    // OPA looks at single bytes as if each was a character.
    let is_space = |byte: &u8| matches!(byte, b'\t'..=b'\r' | b' ' | 0x85 | 0xA0);
    let mut place = offset;
    if place >= text.len() {
        let tail = text.iter().rev().take(3).take_while(|byte| *byte & 0xC0 == 0x80).count();
        place = text.len().saturating_sub(tail.max(1));
    }
    while place > 0 && text.get(place).is_some_and(is_space) {
        place -= 1;
    }
    let mut begin = text.get(..=place).unwrap_or_default().iter().rposition(ends_line).map_or(0, |end| end + 1);
    let rest = text.get(place..).unwrap_or_default();
    let end = place + rest.iter().position(ends_line).unwrap_or(rest.len());
    begin = begin.min(end);
    Details { line: replaced(text.get(begin..end).unwrap_or_default()), index: place.saturating_sub(begin) }
}
