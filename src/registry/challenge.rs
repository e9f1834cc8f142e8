//! The `WWW-Authenticate` header: how a registry wants its clients to sign in (RFC 9110, section 11.6.1).

use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};

/// One way to sign in that a registry offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Challenge {
    /// The scheme, lower-case.
    pub(super) scheme: String,
    parameters: Vec<(String, String)>,
}

impl Challenge {
    /// The first parameter of this name.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Every challenge, in the order of the header's lines and of each line. What cannot be read is passed over.
pub(super) fn challenges(headers: &HeaderMap) -> Vec<Challenge> {
    headers.get_all(WWW_AUTHENTICATE).iter().flat_map(|line| parse(&String::from_utf8_lossy(line.as_bytes()))).collect()
}

fn parse(line: &str) -> Vec<Challenge> {
    let mut found: Vec<Challenge> = Vec::new();
    let mut rest = line;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let end = rest.find([' ', '\t', ',', '=', '"']).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        if word.is_empty() {
            // A stray character: step over it.
            let mut characters = rest.chars();
            if characters.next().is_none() {
                return found;
            }
            rest = characters.as_str();
            continue;
        }
        match after.trim_start_matches([' ', '\t']).strip_prefix('=') {
            Some(value) => {
                let (value, left) = read_value(value.trim_start_matches([' ', '\t']));
                if let Some(challenge) = found.last_mut() {
                    challenge.parameters.push((word.to_ascii_lowercase(), value));
                }
                rest = left;
            }
            None => {
                found.push(Challenge { scheme: word.to_ascii_lowercase(), parameters: Vec::new() });
                rest = after;
            }
        }
    }
}

/// A token or a quoted string, and what follows it.
fn read_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([' ', '\t', ',']).unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        return (value.to_owned(), rest);
    };
    let mut value = String::new();
    let mut characters = quoted.chars();
    while let Some(next) = characters.next() {
        match next {
            '"' => break,
            '\\' => value.extend(characters.next()),
            other => value.push(other),
        }
    }
    (value, characters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(WWW_AUTHENTICATE, line.parse().unwrap());
        }
        challenges(&headers)
            .into_iter()
            .map(|challenge| {
                let parameters: Vec<String> =
                    challenge.parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
                format!("{}[{}]", challenge.scheme, parameters.join("|"))
            })
            .collect()
    }

    #[test]
    fn challenges_are_read_in_every_shape() {
        let bearer =
            "bearer[realm=https://auth.docker.io/token|service=registry.docker.io|scope=repository:a/b:pull,push]";
        let table: [(&[&str], &[&str]); 10] = [
            (
                &[
                    r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push""#,
                ],
                &[bearer],
            ),
            (
                &[
                    r#"bearer  realm = "https://auth.docker.io/token" , service=registry.docker.io, scope="repository:a/b:pull,push""#,
                ],
                &[bearer],
            ),
            (&["Basic realm=\"a\"", "Bearer realm=\"b\""], &["basic[realm=a]", "bearer[realm=b]"]),
            (
                &[r#"Basic realm="a, b", Bearer realm="c",error="invalid_token""#],
                &["basic[realm=a, b]", "bearer[realm=c|error=invalid_token]"],
            ),
            (&[r#"Basic realm="say \"hi\"""#], &[r#"basic[realm=say "hi"]"#]),
            (&["Basic"], &["basic[]"]),
            (&["Negotiate, Basic realm=x"], &["negotiate[]", "basic[realm=x]"]),
            (&["Negotiate YWJj==, Basic realm=x"], &["negotiate[ywjj==]", "basic[realm=x]"]),
            (&[r#"Bearer realm="cut off"#], &["bearer[realm=cut off]"]),
            (&["", ",,,", "\"", "="], &[]),
        ];
        for (lines, wanted) in table {
            assert_eq!(read(lines), wanted, "{lines:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_line_breaks_the_reader(line in "[ -~]{0,80}") {
            parse(&line);
        }
    }
}
