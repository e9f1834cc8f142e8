//! The place a YAML text is read at.

/// A place: characters, lines and columns before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Mark {
    pub index: usize,
    pub line: usize,
    pub column: usize,
}

/// How many bytes OPA's library takes in at once. It looks for control characters in all of them before it reads on.
const WINDOW: usize = 512;

/// A text and the place it is read at.
pub(super) struct Cursor {
    characters: Vec<char>,
    pub mark: Mark,
    /// Line breaks since the last character that was no blank.
    pub newlines: usize,
    /// The first character of the window that holds a control character.
    barrier: usize,
}

impl Cursor {
    pub fn new(text: &str) -> Self {
        let mut characters = Vec::with_capacity(text.len());
        characters.extend(text.chars());
        Self { characters, mark: Mark::default(), newlines: 0, barrier: barrier(text) }
    }

    /// Whether reading on from here comes upon a control character.
    pub fn is_at_barrier(&self) -> bool {
        self.mark.index.saturating_add(4) > self.barrier
    }

    /// The character so many places ahead; NUL behind the end of the text.
    pub fn ahead(&self, places: usize) -> char {
        self.characters.get(self.mark.index + places).copied().unwrap_or('\0')
    }

    pub fn character(&self) -> char {
        self.ahead(0)
    }

    pub fn is_at_end(&self) -> bool {
        self.character() == '\0'
    }

    pub fn is_break(&self) -> bool {
        is_break(self.character())
    }

    pub fn is_blank(&self) -> bool {
        is_blank(self.character())
    }

    /// Whether a line ends here, or the text.
    pub fn is_line_end(&self) -> bool {
        self.is_break() || self.is_at_end()
    }

    /// Whether a blank, a line break or the end stands so many places ahead.
    pub fn is_space_ahead(&self, places: usize) -> bool {
        let character = self.ahead(places);
        is_blank(character) || is_break(character) || character == '\0'
    }

    /// Whether a line begins here with `---` or `...` alone.
    pub fn is_document_indicator(&self) -> bool {
        let three = |sign| (0..3).all(|places| self.ahead(places) == sign);
        self.mark.column == 0 && (three('-') || three('.')) && self.is_space_ahead(3)
    }

    /// Goes over a character that is no line break.
    pub fn skip(&mut self) {
        if !self.is_blank() {
            self.newlines = 0;
        }
        self.mark.index += 1;
        self.mark.column += 1;
    }

    /// Takes a character that is no line break.
    pub fn take(&mut self) -> char {
        let character = self.character();
        self.skip();
        character
    }

    /// Takes a line break; all but two kinds read as a newline.
    pub fn take_break(&mut self) -> Option<char> {
        if !self.is_break() {
            return None;
        }
        let character = self.character();
        self.mark.index += if character == '\r' && self.ahead(1) == '\n' { 2 } else { 1 };
        self.mark.column = 0;
        self.mark.line += 1;
        self.newlines += 1;
        Some(if matches!(character, '\u{2028}' | '\u{2029}') { character } else { '\n' })
    }

    pub fn skip_blanks(&mut self) {
        while self.is_blank() {
            self.skip();
        }
    }

    pub fn skip_to_line_end(&mut self) {
        while !self.is_line_end() {
            self.skip();
        }
    }

    /// The end of the text counts as the beginning of a line.
    pub fn end_line(&mut self) {
        if self.mark.column != 0 {
            self.mark.column = 0;
            self.mark.line += 1;
        }
    }
}

pub(super) fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t')
}

pub(super) fn is_break(character: char) -> bool {
    matches!(character, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Letters of ASCII, digits, `_` and `-`.
pub(super) fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '-')
}

fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..)
}

fn barrier(text: &str) -> usize {
    if text.bytes().all(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~')) {
        return usize::MAX;
    }
    let Some((bad, _)) = text.char_indices().find(|(_, character)| !is_allowed(*character)) else { return usize::MAX };
    let mut start = 0;
    loop {
        let mut end = start + WINDOW;
        while end < text.len() && !text.is_char_boundary(end) {
            end -= 1;
        }
        if end > bad {
            return text.get(..start).map_or(0, |before| before.chars().count());
        }
        start = end;
    }
}
