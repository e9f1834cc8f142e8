//! The reader that takes JSON text apart and writes it down again normalised, in one pass.

use super::strings::{plain_run, write_character};
use super::{Json, JsonError, JsonFault};

/// How deep objects and arrays may be nested.
pub const DEPTH_LIMIT: usize = 128;

/// How many repeated keys are remembered by their place; more are only counted.
const DUPLICATES_KEPT: usize = 20;

/// A JSON text read: the value, and the keys its objects repeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Normalised {
    /// The value.
    pub json: Json,
    /// Keys that stood more than once in one object; the last one counts.
    pub duplicates: Duplicates,
}

/// The keys a text repeats within one object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Duplicates {
    /// The places of the first ones, such as `users[3].name`.
    pub places: Vec<String>,
    /// How many there are in all.
    pub count: usize,
}

impl Duplicates {
    /// Counts one more.
    pub(crate) fn add(&mut self, place: impl FnOnce() -> String) {
        self.count += 1;
        if self.places.len() < DUPLICATES_KEPT {
            self.places.push(place());
        }
    }
}

/// Reads one JSON value as OPA reads `data.json`: numbers verbatim, of a repeated key the last, what is not UTF-8 in a
/// string replaced by U+FFFD. `depth` is how deep the value will stand in another one.
///
/// # Errors
/// When the text is not one JSON value, or nested deeper than [`DEPTH_LIMIT`] with `depth` added.
pub fn normalise(text: &[u8], depth: usize) -> Result<Normalised, JsonError> {
    let mut reader = Reader::new(text);
    reader.whole(depth).map_err(|(offset, fault)| JsonError::at(text, offset, fault))?;
    Ok(reader.finish())
}

/// Reads the first JSON value of a text and ignores what follows it, as OPA reads `.manifest`.
///
/// # Errors
/// When the text does not start with a JSON value, or it is nested deeper than [`DEPTH_LIMIT`].
pub fn normalise_first(text: &[u8]) -> Result<Normalised, JsonError> {
    let mut reader = Reader::new(text);
    reader.first(0).map_err(|(offset, fault)| JsonError::at(text, offset, fault))?;
    Ok(reader.finish())
}

type Fault = (usize, JsonFault);

struct Reader<'text> {
    input: &'text [u8],
    position: usize,
    /// Whether the whole input is UTF-8, so that strings need not be looked at again.
    utf8: bool,
    output: Vec<u8>,
    /// The members of the objects that are open, outermost first.
    members: Vec<Member>,
    /// The keys of those members, as text.
    keys: Vec<u8>,
    /// Where an object is put in order before it replaces what was written.
    scratch: Vec<u8>,
    /// The way to the value being read.
    path: Vec<Step>,
    duplicates: Duplicates,
}

/// One member of an open object: its key in `keys`, `"key":value` in `output`.
#[derive(Clone, Copy)]
struct Member {
    key: (usize, usize),
    text: (usize, usize),
}

#[derive(Clone, Copy)]
enum Step {
    Key((usize, usize)),
    Index(usize),
}

impl<'text> Reader<'text> {
    fn new(input: &'text [u8]) -> Self {
        Self {
            input,
            position: 0,
            utf8: std::str::from_utf8(input).is_ok(),
            output: Vec::with_capacity(input.len()),
            members: Vec::new(),
            keys: Vec::new(),
            scratch: Vec::new(),
            path: Vec::new(),
            duplicates: Duplicates::default(),
        }
    }

    fn finish(mut self) -> Normalised {
        self.output.shrink_to_fit();
        Normalised { json: Json::from_normalised(self.output), duplicates: self.duplicates }
    }

    fn whole(&mut self, depth: usize) -> Result<(), Fault> {
        self.first(depth)?;
        self.skip_space();
        if self.peek().is_none() { Ok(()) } else { self.fail(JsonFault::Trailing) }
    }

    fn first(&mut self, depth: usize) -> Result<(), Fault> {
        if self.input.starts_with(b"\xef\xbb\xbf") {
            return self.fail(JsonFault::ByteOrderMark);
        }
        self.skip_space();
        if self.peek().is_none() {
            return self.fail(JsonFault::Empty);
        }
        self.value(depth)
    }

    fn value(&mut self, depth: usize) -> Result<(), Fault> {
        match self.peek() {
            Some(b'{') => self.object(depth + 1),
            Some(b'[') => self.array(depth + 1),
            Some(b'"') => self.string(false),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word(b"true"),
            Some(b'f') => self.word(b"false"),
            Some(b'n') => self.word(b"null"),
            _ => self.unexpected("a value"),
        }
    }

