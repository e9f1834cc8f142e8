//! Whether the names of certificates are those that the authorities above them may certify.

use std::net::IpAddr;

use crate::eval::Value;

use super::certificate::Certificate;
use super::constraints::is_domain;
use super::hosts::{items, text, texts};

/// Whether a certificate has an extension of `2.5.29`.
fn has(certificate: &Certificate, arc: u64) -> bool {
    certificate.extensions.iter().any(|extension| extension.kind == [2, 5, 29, arc])
}

/// Whether each certificate of a chain, which begins with the leaf, has names that all above it permit.
pub(super) fn are_permitted(chain: &[&Certificate]) -> bool {
    chain.iter().enumerate().filter(|(_, certificate)| has(certificate, 17)).all(|(index, certificate)| {
        let mut above = chain.iter().skip(index + 1).filter(|above| has(above, 30)).peekable();
        if above.peek().is_none() {
            return true;
        }
        let Some(names) = Names::of(certificate) else { return false };
        above.all(|authority| names.are_permitted_by(authority))
    })
}

/// The names of a certificate.
struct Names<'c> {
    hosts: Vec<&'c str>,
    addresses: Vec<IpAddr>,
    /// The hosts of its URIs.
    uris: Vec<String>,
    /// What stands before and after the `@`.
    mails: Vec<(String, String)>,
}

impl<'c> Names<'c> {
    /// The names of a certificate; none where one cannot be held against constraints.
    fn of(certificate: &'c Certificate) -> Option<Self> {
        Some(Self {
            hosts: texts(certificate, "DNSNames").collect(),
            addresses: texts(certificate, "IPAddresses").filter_map(|text| text.parse().ok()).collect(),
            uris: items(certificate, "URIs").iter().map(uri_host).collect::<Option<_>>()?,
            mails: texts(certificate, "EmailAddresses").map(mailbox).collect::<Option<_>>()?,
        })
    }

    fn are_permitted_by(&self, authority: &Certificate) -> bool {
        let names = |kind: &str, is_excluded: bool| {
            let field = format!("{}{kind}", if is_excluded { "Excluded" } else { "Permitted" });
            texts(authority, &field).map(str::to_owned).collect::<Vec<_>>()
        };
        let suits = |kind: &str, suits: &dyn Fn(&str, bool) -> bool| {
            let (permitted, excluded) = (names(kind, false), names(kind, true));
            (permitted.is_empty() || permitted.iter().any(|constraint| suits(constraint, false)))
                && !excluded.iter().any(|constraint| suits(constraint, true))
        };
        let is_host = |host: &str, kind: &str| {
            is_domain(host, false) && suits(kind, &|constraint, is_excluded| is_below(host, constraint, is_excluded))
        };
        self.hosts.iter().all(|host| is_host(host, "DNSDomains"))
            && self.uris.iter().all(|host| is_host(host, "URIDomains"))
            && self.mails.iter().all(|(local, domain)| {
                suits("EmailAddresses", &|constraint, is_excluded| match constraint.contains('@') {
                    true => mailbox(constraint).is_some_and(|known| known == (local.clone(), domain.clone())),
                    false => is_below(domain, constraint, is_excluded),
                })
            })
            && self.addresses.iter().all(|address| {
                let (permitted, excluded) =
                    (items(authority, "PermittedIPRanges"), items(authority, "ExcludedIPRanges"));
                (permitted.is_empty() || permitted.iter().any(|range| holds(range, *address)))
                    && !excluded.iter().any(|range| holds(range, *address))
            })
    }
}

/// Whether a host is a constraint or below it; one that begins with a dot is for what is below alone. A star stands for
/// names that may be excluded.
fn is_below(host: &str, constraint: &str, is_excluded: bool) -> bool {
    let (host, constraint) = (host.to_ascii_lowercase(), constraint.to_ascii_lowercase());
    let is_suffix = host.strip_suffix(constraint.as_str()).is_some_and(|before| {
        before.is_empty() || constraint.is_empty() || constraint.starts_with('.') || before.ends_with('.')
    });
    let parent = |name: &str| name.split_once('.').map(|(_, parent)| parent.to_owned());
    is_suffix || is_excluded && host.starts_with('*') && parent(&host).is_some() && parent(&host) == parent(&constraint)
}

/// Whether a range of addresses holds one.
fn holds(range: &Value, address: IpAddr) -> bool {
    use ::base64::Engine as _;
    let bytes = |address: IpAddr| match address {
        IpAddr::V4(four) => four.octets().to_vec(),
        IpAddr::V6(six) => six.octets().to_vec(),
    };
    let read = || {
        let start = bytes(text(range.field("IP")?)?.parse().ok()?);
        let mask = ::base64::engine::general_purpose::STANDARD.decode(text(range.field("Mask")?)?).ok()?;
        let address = bytes(address);
        let is_same = start.len() == address.len() && start.len() == mask.len();
        Some(is_same && start.iter().zip(&address).zip(&mask).all(|((one, other), mask)| one & mask == other & mask))
    };
    read().unwrap_or(false)
}

/// The host of a URI; none where it has none, or an address.
fn uri_host(uri: &Value) -> Option<String> {
    let host = text(uri.field("Host")?)?.to_ascii_lowercase();
    let host = match host.split_once(':') {
        Some((name, port)) if !host.ends_with(']') => (!port.contains(':')).then(|| name.to_owned())?,
        _ => host,
    };
    (!host.is_empty() && host.parse::<IpAddr>().is_err() && !host.starts_with('[')).then_some(host)
}

/// Both parts of a mail address.
fn mailbox(text: &str) -> Option<(String, String)> {
    let mut local = String::new();
    let mut rest = text.chars();
    if let Some(quoted) = text.strip_prefix('"') {
        rest = quoted.chars();
        loop {
            match rest.next()? {
                '"' => break,
                '\\' => local.push(rest.next()?),
                one if one.is_ascii() && !matches!(one, '\0' | '\t' | '\n' | '\r') => local.push(one),
                _ => return None,
            }
        }
    } else {
        loop {
            let before = rest.clone();
            match rest.next()? {
                '\\' => local.push(rest.next()?),
                one if one.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(one) => local.push(one),
                _ => {
                    rest = before;
                    break;
                }
            }
        }
        if local.is_empty() || local.starts_with('.') || local.ends_with('.') || local.contains("..") {
            return None;
        }
    }
    let domain = rest.as_str().strip_prefix('@').filter(|domain| is_domain(domain, false) && !domain.is_empty())?;
    Some((local, domain.to_ascii_lowercase()))
}
