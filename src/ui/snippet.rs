//! An error in an author's text, with the lines it stands in.

use super::{Safe, Ui};
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet as Source};
use std::io::Write;
use std::ops::Range;

/// How wide a screen is taken to be.
const WIDTH: usize = 80;

/// The most lines a note may take.
const NOTE_LIMIT: usize = 24;

/// How many lines that are not shown may lie between two that are, for both to be in one picture.
const GAP: u32 = 1000;

/// An error with its place.
#[derive(Debug, Clone)]
pub struct Snippet<'a> {
    /// The kind of the error.
    pub code: Option<&'a str>,
    /// What is wrong.
    pub message: &'a str,
    /// The file.
    pub file: Option<&'a str>,
    /// The row and column, where there are some.
    pub place: Option<(u32, u32)>,
    /// The lines: first those of the error itself.
    pub lines: Vec<Lines<'a>>,
    /// More about it: lines that belong together.
    pub note: &'a [String],
    /// The ways out.
    pub hints: Vec<String>,
}

/// Lines of one file.
#[derive(Debug, Clone)]
pub struct Lines<'a> {
    /// The file.
    pub file: &'a str,
    /// Lines by their numbers, in order.
    pub lines: Vec<(u32, &'a str)>,
    /// What is marked in them.
    pub marks: Vec<Mark<'a>>,
}

/// A marked piece of a line.
#[derive(Debug, Clone)]
pub struct Mark<'a> {
    /// The line's number.
    pub row: u32,
    /// The bytes of the line.
    pub bytes: Range<usize>,
    /// What is there; none for the error itself.
    pub label: Option<&'a str>,
}

impl Ui {
    /// Tells of an error in an author's text, on standard error: `file:row:column`, the lines, the marked bytes.
    pub fn snippet(&self, snippet: &Snippet<'_>) {
        let renderer = if self.look.colour { Renderer::styled() } else { Renderer::plain() };
        let text = render(snippet, renderer);
        self.bars.aside(|| {
            // Nothing can be told to somebody whose standard error is closed.
            let _ = std::io::stderr().lock().write_all(text.as_bytes());
        });
    }
}

fn render(snippet: &Snippet<'_>, renderer: Renderer) -> String {
    let title = Level::ERROR.primary_title(Safe(snippet.message).to_string());
    let mut group = Group::with_title(match snippet.code {
        Some(code) => title.id(code),
        None => title,
    });
    if snippet.lines.is_empty()
        && let Some(file) = snippet.file
    {
        let origin = Origin::path(Safe(file).to_string());
        group = group.element(match snippet.place {
            Some((row, column)) => origin.line(row as usize).char_column(column as usize),
            None => origin,
        });
    }
    for lines in &snippet.lines {
        group = group.elements(pictures(lines));
    }
    if !snippet.note.is_empty() {
        group = group.element(Level::NOTE.no_name().message(note(snippet.note)));
    }
    let hints = snippet.hints.iter().map(|hint| {
        let text = wrapped(&Safe(hint).to_string(), WIDTH - 12, "");
        Level::HELP.with_name("hint").message(text.join("\n"))
    });
    format!("{}\n\n", renderer.term_width(WIDTH).render(&[group.elements(hints)]))
}

/// The pictures of lines: one, or, where they lie far apart, several.
fn pictures<'a>(lines: &Lines<'a>) -> Vec<Source<'a, annotate_snippets::Annotation<'a>>> {
    let path = Safe(lines.file).to_string();
    let near = |left: &(u32, &str), right: &(u32, &str)| right.0.saturating_sub(left.0) <= GAP;
    let parts = lines.lines.chunk_by(near).filter_map(|part| {
        let (first, last) = (part.first()?.0, part.last()?.0);
        let mut text = String::new();
        let mut annotations = Vec::new();
        let mut shown = part.iter().peekable();
        for row in first..=last {
            if let Some((_, line)) = shown.next_if(|(number, _)| *number == row) {
                for mark in lines.marks.iter().filter(|mark| mark.row == row) {
                    let range = text.len() + safe(line, mark.bytes.start)..text.len() + safe(line, mark.bytes.end);
                    annotations.push(match mark.label {
                        None => AnnotationKind::Primary.span(range),
                        Some(label) => AnnotationKind::Context.span(range).label(Safe(label).to_string()),
                    });
                }
                text.extend(line.chars().map(tame));
            }
            text.push('\n');
        }
        let source = Source::source(text).line_start(first as usize).path(path.clone()).fold(true);
        Some(source.annotations(annotations))
    });
    parts.collect()
}

/// How many bytes the first `bytes` bytes of a line have when it is shown.
fn safe(line: &str, bytes: usize) -> usize {
    line.get(..bytes).unwrap_or_default().chars().map(|character| tame(character).len_utf8()).sum()
}

/// A character that no terminal obeys in the place of one that it would. One for one: columns stay what they are.
fn tame(character: char) -> char {
    match character {
        '\t' => '\t',
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(character)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        other if Safe::is_dangerous(other) => '\u{fffd}',
        other => other,
    }
}

