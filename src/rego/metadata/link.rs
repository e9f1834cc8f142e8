//! The address of a related resource, checked and written as Go's `net/url` does.

use super::value::quoted;

/// The parts of an address, for which Go has different rules.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Path,
    User,
    Host,
    Zone,
    Fragment,
}

/// Reads an address and writes it again.
///
/// # Errors
/// Go's text, `parse "…": ` included, for what is no address.
pub(super) fn normalised(text: &str) -> Result<String, String> {
    let (address, fragment) = match text.split_once('#') {
        Some((address, fragment)) => (address, fragment),
        None => (text, ""),
    };
    let failure = |text: &str, problem: String| format!("parse {}: {problem}", quoted(text));
    let mut output = address_of(address).map_err(|problem| failure(address, problem))?;
    if !fragment.is_empty() {
        let decoded = unescape(fragment, Part::Fragment).map_err(|problem| failure(text, problem))?;
        output.push('#');
        output.push_str(&encoded(fragment, &decoded, Part::Fragment));
    }
    Ok(output)
}

fn address_of(text: &str) -> Result<String, String> {
    if text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
        return Err("net/url: invalid control character in URL".to_owned());
    }
    if text == "*" {
        return Ok(text.to_owned());
    }
    let (scheme, rest) = scheme(text)?;
    let scheme = scheme.to_ascii_lowercase();
    let (rest, query) = match rest.split_once('?') {
        Some((rest, query)) => (rest, Some(query)),
        None => (rest, None),
    };
    let mut output = String::new();
    if !scheme.is_empty() {
        output.push_str(&scheme);
        output.push(':');
    }
    if !rest.starts_with('/') {
        if !scheme.is_empty() {
            output.push_str(rest);
            return Ok(with_query(output, query));
        }
        if rest.split('/').next().unwrap_or_default().contains(':') {
            return Err("first path segment in URL cannot contain colon".to_owned());
        }
    }
    let authority = match rest.strip_prefix("//") {
        Some(rest) if !scheme.is_empty() || !rest.starts_with('/') => Some(rest),
        _ => None,
    };
    let path = match authority {
        Some(rest) => {
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let authority = authority_of(&scheme, authority)?;
            let path = path_of(path)?;
            if !authority.is_empty() || (!scheme.is_empty() && !path.is_empty()) {
                output.push_str("//");
                output.push_str(&authority);
            }
            path
        }
        None => path_of(rest)?,
    };
    if output.is_empty() && path.split('/').next().unwrap_or_default().contains(':') {
        output.push_str("./");
    }
    output.push_str(&path);
    Ok(with_query(output, query))
}

fn with_query(mut output: String, query: Option<&str>) -> String {
    if let Some(query) = query {
        output.push('?');
        output.push_str(query);
    }
    output
}

fn scheme(text: &str) -> Result<(&str, &str), String> {
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if index > 0 => {}
            b':' if index == 0 => return Err("missing protocol scheme".to_owned()),
            b':' => return Ok(text.split_once(':').unwrap_or(("", text))),
            _ => break,
        }
    }
    Ok(("", text))
}

fn path_of(path: &str) -> Result<String, String> {
    let decoded = unescape(path, Part::Path)?;
    Ok(if path == "*" { path.to_owned() } else { encoded(path, &decoded, Part::Path) })
}

/// User and host, written again.
fn authority_of(scheme: &str, text: &str) -> Result<String, String> {
    let (user, host) = match text.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, text),
    };
    let host = escape(&host_of(scheme, host)?, Part::Host);
    let Some(user) = user else { return Ok(host) };
    let allowed = |character: char| character.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(character);
    if !user.chars().all(allowed) {
        return Err("net/url: invalid userinfo".to_owned());
    }
    let part = |text: &str| Ok::<_, String>(escape(&unescape(text, Part::User)?, Part::User));
    Ok(match user.split_once(':') {
        Some((name, password)) => format!("{}:{}@{host}", part(name)?, part(password)?),
        None => format!("{}@{host}", part(user)?),
    })
}

fn host_of(scheme: &str, host: &str) -> Result<Vec<u8>, String> {
    match host.rfind('[') {
        Some(0) => {
            let Some((name, port)) = host.get(1..).and_then(|host| host.rsplit_once(']')) else {
                return Err("missing ']' in host".to_owned());
            };
            check_port(port)?;
            let name = match name.find("%25").and_then(|at| name.split_at_checked(at)) {
                Some((name, zone)) => [unescape(name, Part::Host)?, unescape(zone, Part::Zone)?].concat(),
                None => unescape(name, Part::Host)?,
            };
            check_address(&super::yaml::text_of(&name))?;
            Ok([b"[", name.as_slice(), b"]", port.as_bytes()].concat())
        }
        Some(_) => Err("invalid IP-literal".to_owned()),
        None => {
            let strict = matches!(scheme, "http" | "https");
            let colon = if strict { host.find(':') } else { host.rfind(':') };
            if let Some(port) = colon.and_then(|colon| host.get(colon..)) {
                check_port(port)?;
            }
            unescape(host, Part::Host)
        }
    }
}

fn check_port(port: &str) -> Result<(), String> {
    let digits = port.strip_prefix(':').unwrap_or(port);
    if port.is_empty() || (port.starts_with(':') && digits.bytes().all(|byte| byte.is_ascii_digit())) {
        return Ok(());
    }
    Err(format!("invalid port {} after host", quoted(port)))
}