    fn array(&mut self, depth: usize) -> Result<(), Fault> {
        self.open(b'[', depth)?;
        if self.peek() == Some(b']') {
            self.copy(1);
            return Ok(());
        }
        self.path.push(Step::Index(0));
        loop {
            self.skip_space();
            self.value(depth)?;
            self.skip_space();
            match self.peek() {
                Some(b',') => self.copy(1),
                Some(b']') => break,
                _ => return self.unexpected("',' or ']'"),
            }
            if let Some(Step::Index(index)) = self.path.last_mut() {
                *index += 1;
            }
        }
        self.copy(1);
        self.path.pop();
        Ok(())
    }

    fn object(&mut self, depth: usize) -> Result<(), Fault> {
        let start = self.output.len();
        let (first_member, first_key) = (self.members.len(), self.keys.len());
        self.open(b'{', depth)?;
        if self.peek() == Some(b'}') {
            self.copy(1);
            return Ok(());
        }
        let mut ordered = true;
        loop {
            self.skip_space();
            let (text_start, key_start) = (self.output.len(), self.keys.len());
            if self.peek() != Some(b'"') {
                return self.unexpected("a key in quotes");
            }
            self.string(true)?;
            let key = (key_start, self.keys.len());
            self.skip_space();
            if self.peek() != Some(b':') {
                return self.unexpected("':'");
            }
            self.copy(1);
            self.skip_space();
            self.path.push(Step::Key(key));
            self.value(depth)?;
            self.path.pop();
            if let Some(before) = self.members.get(first_member..).and_then(<[Member]>::last) {
                ordered &= self.key(before.key) < self.key(key);
            }
            self.members.push(Member { key, text: (text_start, self.output.len()) });
            self.skip_space();
            match self.peek() {
                Some(b',') => self.copy(1),
                Some(b'}') => break,
                _ => return self.unexpected("',' or '}'"),
            }
        }
        self.copy(1);
        if !ordered {
            self.put_in_order(start, first_member);
        }
        self.members.truncate(first_member);
        self.keys.truncate(first_key);
        Ok(())
    }

    /// Sorts the members of the object written from `start` on, and keeps the last of those with the same key.
    fn put_in_order(&mut self, start: usize, first_member: usize) {
        let Self { members, keys, output, scratch, path, duplicates, .. } = self;
        let key_of = |range: (usize, usize)| keys.get(range.0..range.1).unwrap_or_default();
        let members = members.get_mut(first_member..).unwrap_or_default();
        members.sort_by(|one, other| key_of(one.key).cmp(key_of(other.key)));
        scratch.clear();
        scratch.push(b'{');
        let mut following = members.iter().skip(1);
        for member in members.iter() {
            if following.next().is_some_and(|next| key_of(next.key) == key_of(member.key)) {
                duplicates.add(|| place(path.iter().copied().chain([Step::Key(member.key)]), keys));
                continue;
            }
            if scratch.len() > 1 {
                scratch.push(b',');
            }
            scratch.extend_from_slice(output.get(member.text.0..member.text.1).unwrap_or_default());
        }
        scratch.push(b'}');
        if start == 0 {
            std::mem::swap(output, scratch);
        } else {
            output.truncate(start);
            output.extend_from_slice(scratch);
        }
    }

