//! Addresses of resources, read as Go's `net/url` reads them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::eval::Value;

use super::error::failed;
use super::text::quote;
use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};

pub(super) const BUILTINS: &[Builtin] = &[builtin("uri.is_valid", 1, is_valid), builtin("uri.parse", 1, parse)];

fn parse(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let address = Address::read(operand::string(operands, 1)?).map_err(failed)?;
    let (hostname, port) = address.host_and_port();
    let parts = [
        ("scheme", address.scheme.as_str()),
        ("hostname", hostname),
        ("port", port),
        ("path", &address.path),
        ("raw_path", &address.raw_path),
        ("raw_query", &address.raw_query),
        ("fragment", &address.fragment),
    ];
    let fields: BTreeMap<Value, Value> = parts
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    Ok(fields.into())
}

fn is_valid(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let valid = operand::string(operands, 1).is_ok_and(|text| !text.is_empty() && Address::read(text).is_ok());
    Ok(valid.into())
}

/// The parts of an address, decoded unless named raw; what is absent is empty.
#[derive(Debug, Default)]
pub(super) struct Address {
    pub(super) scheme: String,
    /// With its port.
    pub(super) host: String,
    pub(super) path: String,
    pub(super) raw_path: String,
    pub(super) raw_query: String,
    pub(super) fragment: String,
    /// The path as it was written.
    written_path: String,
}

/// Which characters a part may hold as they are, beside letters, digits and `-_.~`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Path,
    Fragment,
    User,
    Host,
    Zone,
}

impl Address {
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let (rest, fragment) = text.split_once('#').unwrap_or((text, ""));
        let within = |text: &str, message: String| format!("parse {}: {message}", quote(text));
        let mut address = Self::without_fragment(rest).map_err(|message| within(rest, message))?;
        address.fragment = unescaped(fragment, Part::Fragment).map_err(|message| within(text, message))?;
        Ok(address)
    }

    fn without_fragment(text: &str) -> Result<Self, String> {
        let mut address = Self::default();
        if text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
            return Err("net/url: invalid control character in URL".to_owned());
        }
        if text == "*" {
            address.set_path("*")?;
            return Ok(address);
        }
        let (scheme, rest) = scheme(text)?;
        address.scheme = scheme.to_ascii_lowercase();
        let (mut rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        query.clone_into(&mut address.raw_query);
        if !rest.starts_with('/') {
            if !address.scheme.is_empty() {
                return Ok(address);
            }
            if rest.split('/').next().is_some_and(|segment| segment.contains(':')) {
                return Err("first path segment in URL cannot contain colon".to_owned());
            }
        }
        if (!address.scheme.is_empty() || !rest.starts_with("///"))
            && let Some(authority) = rest.strip_prefix("//")
        {
            let end = authority.find('/').unwrap_or(authority.len());
            let (authority, path) = authority.split_at(end);
            address.set_authority(authority)?;
            rest = path;
        }
        address.set_path(rest)?;
        Ok(address)
    }

    fn set_path(&mut self, raw: &str) -> Result<(), String> {
        self.path = unescaped(raw, Part::Path)?;
        raw.clone_into(&mut self.written_path);
        // The written form counts only where it is not the usual one.
        self.raw_path = if escaped(&self.path, Part::Path) == raw { self.path.clone() } else { raw.to_owned() };
        Ok(())
    }

    /// The path in the form that a request carries.
    pub(super) fn escaped_path(&self) -> String {
        let valid = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~$&+,/:;=@!'()*[]%".contains(&byte);
        if self.written_path == "*" || self.written_path.bytes().all(valid) {
            self.written_path.clone()
        } else {
            escaped(&self.path, Part::Path)
        }
    }

    fn set_authority(&mut self, authority: &str) -> Result<(), String> {
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, authority),
        };
        self.host = host_of(&self.scheme, host)?;
        let Some(user) = user else { return Ok(()) };
        if !user.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&byte)) {
            return Err("net/url: invalid userinfo".to_owned());
        }
        for part in user.splitn(2, ':') {
            unescaped(part, Part::User)?;
        }
        Ok(())
    }

    /// The host without its brackets, and the port behind it.
    pub(super) fn host_and_port(&self) -> (&str, &str) {
        let (host, port) = match self.host.rfind(':').map(|colon| self.host.split_at(colon)) {
            Some((host, port)) if is_port(port) => (host, port.get(1..).unwrap_or_default()),
            _ => (self.host.as_str(), ""),
        };
        (host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host), port)
    }
}

fn scheme(text: &str) -> Result<(&str, &str), String> {
    let end = text.find(|character: char| !character.is_ascii_alphanumeric() && !"+-.".contains(character));
    match end.map(|end| text.split_at(end)) {
        Some(("", rest)) if rest.starts_with(':') => Err("missing protocol scheme".to_owned()),
        Some((name, rest)) if name.starts_with(|first: char| first.is_ascii_alphabetic()) => {
            Ok(rest.strip_prefix(':').map_or(("", text), |rest| (name, rest)))
        }
        _ => Ok(("", text)),
    }
}

