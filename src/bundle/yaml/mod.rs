//! YAML read as OPA 1.22.2 reads `data.yaml`: the core schema with YAML 1.1 numbers, merge keys and repeated keys.

mod emit;
mod error;
mod repair;
mod scalar;
mod timestamp;
mod tree;

pub use error::{YamlError, YamlFault};

use super::json::{DEPTH_LIMIT, JsonFault, Normalised, normalise};

/// Reads a text that is YAML or JSON, and gives its first document as JSON. Text that is JSON keeps its numbers as they
/// were typed. `depth` is how deep the value will stand in another one.
///
/// # Errors
/// When the text is neither, or says what JSON cannot.
pub fn to_json(text: &[u8], depth: usize) -> Result<Normalised, YamlError> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    match normalise(text, depth) {
        Ok(read) => return Ok(read),
        Err(error) if matches!(error.fault, JsonFault::TooDeep { .. }) => {
            let fault = YamlFault::TooDeep { limit: DEPTH_LIMIT };
            return Err(YamlError { line: error.line, fault });
        }
        Err(_) => {}
    }
    as_yaml(text, depth)
}

/// Reads a text as YAML even where it is JSON: numbers are what YAML takes them for.
///
/// # Errors
/// When the text is no YAML, or says what JSON cannot.
pub fn as_yaml(text: &[u8], depth: usize) -> Result<Normalised, YamlError> {
    let text = tree::characters(text)?;
    emit::json(&tree::parse(&text, depth)?, text.len(), depth)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> String {
        to_json(text.as_bytes(), 0).unwrap().json.to_string()
    }

    fn error(text: impl AsRef<[u8]>) -> String {
        to_json(text.as_ref(), 0).unwrap_err().to_string()
    }

    #[test]
    fn json_inside_yaml_keeps_its_numbers() {
        assert_eq!(json("\u{feff}{\"a\": 1.50}"), "{\"a\":1.50}");
        assert_eq!(json("{a: 1.50}"), "{\"a\":1.5}");
    }

    #[test]
    fn only_the_first_document_counts_but_all_must_read() {
        assert_eq!(json("a: 1\n---\nb: 2\n"), "{\"a\":1}");
        assert_eq!(json("---\n---\na: 1\n"), "null");
        assert_eq!(json("a: 1\n...\n"), "{\"a\":1}");
        assert_eq!(json(""), "null");
        assert_eq!(json("# words\n"), "null");
        assert!(to_json(b"a: 1\n---\nb: [\n", 0).is_err());
        assert!(to_json(b"  a: 1\nb: 2\n", 0).is_err());
    }

    #[test]
    fn keys_become_text_and_the_last_of_equal_ones_counts() {
        assert_eq!(
            json("1: a\ntrue: b\n1.5: c\n0x10: d\n1e6: e\n.inf: f\n2001-01-01: g\n"),
            r#"{".inf":"f","1":"a","1.5":"c","16":"d","1e+06":"e","2001-01-01":"g","true":"b"}"#
        );
        let read = to_json(b"x:\n  - 1: a\n    \"1\": b\n", 0).unwrap();
        assert_eq!(read.json.to_string(), r#"{"x":[{"1":"b"}]}"#);
        assert_eq!(read.duplicates.places, ["x[0].1"]);
        assert_eq!(error("x: 1\nnull: a\n"), "line 2: null cannot be a key");
        assert_eq!(error("? [1, 2]\n: v\n"), "line 1: a list or a map cannot be a key");
    }

    #[test]
    fn anchors_and_merge_keys_are_expanded() {
        assert_eq!(json("b: &b\n  on: 1\nd:\n  <<: *b\n  y: 2\n"), r#"{"b":{"on":1},"d":{"on":1,"y":2}}"#);
        assert_eq!(
            json("p: &p {x: 1, z: 1}\nq: &q {y: 2, z: 2}\nr:\n  <<: *p\n  <<: *q\n  x: 3\ns:\n  <<: [*q, *p]\n"),
            r#"{"p":{"x":1,"z":1},"q":{"y":2,"z":2},"r":{"x":3,"y":2,"z":1},"s":{"x":1,"y":2,"z":2}}"#
        );
        assert_eq!(json("a: &a [1]\nb: [*a, *a]\n"), r#"{"a":[1],"b":[[1],[1]]}"#);
        assert_eq!(json("\"<<\": 1\n"), r#"{"\u003c\u003c":1}"#);
        assert_eq!(error("a:\n  <<: 1\n"), "line 2: a merge key wants a map or a list of maps");
        assert_eq!(error("a: &a\n  b: *a\n"), "line 2: the anchor contains itself");
        assert!(error("a: *nope\n").contains("unknown anchor"));
    }

    #[test]
    fn aliases_cannot_blow_up() {
        let mut bomb = String::from("a: &a [x,x,x,x,x,x,x,x,x]\n");
        for (name, before) in
            ["b", "c", "d", "e", "f", "g", "h", "i"].iter().zip(["a", "b", "c", "d", "e", "f", "g", "h"])
        {
            bomb.push_str(&format!("{name}: &{name} [{}]\n", vec![format!("*{before}"); 9].join(",")));
        }
        assert!(error(&bomb).contains("aliases"), "{}", error(&bomb));
        let long = format!("a: &a \"{}\"\nb: [{}]\n", "x".repeat(1 << 20), vec!["*a"; 900].join(","));
        assert!(error(&long).contains("aliases"), "{}", error(&long));
    }

    #[test]
    fn what_is_no_text_is_told() {
        assert_eq!(error(b"a: \xff\n"), "line 1: the text is not UTF-8");
        assert_eq!(error("a: 1\nb: \u{1}\n"), "line 2: control characters are not allowed");
        let wide: Vec<u8> =
            [0xfeff_u16].into_iter().chain("a: é\n".encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(to_json(&wide, 0).unwrap().json.to_string(), "{\"a\":\"é\"}");
    }

    #[test]
    fn what_opa_takes_beyond_the_letter_is_taken() {
        for (text, wanted) in [
            ("roles: [\n  \"a\",\n  \"b\"\n]\nx: 1\n", r#"{"roles":["a","b"],"x":1}"#),
            ("o: {\n  a: 1,\n  \"b\": [\n1\n]\n}\nz: 1\n", r#"{"o":{"a":1,"b":[1]},"z":1}"#),
            ("a:\n  b: [\n  x\n  ]\n  c: {\n  d: 1\n  }\n", r#"{"a":{"b":["x"],"c":{"d":1}}}"#),
            ("- [\n]\n- x\n", r#"[[],"x"]"#),
            ("q: \"x\ny\nz\"\nw: 'a\n\n  b'\n", r#"{"q":"x y z","w":"a\nb"}"#),
            ("a:\tb\nc:\t\td # x\n\"e\":\tf\n", r#"{"a":"b","c":"d","e":"f"}"#),
            ("a: [b]#c\n", r#"{"a":["b"]}"#),
            ("a: |\n  x", r#"{"a":"x"}"#),
            ("a: |\n  x\n", r#"{"a":"x\n"}"#),
            ("a: |\n  x\n  ", r#"{"a":"x\n"}"#),
            ("a: >\n  x\n  y", r#"{"a":"x y"}"#),
            ("a: |\n  x\n# c", r#"{"a":"x\n"}"#),
        ] {
            assert_eq!(json(text), wanted, "{text:?}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        assert_eq!(error("[".repeat(100_000)), "line 1: nested deeper than 128 levels");
        assert_eq!(error(format!("{}1", "- ".repeat(100_000))), "line 1: nested deeper than 128 levels");
        assert!(error(format!("{}1{}x", "[".repeat(129), "]".repeat(129))).contains("deeper"));
    }
}
