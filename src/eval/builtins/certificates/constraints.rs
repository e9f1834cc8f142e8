//! The names an authority may certify.

use std::net::IpAddr;

use crate::eval::Value;

use super::super::text::quote;
use super::alternative::address;
use super::der::{Reader, SEQUENCE, own, own_constructed};
use super::shape;

const INVALID: &str = "x509: invalid NameConstraints extension";

#[derive(Default)]
struct Names {
    hosts: Vec<String>,
    ranges: Vec<Value>,
    mails: Vec<String>,
    uris: Vec<String>,
}

/// Fields and their values.
type Fields = Vec<(&'static str, Value)>;

/// The fields of an extension, and whether all kinds of names in it are known.
pub(super) fn read(value: &[u8]) -> Result<(Fields, bool), String> {
    let mut outer = Reader(value);
    let mut within = outer.within(SEQUENCE).filter(|_| outer.is_empty()).ok_or(INVALID)?;
    let permitted = within.optional(own_constructed(0)).ok_or(INVALID)?;
    let excluded = within.optional(own_constructed(1)).ok_or(INVALID)?;
    if !within.is_empty() {
        return Err(INVALID.to_owned());
    }
    if [permitted, excluded].iter().all(|names| names.is_none_or(|names| names.is_empty())) {
        return Err("x509: empty name constraints extension".to_owned());
    }
    let mut known = true;
    let permitted = names(permitted, &mut known)?;
    let excluded = names(excluded, &mut known)?;
    let fields = vec![
        ("PermittedDNSDomains", shape::texts(&permitted.hosts)),
        ("PermittedIPRanges", shape::slice(permitted.ranges)),
        ("PermittedEmailAddresses", shape::texts(&permitted.mails)),
        ("PermittedURIDomains", shape::texts(&permitted.uris)),
        ("ExcludedDNSDomains", shape::texts(&excluded.hosts)),
        ("ExcludedIPRanges", shape::slice(excluded.ranges)),
        ("ExcludedEmailAddresses", shape::texts(&excluded.mails)),
        ("ExcludedURIDomains", shape::texts(&excluded.uris)),
    ];
    Ok((fields, known))
}

fn names(trees: Option<Reader<'_>>, known: &mut bool) -> Result<Names, String> {
    let mut names = Names::default();
    let Some(mut trees) = trees else { return Ok(names) };
    while !trees.is_empty() {
        let name = trees.within(SEQUENCE).and_then(|mut tree| tree.any()).ok_or(INVALID)?;
        let text = || {
            let text = std::str::from_utf8(name.content).ok().filter(|text| text.is_ascii());
            text.map(str::to_owned).ok_or_else(|| {
                let shown = quote(&String::from_utf8_lossy(name.content));
                format!("x509: invalid constraint value: x509: {shown} cannot be encoded as an IA5String")
            })
        };
        let refused = |kind: &str, text: &str| Err(format!("x509: failed to parse {kind} constraint {}", quote(text)));
        const HOST: u8 = own(2);
        const MAIL: u8 = own(1);
        const RANGE: u8 = own(7);
        const URI: u8 = own(6);
        match name.tag {
            HOST => {
                let text = text()?;
                if !is_domain(&text, true) {
                    return refused("dnsName", &text);
                }
                names.hosts.push(text);
            }
            RANGE => names.ranges.push(range(name.content)?),
            MAIL => {
                let text = text()?;
                let is_right = match text.rsplit_once('@') {
                    Some((local, domain)) => !local.is_empty() && is_domain(domain, false),
                    None => is_domain(&text, true),
                };
                if !is_right {
                    return refused("rfc822Name", &text);
                }
                names.mails.push(text);
            }
            URI => {
                let text = text()?;
                if text.parse::<IpAddr>().is_ok() {
                    let shown = quote(&text);
                    return Err(format!("x509: failed to parse URI constraint {shown}: cannot be IP address"));
                }
                if !is_domain(&text, true) {
                    return refused("URI", &text);
                }
                names.uris.push(text);
            }
            _ => *known = false,
        }
    }
    Ok(names)
}

fn range(content: &[u8]) -> Result<Value, String> {
    if !matches!(content.len(), 8 | 32) {
        return Err(format!("x509: IP constraint contained value of length {}", content.len()));
    }
    let (start, mask) = content.split_at(content.len() / 2);
    let bits = mask.iter().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
    let width = u32::try_from(mask.len() * 8).unwrap_or(128);
    let ones = (bits << (128 - width)).leading_ones();
    if bits.count_ones() != ones {
        let shown: String = mask.iter().map(|byte| format!("{byte:02x}")).collect();
        return Err(format!("x509: IP constraint contained invalid mask {shown}"));
    }
    let start = address(start).unwrap_or_default();
    Ok(shape::object([("IP", start.into()), ("Mask", shape::bytes(mask))]))
}

/// Whether a text may be a domain; that of a constraint may begin with a dot.
pub(super) fn is_domain(text: &str, in_constraint: bool) -> bool {
    let text = if in_constraint { text.strip_prefix('.').unwrap_or(text) } else { text };
    let is_label = |label: &str| !label.is_empty() && label.bytes().all(|byte| (33..=126).contains(&byte));
    text.is_empty() || text.split('.').all(is_label)
}