fn is_port(text: &str) -> bool {
    text.is_empty() || text.strip_prefix(':').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn host_of(scheme: &str, host: &str) -> Result<String, String> {
    let bad_port = |port: &str| format!("invalid port {} after host", quote(port));
    match host.rfind('[') {
        Some(0) => {
            let (name, port) = host.rsplit_once(']').ok_or("missing ']' in host")?;
            if !is_port(port) {
                return Err(bad_port(port));
            }
            let name = name.strip_prefix('[').unwrap_or(name);
            let (plain, zone) = name.split_at(name.find("%25").unwrap_or(name.len()));
            let name = unescaped(plain, Part::Host)? + &unescaped(zone, Part::Zone)?;
            match name.split('%').next().unwrap_or_default().parse() {
                Ok(IpAddr::V6(_)) => Ok(format!("[{name}]{port}")),
                Ok(IpAddr::V4(_)) => Err("invalid IP-literal".to_owned()),
                Err(_) => Err(format!("invalid host: ParseAddr({}): unable to parse IP", quote(&name))),
            }
        }
        Some(_) => Err("invalid IP-literal".to_owned()),
        None => {
            let strict = matches!(scheme, "http" | "https");
            let colon = if strict { host.find(':') } else { host.rfind(':') };
            let port = colon.and_then(|colon| host.get(colon..)).unwrap_or_default();
            if is_port(port) { unescaped(host, Part::Host) } else { Err(bad_port(port)) }
        }
    }
}

/// Whether a byte stands for itself in a part.
fn is_plain(byte: u8, part: Part) -> bool {
    let more: &[u8] = match part {
        Part::Path => b"$&+,/:;=@",
        Part::Fragment => b"$&+,/:;=?@!()*",
        Part::User => b"$&+,;=",
        Part::Host | Part::Zone => b"!$&'()*+,;=:[]<>\"",
    };
    byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) || more.contains(&byte)
}

fn unescaped(text: &str, part: Part) -> Result<String, String> {
    let in_host = matches!(part, Part::Host | Part::Zone);
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            if in_host && byte.is_ascii() && !is_plain(byte, part) {
                return Err(format!("invalid character {} in host name", quote(&char::from(byte).to_string())));
            }
            bytes.push(byte);
            continue;
        }
        let bad = |length: usize| {
            let escape: Vec<u8> = std::iter::once(b'%').chain(after.iter().copied().take(length)).collect();
            Err(format!("invalid URL escape {}", quote(&String::from_utf8_lossy(&escape))))
        };
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let digits = digits.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let Some(code) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) else { return bad(2) };
        let refused = match part {
            Part::Host => code.is_ascii() && code != b'%',
            Part::Zone => code != b'%' && code != b' ' && !is_plain(code, Part::Host),
            _ => false,
        };
        if refused {
            return bad(2);
        }
        bytes.push(code);
        rest = after.get(2..).unwrap_or_default();
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn escaped(text: &str, part: Part) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if is_plain(byte, part) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> String {
        match parse(&[text.into()], &BuiltinOptions::default()) {
            Ok(value) => value.to_json(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_parts_are_told_apart() {
        assert_eq!(
            parsed("HTTPS://user:p@example.com:8080/a%20b/%2Fc?q=1&r#frag%20x"),
            r#"{"fragment":"frag x","hostname":"example.com","path":"/a b//c","port":"8080","raw_path":"/a%20b/%2Fc","raw_query":"q=1\u0026r","scheme":"https"}"#
        );
        assert_eq!(parsed("mailto:a@b.c"), r#"{"scheme":"mailto"}"#);
        assert_eq!(parsed("http://[::1]:80"), r#"{"hostname":"::1","port":"80","scheme":"http"}"#);
        assert_eq!(parsed("/a b"), r#"{"path":"/a b","raw_path":"/a b"}"#);
        assert_eq!(parsed(""), "{}");
    }

    #[test]
    fn a_refusal_reads_as_gos() {
        assert_eq!(parsed(":a"), r#"parse ":a": missing protocol scheme"#);
        assert_eq!(parsed("a:b/c?%zz#%zz"), r#"parse "a:b/c?%zz#%zz": invalid URL escape "%zz""#);
        assert_eq!(parsed("/%zz"), r#"parse "/%zz": invalid URL escape "%zz""#);
        assert_eq!(parsed("1a:b"), r#"parse "1a:b": first path segment in URL cannot contain colon"#);
        assert_eq!(parsed("http://a:b/"), r#"parse "http://a:b/": invalid port ":b" after host"#);
        assert_eq!(parsed("http://a b/"), r#"parse "http://a b/": invalid character " " in host name"#);
        assert_eq!(parsed("http://a\n"), "parse \"http://a\\n\": net/url: invalid control character in URL");
    }

    #[test]
    fn validity_asks_for_a_text() {
        let valid = |value: Value| is_valid(&[value], &BuiltinOptions::default()).unwrap();
        assert_eq!(valid("http://a/".into()), true.into());
        assert_eq!(valid("".into()), false.into());
        assert_eq!(valid(1u64.into()), false.into());
        assert_eq!(valid("http://[::1".into()), false.into());
    }
}