    /// Copies a string to the output, and as plain text to `keys` if it is one.
    fn string(&mut self, is_key: bool) -> Result<(), Fault> {
        self.copy(1);
        loop {
            let rest = self.input.get(self.position..).unwrap_or_default();
            let run = rest.get(..plain_run(rest, self.utf8)).unwrap_or_default();
            self.position += run.len();
            self.output.extend_from_slice(run);
            if is_key {
                self.keys.extend_from_slice(run);
            }
            let character = match self.peek() {
                None => return self.fail(JsonFault::CutOff),
                Some(b'"') => {
                    self.copy(1);
                    return Ok(());
                }
                Some(b'\\') => self.escape()?,
                Some(..0x20) => return self.fail(JsonFault::Expected("an escape such as \\n for a control character")),
                Some(_) => self.character(),
            };
            write_character(&mut self.output, character);
            if is_key {
                self.keys.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
    }

    /// The next character; a byte that is not UTF-8 counts as U+FFFD, each for itself as in Go.
    fn character(&mut self) -> char {
        let rest = self.input.get(self.position..).unwrap_or_default();
        let window = rest.get(..rest.len().min(4)).unwrap_or_default();
        let valid = match std::str::from_utf8(window) {
            Ok(text) => text,
            Err(error) => {
                window.get(..error.valid_up_to()).map_or("", |valid| std::str::from_utf8(valid).unwrap_or(""))
            }
        };
        debug_assert!(!self.utf8 || !valid.is_empty());
        match valid.chars().next() {
            Some(character) => {
                self.position += character.len_utf8();
                character
            }
            None => {
                self.position += 1;
                char::REPLACEMENT_CHARACTER
            }
        }
    }

    fn escape(&mut self) -> Result<char, Fault> {
        self.position += 1;
        let Some(byte) = self.peek() else { return self.fail(JsonFault::CutOff) };
        let character = match byte {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                self.position += 1;
                return self.unicode_escape();
            }
            _ => return self.fail(JsonFault::Expected("one of the escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u")),
        };
        self.position += 1;
        Ok(character)
    }

    fn unicode_escape(&mut self) -> Result<char, Fault> {
        let Some(unit) = self.hexadecimal(self.position) else {
            let rest = self.input.get(self.position..).unwrap_or_default();
            let digits = rest.iter().take(4).take_while(|byte| byte.is_ascii_hexdigit()).count();
            self.position += digits;
            let fault =
                if digits == rest.len() { JsonFault::CutOff } else { JsonFault::Expected("four hexadecimal digits") };
            return self.fail(fault);
        };
        self.position += 4;
        if let Some(character) = char::from_u32(unit) {
            return Ok(character);
        }
        // Half of a surrogate pair: with its other half a character, alone U+FFFD.
        let other = match self.input.get(self.position..) {
            Some([b'\\', b'u', ..]) => self.hexadecimal(self.position + 2),
            _ => None,
        };
        if let (0xd800..0xdc00, Some(low @ 0xdc00..0xe000)) = (unit, other) {
            self.position += 6;
            let code = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
            return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn hexadecimal(&self, position: usize) -> Option<u32> {
        let digits = self.input.get(position..position + 4)?;
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    }

    fn number(&mut self) -> Result<(), Fault> {
        let start = self.position;
        if self.peek() == Some(b'-') {
            self.position += 1;
        }
        match self.peek() {
            Some(b'0') => self.position += 1,
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.position += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.position += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.position += 1;
            }
            self.digits()?;
        }
        self.output.extend_from_slice(self.input.get(start..self.position).unwrap_or_default());
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Fault> {
        let rest = self.input.get(self.position..).unwrap_or_default();
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count == 0 {
            return self.unexpected("a digit");
        }
        self.position += count;
        Ok(())
    }

    fn word(&mut self, word: &'static [u8]) -> Result<(), Fault> {
        let rest = self.input.get(self.position..).unwrap_or_default();
        if rest.starts_with(word) {
            self.copy(word.len());
            return Ok(());
        }
        let same = word.iter().zip(rest).take_while(|(one, other)| one == other).count();
        self.position += same;
        self.unexpected("true, false or null")
    }

    fn open(&mut self, bracket: u8, depth: usize) -> Result<(), Fault> {
        if depth > DEPTH_LIMIT {
            return self.fail(JsonFault::TooDeep { limit: DEPTH_LIMIT });
        }
        self.output.push(bracket);
        self.position += 1;
        self.skip_space();
        Ok(())
    }

    /// Copies bytes of the input that are plain ASCII.
    fn copy(&mut self, count: usize) {
        let end = self.position + count;
        self.output.extend_from_slice(self.input.get(self.position..end).unwrap_or_default());
        self.position = end;
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.position += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.input.get(self.position).copied()
    }

    fn key(&self, range: (usize, usize)) -> &[u8] {
        self.keys.get(range.0..range.1).unwrap_or_default()
    }

    fn unexpected<T>(&self, expected: &'static str) -> Result<T, Fault> {
        self.fail(if self.peek().is_none() { JsonFault::CutOff } else { JsonFault::Expected(expected) })
    }

    fn fail<T>(&self, fault: JsonFault) -> Result<T, Fault> {
        Err((self.position, fault))
    }
}

/// A way through objects and arrays as people write it.
fn place(path: impl Iterator<Item = Step>, keys: &[u8]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Index(index) => text.push_str(&format!("[{index}]")),
            Step::Key((start, end)) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(&String::from_utf8_lossy(keys.get(start..end).unwrap_or_default()));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(input: impl AsRef<[u8]>) -> String {
        normalise(input.as_ref(), 0).unwrap().json.to_string()
    }

    fn error(input: impl AsRef<[u8]>) -> String {
        normalise(input.as_ref(), 0).unwrap_err().to_string()
    }

    #[test]
    fn numbers_stay_as_they_were_typed() {
        let numbers = "[1.50,1e3,1E5,-0,123456789012345678901234567890,0.1e-7]";
        assert_eq!(text(numbers), numbers);
    }

    #[test]
    fn keys_are_sorted_by_their_bytes_at_every_level() {
        assert_eq!(
            text(
                r#" { "b" : { "z" : 1 , "a" : [ { "d" : 2 , "c" : 3 } ] } , "a" : null , "é" : true, "\u0041" : false } "#
            ),
            r#"{"A":false,"a":null,"b":{"a":[{"c":3,"d":2}],"z":1},"é":true}"#
        );
        // By the bytes of the key, not of the text that is written for it.
        assert_eq!(text(r#"{"a<":1,"a:":2,"a\n":3}"#), "{\"a\\n\":3,\"a:\":2,\"a\\u003c\":1}");
    }

    #[test]
    fn of_a_repeated_key_the_last_counts_and_its_place_is_told() {
        let read =
            normalise(br#"{"users":[{},{"name":{"x":1},"n":2,"\u006eame":3}],"users":[{"a":1,"a":2,"a":3}]}"#, 0)
                .unwrap();
        assert_eq!(read.json.to_string(), r#"{"users":[{"a":3}]}"#);
        assert_eq!(read.duplicates.places, ["users[1].name", "users[0].a", "users[0].a", "users"]);
        assert_eq!(read.duplicates.count, 4);
    }

    #[test]
    fn strings_that_are_not_unicode_become_so_as_in_go() {
        assert_eq!(text(br#""\ud800""#), "\"\u{fffd}\"");
        assert_eq!(text(br#""\ud83d\ude00""#), "\"\u{1f600}\"");
        assert_eq!(text(br#""\ud800\u0041""#), "\"\u{fffd}A\"");
        assert_eq!(text(br#""\ude00\ud83d\ude00""#), "\"\u{fffd}\u{1f600}\"");
        assert_eq!(text(b"\"a\xe2\x82b\xff\xe2\x82\xac\""), "\"a\u{fffd}\u{fffd}b\u{fffd}\u{20ac}\"");
        assert_eq!(text(b"{\"\xff\":1,\"\xfe\":2}"), "{\"\u{fffd}\":2}");
    }

    #[test]
    fn an_error_says_where_and_what() {
        for (input, wanted) in [
            ("", "line 1, column 1: no value"),
            (" \n ", "line 2, column 2: no value"),
            ("\u{feff}{}", "line 1, column 1: the text starts with a byte order mark"),
            ("{\"a\":1", "line 1, column 7: the text ends inside a value"),
            ("{\"a\":1,}", "line 1, column 8: expected a key in quotes"),
            ("{\"é\":1\n \"b\":2}", "line 2, column 2: expected ',' or '}'"),
            ("{\"a\" 1}", "line 1, column 6: expected ':'"),
            ("[1 2]", "line 1, column 4: expected ',' or ']'"),
            ("[1,]", "line 1, column 4: expected a value"),
            ("{} {}", "line 1, column 4: unexpected text after the value"),
            ("01", "line 1, column 2: unexpected text after the value"),
            ("1.", "line 1, column 3: the text ends inside a value"),
            ("[1.e3]", "line 1, column 4: expected a digit"),
            ("-x", "line 1, column 2: expected a digit"),
            ("trux", "line 1, column 4: expected true, false or null"),
            ("nul", "line 1, column 4: the text ends inside a value"),
            ("\"a\nb\"", "line 1, column 3: expected an escape such as \\n for a control character"),
            ("\"\\x\"", "line 1, column 3: expected one of the escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u"),
            ("\"\\u00g0\"", "line 1, column 6: expected four hexadecimal digits"),
            ("\"\\u00", "line 1, column 6: the text ends inside a value"),
            ("NaN", "line 1, column 1: expected a value"),
        ] {
            assert_eq!(error(input), wanted, "{input:?}");
        }
    }

    #[test]
    fn nesting_is_bounded_and_the_depth_around_counts() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert_eq!(text(nested(DEPTH_LIMIT)), nested(DEPTH_LIMIT));
        assert_eq!(error(nested(DEPTH_LIMIT + 1)), "line 1, column 129: nested deeper than 128 levels");
        assert!(normalise(nested(DEPTH_LIMIT).as_bytes(), 1).is_err());
        assert!(error("{\"a\":".repeat(1_000_000)).ends_with("nested deeper than 128 levels"));
    }

    #[test]
    fn only_the_first_value_of_a_manifest_is_read() {
        assert_eq!(normalise_first(b" {\"b\":1} trailing {").unwrap().json.to_string(), "{\"b\":1}");
        assert!(normalise_first(b"").is_err());
    }
}