/// Lines that belong together: none wider than the screen, and not too many.
fn note(lines: &[String]) -> String {
    let mut text: Vec<String> =
        lines.iter().flat_map(|line| wrapped(&Safe(line).to_string(), WIDTH - 6, "  ")).collect();
    if text.len() > NOTE_LIMIT {
        text.truncate(NOTE_LIMIT);
        text.push("…".to_owned());
    }
    text.join("\n")
}

/// A line cut at blanks into lines of at most `width` characters, as far as the blanks allow; all but the first are
/// indented as the first is, and by `indent`.
fn wrapped(line: &str, width: usize, indent: &str) -> Vec<String> {
    if line.chars().count() <= width {
        return vec![line.to_owned()];
    }
    let blanks = line.len() - line.trim_start_matches(' ').len();
    let indent = format!("{}{indent}", " ".repeat(blanks));
    let mut lines = Vec::new();
    let mut current = " ".repeat(blanks);
    let mut is_empty = true;
    for word in line.split(' ').filter(|word| !word.is_empty()) {
        if !is_empty && current.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::replace(&mut current, indent.clone()));
            is_empty = true;
        }
        if !is_empty {
            current.push(' ');
        }
        current.push_str(word);
        is_empty = false;
    }
    lines.push(current);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snippet<'a>(lines: Vec<Lines<'a>>, note: &'a [String]) -> Snippet<'a> {
        Snippet {
            code: Some("rego_type_error"),
            message: "conflicting rules data.a.p found",
            file: Some("src/a.rego"),
            place: Some((3, 2)),
            lines,
            note,
            hints: vec!["rules of one name must be of one kind".to_owned()],
        }
    }

    fn screen(snippet: &Snippet<'_>) -> String {
        render(snippet, Renderer::plain())
    }

    fn mark(row: u32, bytes: Range<usize>, label: Option<&str>) -> Mark<'_> {
        Mark { row, bytes, label }
    }

    #[test]
    fn an_error_shows_its_place_its_line_and_the_way_out() {
        let lines = Lines {
            file: "src/a.rego",
            lines: vec![(3, "\tallow := )\u{1b}[2J\u{9b}\u{202e}")],
            marks: vec![mark(3, 10..11, None)],
        };
        assert_eq!(
            screen(&snippet(vec![lines], &[])),
            "\
error[rego_type_error]: conflicting rules data.a.p found
 --> src/a.rego:3:11
  |
3 |     allow := )␛[2J��
  |              ^
  |
  = hint: rules of one name must be of one kind

"
        );
    }

    #[test]
    fn other_places_are_shown_with_what_is_there() {
        let here = Lines {
            file: "src/a.rego",
            lines: vec![(3, "p := 1"), (90, "p := 2")],
            marks: vec![mark(3, 0..6, None), mark(90, 0..6, Some("defined again here"))],
        };
        let there =
            Lines { file: "b.rego", lines: vec![(1200, "p := 3")], marks: vec![mark(1200, 0..6, Some("and here"))] };
        assert_eq!(
            screen(&snippet(vec![here, there], &[])),
            "\
error[rego_type_error]: conflicting rules data.a.p found
    --> src/a.rego:3:1
     |
   3 | p := 1
     | ^^^^^^
...
  90 | p := 2
     | ------ defined again here
     |
    ::: b.rego:1200:1
     |
1200 | p := 3
     | ------ and here
     |
     = hint: rules of one name must be of one kind

"
        );
    }

    #[test]
    fn lines_far_apart_are_two_pictures() {
        let lines = Lines {
            file: "a.rego",
            lines: vec![(3, "p := 1"), (4_000_000_000, "p := 2")],
            marks: vec![mark(3, 0..6, None), mark(4_000_000_000, 0..6, Some("here"))],
        };
        assert!(screen(&snippet(vec![lines], &[])).contains("::: a.rego:4000000000:1\n"));
    }

    #[test]
    fn notes_are_wrapped_and_end() {
        let types = format!("have: ({})", ["object<a: any<...>>"; 9].join(", "));
        let text = screen(&snippet(Vec::new(), &["ref.a.b".to_owned(), "    ^".to_owned(), types]));
        assert_eq!(
            text,
            "\
error[rego_type_error]: conflicting rules data.a.p found
--> src/a.rego:3:2
 = ref.a.b
       ^
   have: (object<a: any<...>>, object<a: any<...>>, object<a: any<...>>,
     object<a: any<...>>, object<a: any<...>>, object<a: any<...>>, object<a:
     any<...>>, object<a: any<...>>, object<a: any<...>>)
 = hint: rules of one name must be of one kind

"
        );
        assert!(text.lines().all(|line| line.chars().count() <= 80));
        let many = vec!["x".to_owned(); 1000];
        assert!(
            screen(&snippet(Vec::new(), &many))
                .ends_with("   x\n   …\n = hint: rules of one name must be of one kind\n\n")
        );
    }

    #[test]
    fn an_error_of_a_whole_bundle_has_no_place() {
        let snippet = Snippet { file: None, place: None, code: None, hints: Vec::new(), ..snippet(Vec::new(), &[]) };
        assert_eq!(screen(&snippet), "error: conflicting rules data.a.p found\n\n");
    }
}
