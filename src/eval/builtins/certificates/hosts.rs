//! The hosts that a certificate is for.

use std::net::{IpAddr, Ipv6Addr};

use crate::eval::Value;

use super::certificate::Certificate;

/// The items of a field.
pub(super) fn items<'c>(certificate: &'c Certificate, field: &str) -> &'c [Value] {
    if let Value::Array(items) = certificate.field(field) { items.as_slice() } else { &[] }
}

/// The text that a value is.
pub(super) fn text(value: &Value) -> Option<&str> {
    if let Value::String(text) = value { Some(text) } else { None }
}

/// The texts of a field.
pub(super) fn texts<'c>(certificate: &'c Certificate, field: &str) -> impl Iterator<Item = &'c str> {
    items(certificate, field).iter().filter_map(text)
}

/// Whether a certificate is for a host, which is a name or an address.
pub(super) fn is_for(certificate: &Certificate, host: &str) -> bool {
    let plain = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    if let Ok(address) = plain.parse::<IpAddr>() {
        let address = match address {
            IpAddr::V4(four) => four.to_ipv6_mapped(),
            IpAddr::V6(six) => six,
        };
        return texts(certificate, "IPAddresses").any(|known| mapped(known) == Some(address));
    }
    let host = host.to_ascii_lowercase();
    let is_name = is_host(&host, false);
    texts(certificate, "DNSNames").any(|pattern| {
        if is_name && is_host(pattern, true) {
            return suits(&pattern.to_ascii_lowercase(), host.strip_suffix('.').unwrap_or(&host));
        }
        !matches!(pattern, "" | ".") && !matches!(host.as_str(), "" | ".") && pattern.eq_ignore_ascii_case(&host)
    })
}

fn mapped(text: &str) -> Option<Ipv6Addr> {
    match text.parse().ok()? {
        IpAddr::V4(four) => Some(four.to_ipv6_mapped()),
        IpAddr::V6(six) => Some(six),
    }
}

/// Whether a text is the name of a host; the first label of a pattern may be a star.
fn is_host(text: &str, is_pattern: bool) -> bool {
    let text = if is_pattern { text } else { text.strip_suffix('.').unwrap_or(text) };
    let is_label = |(index, label): (usize, &str)| {
        let is_right = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        is_pattern && index == 0 && label == "*"
            || !label.is_empty() && !label.starts_with('-') && label.bytes().all(is_right)
    };
    text != "*" && text.split('.').enumerate().all(is_label)
}

/// Whether a name suits a pattern, label by label.
fn suits(pattern: &str, name: &str) -> bool {
    let (patterns, labels): (Vec<&str>, Vec<&str>) = (pattern.split('.').collect(), name.split('.').collect());
    let one = |(index, (pattern, label)): (usize, (&&str, &&str))| index == 0 && *pattern == "*" || pattern == label;
    patterns.len() == labels.len() && patterns.iter().zip(&labels).enumerate().all(one)
}
