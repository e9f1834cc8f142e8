//! Reading a text as a module.

use super::annotations::{annotations, of_place};
use super::assemble::Fault;
use super::error::{Details, ParseError};
use super::lexer::{LIMIT as LENGTH_LIMIT, decode, replaced};
use super::location::{LineTable, Location};
use super::module::Module;
use super::options::Options;
use super::parser::{DEPTH_LIMIT, Parser, SHALLOW};
use crate::rego::metadata::MetadataError;

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

fn unplaced(message: &str) -> ParseError {
    ParseError { message: message.to_owned(), row: 0, column: 0, offset: 0, length: 0, placed: true, details: None }
}

fn read(text: &[u8], file: &str, options: &Options, limit: u32) -> (Result<Module, Vec<ParseError>>, bool) {
    let mut parser = Parser::new(text, options, limit);
    let parsed = parser.statements();
    let lines = LineTable::new(text);
    let (mut annotations, blocks) = annotations(text, &lines, parser.comments_so_far());
    let reports = parser.errors();
    if !reports.is_empty() || !blocks.is_empty() || parser.too_deep {
        let errors = reports.into_iter().map(|report| error_at(text, report.location, report.message.into(), true));
        let blocks = blocks.into_iter().map(|error| error_at(text, of_place(error.place), error.message, true));
        return (Err(errors.chain(blocks).collect()), parser.too_deep);
    }
    if parsed.is_empty() {
        // OPA takes an annotation for a statement.
        let error = annotations.first().map_or_else(
            || unplaced("empty module"),
            |first| error_at(text, of_place(first.place), "package expected".to_owned(), false),
        );
        return (Err(vec![error]), false);
    }
    let assembled = match parser.assemble(&parsed, options) {
        Ok(assembled) => assembled,
        Err(faults) => {
            let error = |(location, message): Fault| error_at(text, location, message, false);
            return (Err(faults.into_iter().map(error).collect()), false);
        }
    };
    let annotations_of_rules = match parser.attach(&mut annotations, &assembled, |at| lines.row_and_column(text, at).0)
    {
        Ok(of_rules) => of_rules,
        Err(errors) => {
            let error = |error: MetadataError| error_at(text, of_place(error.place), error.message, false);
            return (Err(errors.into_iter().map(error).collect()), false);
        }
    };
    let module = Module {
        file: file.to_owned(),
        source: String::from_utf8_lossy(text).into_owned(),
        version: options.version,
        package: assembled.package,
        imports: assembled.imports,
        rules: assembled.rules,
        statements: assembled.statements,
        comments: parser.comments,
        annotations,
        annotations_of_rules,
        lines,
        nodes: parser.nodes,
    };
    (Ok(module), false)
}

/// An error with the row, column and line of its place.
pub(super) fn error_at(text: &[u8], location: Location, message: String, with_details: bool) -> ParseError {
    if !location.is_some() {
        return ParseError { placed: false, ..unplaced(&message) };
    }
    let offset = location.at as usize;
    let (row, column) = row_and_column(text, offset);
    ParseError {
        message,
        row,
        column,
        offset: location.at,
        length: if location.text.offset == location.at { location.text.length } else { 1 },
        placed: true,
        details: with_details.then(|| details(text, offset)),
    }
}

/// The row and column OPA has read up to when a byte is the current one: a newline, and the end of the text, are where
/// the character read last leads to.
fn row_and_column(text: &[u8], offset: usize) -> (u32, u32) {
    let mut place = offset;
    if place >= text.len() {
        let tail = text.iter().rev().take(3).take_while(|byte| *byte & 0xC0 == 0x80).count();
        let start = text.len().saturating_sub(tail + 1);
        let whole = decode(text.get(start..).unwrap_or_default());
        place = if whole == (tail + 1, whole.1) && whole.1.is_some() { start } else { text.len().saturating_sub(1) };
        if text.is_empty() {
            return (1, 0);
        }
    }
    let before = text.get(..place).unwrap_or_default();
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let row = count(before.iter().filter(|byte| **byte == b'\n').count()) + 1;
    if text.get(place) == Some(&b'\n') {
        return (row + 1, 0);
    }
    let line = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let characters =
        line.utf8_chunks().map(|chunk| chunk.valid().chars().count() + chunk.invalid().len()).sum::<usize>();
    (row, count(characters) + 1)
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
