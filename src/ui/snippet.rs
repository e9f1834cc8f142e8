//! An error in an author's text, with the line it stands in.

use super::{Safe, Ui};
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet as Source};
use std::io::Write;
use std::ops::Range;

/// An error with its place.
#[derive(Debug, Clone)]
pub struct Snippet<'a> {
    /// The kind of the error.
    pub code: &'a str,
    /// What is wrong.
    pub message: &'a str,
    /// The file.
    pub file: &'a str,
    /// The row and column, where there are some.
    pub place: Option<(u32, u32)>,
    /// The line, and which bytes of it are at fault.
    pub line: Option<(&'a str, Range<usize>)>,
    /// The ways out.
    pub hints: Vec<String>,
}

impl Ui {
    /// Tells of an error in an author's text, on standard error: `file:row:column`, the line, the marked bytes.
    pub fn snippet(&self, snippet: &Snippet<'_>) {
        let renderer = if self.look.colour { Renderer::styled() } else { Renderer::plain() };
        let text = render(snippet, &renderer);
        self.bars.aside(|| {
            // Nothing can be told to somebody whose standard error is closed.
            let _ = std::io::stderr().lock().write_all(text.as_bytes());
        });
    }
}

fn render(snippet: &Snippet<'_>, renderer: &Renderer) -> String {
    let place = match snippet.place {
        Some((row, column)) => format!("{}:{row}:{column}", Safe(snippet.file)),
        None => Safe(snippet.file).to_string(),
    };
    let title = Level::ERROR.primary_title(Safe(snippet.message).to_string()).id(snippet.code);
    let hints = snippet.hints.iter().map(|hint| Level::HELP.with_name("hint").message(Safe(hint).to_string()));
    let group = match (&snippet.line, snippet.place) {
        (Some((line, marked)), Some((row, _))) => {
            let (line, marked) = shown(line, marked);
            let source = Source::source(line).line_start(row as usize).path(Safe(snippet.file).to_string());
            title.element(source.annotation(AnnotationKind::Primary.span(marked)))
        }
        _ => title.element(annotate_snippets::Origin::path(place)),
    };
    format!("{}\n\n", renderer.render(&[group.elements(hints)]))
}

/// A line with nothing in it that a terminal obeys, and where the marked bytes are then.
fn shown(line: &str, marked: &Range<usize>) -> (String, Range<usize>) {
    let part = |range: Range<usize>| Safe(line.get(range).unwrap_or_default()).to_string().replace("\\t", "    ");
    let (before, inside) = (part(0..marked.start), part(marked.clone()));
    let text = format!("{before}{inside}{}", part(marked.end..line.len()));
    (text, before.len()..before.len() + inside.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_shows_its_place_its_line_and_the_way_out() {
        let snippet = Snippet {
            code: "rego_parse_error",
            message: "unexpected ) token",
            file: "src/a.rego",
            place: Some((3, 10)),
            line: Some(("allow := )\u{1b}", 9..10)),
            hints: vec!["close what was opened".to_owned()],
        };
        assert_eq!(
            render(&snippet, &Renderer::plain()),
            "error[rego_parse_error]: unexpected ) token\n --> src/a.rego:3:10\n  |\n3 | allow := )\\u{1b}\n  |          ^\n  |\n  = hint: close what was opened\n\n"
        );
    }
}