/// Only an IPv6 address may stand in brackets.
fn check_address(text: &str) -> Result<(), String> {
    let (address, zone) = match text.split_once('%') {
        Some((address, zone)) => (address, Some(zone)),
        None => (text, None),
    };
    let failure = |problem: &str| Err(format!("invalid host: ParseAddr({}): {problem}", quoted(text)));
    if address.parse::<std::net::Ipv4Addr>().is_ok() {
        return match zone {
            None => Err("invalid IP-literal".to_owned()),
            Some(_) => failure("unexpected character"),
        };
    }
    match zone {
        _ if !text.contains([':', '.', '%']) => failure("unable to parse IP"),
        Some("") => failure("zone must be a non-empty string"),
        _ if address.parse::<std::net::Ipv6Addr>().is_ok() => Ok(()),
        _ => failure("unable to parse IP"),
    }
}

/// Whether Go writes a byte as it is.
fn is_kept(byte: u8, part: Part) -> bool {
    match byte {
        b'-' | b'_' | b'.' | b'~' | b'$' | b'&' | b'+' | b'=' => true,
        b'/' | b':' | b'@' | b',' | b';' | b'?' => match part {
            Part::Path => byte != b'?',
            Part::User => matches!(byte, b',' | b';'),
            Part::Host | Part::Zone => matches!(byte, b':' | b',' | b';'),
            Part::Fragment => true,
        },
        b'!' | b'(' | b')' | b'*' => matches!(part, Part::Fragment | Part::Host | Part::Zone),
        b'\'' | b'[' | b']' | b'<' | b'>' | b'"' => matches!(part, Part::Host | Part::Zone),
        _ => byte.is_ascii_alphanumeric(),
    }
}

fn unescape(text: &str, part: Part) -> Result<Vec<u8>, String> {
    let host = matches!(part, Part::Host | Part::Zone);
    let mut output = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    let bad_escape = |bytes: &[u8]| {
        let shown = super::yaml::text_of(bytes.get(..3).unwrap_or(bytes));
        Err(format!("invalid URL escape {}", quoted(&shown)))
    };
    while let Some((&byte, behind)) = rest.split_first() {
        if byte != b'%' {
            if host && byte < 0x80 && !is_kept(byte, part) {
                return Err(format!("invalid character {} in host name", quoted(&char::from(byte).to_string())));
            }
            output.push(byte);
            rest = behind;
            continue;
        }
        let digit = |index: usize| behind.get(index).and_then(|digit| char::from(*digit).to_digit(16));
        let (Some(high), Some(low)) = (digit(0), digit(1)) else { return bad_escape(rest) };
        let decoded = u8::try_from(high << 4 | low).unwrap_or_default();
        let percent = behind.starts_with(b"25");
        let refused = match part {
            Part::Host => high < 8 && !percent,
            Part::Zone => !percent && decoded != b' ' && !is_kept(decoded, Part::Host),
            _ => false,
        };
        if refused {
            return bad_escape(rest);
        }
        output.push(decoded);
        rest = behind.get(2..).unwrap_or_default();
    }
    Ok(output)
}

fn escape(bytes: &[u8], part: Part) -> String {
    let mut output = String::with_capacity(bytes.len());
    for &byte in bytes {
        if is_kept(byte, part) {
            output.push(char::from(byte));
        } else {
            output.push_str(&format!("%{byte:02X}"));
        }
    }
    output
}

/// The text as it was written where that is a valid way to write it, else written anew.
fn encoded(written: &str, decoded: &[u8], part: Part) -> String {
    let valid = written.bytes().all(|byte| b"!$&'()*+,;=:@[]%".contains(&byte) || is_kept(byte, part));
    if valid { written.to_owned() } else { escape(decoded, part) }
}

#[cfg(test)]
mod tests {
    use super::normalised;

    #[test]
    fn addresses_are_written_as_go_writes_them() {
        for (text, wanted) in [
            ("https://exa.com/a b?q=1 2#f", "https://exa.com/a%20b?q=1 2#f"),
            ("HTTP://Exa.com", "http://Exa.com"),
            ("../x", "../x"),
            ("mailto:a b", "mailto:a b"),
            ("http://u:p@h:80/%7e#a b", "http://u:p@h:80/%7e#a%20b"),
            ("a?", "a?"),
            ("#x", "#x"),
            ("é", "%C3%A9"),
            ("file:///x", "file:///x"),
            ("//h/x", "//h/x"),
            ("http://[::1]:80/", "http://[::1]:80/"),
        ] {
            assert_eq!(normalised(text).unwrap(), wanted, "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_told_in_gos_words() {
        for (text, wanted) in [
            (":x", "parse \":x\": missing protocol scheme"),
            ("a:b/c d:e", "a:b/c d:e"),
            ("1:b", "parse \"1:b\": first path segment in URL cannot contain colon"),
            ("http://h:x/", "parse \"http://h:x/\": invalid port \":x\" after host"),
            ("http://a b/%zz", "parse \"http://a b/%zz\": invalid character \" \" in host name"),
            ("/%zz", "parse \"/%zz\": invalid URL escape \"%zz\""),
            ("x#%z", "parse \"x#%z\": invalid URL escape \"%z\""),
            ("http://[x", "parse \"http://[x\": missing ']' in host"),
        ] {
            assert_eq!(normalised(text).unwrap_or_else(|error| error), wanted, "{text}");
        }
    }
}
