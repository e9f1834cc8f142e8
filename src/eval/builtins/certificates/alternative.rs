//! The other names of a subject: hosts, mail addresses, network addresses and URIs.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::eval::Value;

use super::super::text::quote;
use super::super::uri::Address;
use super::der::{Reader, SEQUENCE};
use super::shape;

/// The names of one extension.
#[derive(Default)]
pub(super) struct Alternatives {
    hosts: Vec<String>,
    mails: Vec<String>,
    addresses: Vec<String>,
    uris: Vec<(String, Value)>,
}

impl Alternatives {
    pub(super) fn read(value: &[u8]) -> Result<Self, String> {
        let mut names = Reader(value).within(SEQUENCE).ok_or("x509: invalid subject alternative names")?;
        let mut read = Self::default();
        while !names.is_empty() {
            let name = names.any().ok_or("x509: invalid subject alternative name")?;
            let text = |kind: &str| {
                let text = std::str::from_utf8(name.content).ok().filter(|text| text.is_ascii());
                text.map(str::to_owned).ok_or_else(|| format!("x509: SAN {kind} is malformed"))
            };
            match name.tag ^ 0x80 {
                1 => read.mails.push(text("rfc822Name")?),
                2 => read.hosts.push(text("dNSName")?),
                6 => {
                    let text = text("uniformResourceIdentifier")?;
                    let uri =
                        uri(&text).map_err(|error| format!("x509: cannot parse URI {}: {error}", quote(&text)))?;
                    read.uris.push((text, uri));
                }
                7 => read.addresses.push(
                    address(name.content)
                        .ok_or_else(|| format!("x509: cannot parse IP address of length {}", name.content.len()))?,
                ),
                _ => {}
            }
        }
        Ok(read)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.hosts.is_empty() && self.mails.is_empty() && self.addresses.is_empty() && self.uris.is_empty()
    }

    /// The names as fields of Go's certificate.
    pub(super) fn shown(&self) -> [(&'static str, Value); 4] {
        [
            ("DNSNames", shape::texts(&self.hosts)),
            ("EmailAddresses", shape::texts(&self.mails)),
            ("IPAddresses", shape::texts(&self.addresses)),
            ("URIs", shape::slice(self.uris.iter().map(|(_, uri)| uri.clone()))),
        ]
    }

    /// The URIs as texts, which OPA adds.
    pub(super) fn uri_texts(&self) -> Value {
        shape::slice(self.uris.iter().map(|(text, _)| text.as_str().into()))
    }
}

/// A network address as text.
pub(super) fn address(bytes: &[u8]) -> Option<String> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(Ipv4Addr::from(four).to_string());
    }
    let address = Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?);
    Some(address.to_ipv4_mapped().map_or_else(|| address.to_string(), |four| four.to_string()))
}

/// A URI as Go's `url.URL`.
fn uri(text: &str) -> Result<Value, String> {
    let address = Address::read(text)?;
    if !super::constraints::is_domain(&address.host, false) {
        return Err("invalid domain".to_owned());
    }
    let before = text.split(['#', '?']).next().unwrap_or_default();
    let after_scheme = before.get(address.scheme.len() + usize::from(!address.scheme.is_empty())..).unwrap_or_default();
    let is_opaque = !address.scheme.is_empty() && !after_scheme.starts_with('/');
    let authority = after_scheme.strip_prefix("//").and_then(|rest| rest.split('/').next());
    let raw_path = if address.raw_path == address.path { "" } else { &address.raw_path };
    let omits_host = !address.scheme.is_empty() && after_scheme.starts_with('/') && authority.is_none();
    let without_fragment = text.split('#').next().unwrap_or_default();
    Ok(shape::object([
        ("Scheme", address.scheme.as_str().into()),
        ("Opaque", if is_opaque { after_scheme } else { "" }.into()),
        ("User", if authority.is_some_and(|it| it.contains('@')) { shape::object([]) } else { Value::Null }),
        ("Host", address.host.as_str().into()),
        ("Path", address.path.as_str().into()),
        ("RawPath", raw_path.into()),
        ("OmitHost", omits_host.into()),
        ("ForceQuery", (without_fragment.ends_with('?') && address.raw_query.is_empty()).into()),
        ("RawQuery", address.raw_query.as_str().into()),
        ("Fragment", address.fragment.as_str().into()),
        ("RawFragment", "".into()),
    ]))
}
