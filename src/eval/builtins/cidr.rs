//! Networks of the internet protocol, as addresses with a prefix.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv6Addr};

use crate::eval::Value;

use super::error::failed;
use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand, size};

pub(super) const BUILTINS: &[Builtin] = &[
    builtin("net.cidr_contains", 2, contains),
    builtin("net.cidr_contains_matches", 2, contains_matches),
    builtin("net.cidr_expand", 1, expand),
    builtin("net.cidr_intersects", 2, intersects),
    builtin("net.cidr_is_valid", 1, is_valid),
    builtin("net.cidr_merge", 1, merge),
    builtin("net.cidr_overlap", 2, contains),
];

/// A network; an IPv4 address is the IPv6 address it maps to, its prefix 96 longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    address: u128,
    prefix: u32,
}

impl Network {
    fn parse(text: &str) -> Result<Self, BuiltinError> {
        let invalid = || failed(format!("invalid CIDR address: {text}"));
        let (address, prefix) = text.split_once('/').ok_or_else(invalid)?;
        let address: IpAddr = address.parse().map_err(|_| invalid())?;
        if prefix.is_empty() || prefix.bytes().any(|byte| !byte.is_ascii_digit()) {
            return Err(invalid());
        }
        let prefix: u32 = prefix.parse().map_err(|_| invalid())?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        if prefix > longest {
            return Err(invalid());
        }
        let prefix = prefix + 128 - longest;
        Ok(Self { address: bits(address) & mask(prefix), prefix })
    }

    fn first(self) -> u128 {
        self.address & mask(self.prefix)
    }

    fn last(self) -> u128 {
        self.address | !mask(self.prefix)
    }

    fn holds(self, address: u128) -> bool {
        is_v4(self.address) == is_v4(address) && (self.address ^ address) & mask(self.prefix) == 0
    }

    fn holds_network(self, other: Self) -> bool {
        if is_v4(self.address) || is_v4(other.address) {
            self.holds(other.address) && self.holds(other.last())
        } else {
            self.prefix <= other.prefix && (self.address ^ other.address) & mask(self.prefix) == 0
        }
    }
}

impl std::fmt::Display for Network {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let address = Ipv6Addr::from_bits(self.address);
        match address.to_ipv4_mapped() {
            Some(address) if self.prefix >= 96 => write!(formatter, "{address}/{}", self.prefix - 96),
            _ => write!(formatter, "{address}/{}", self.prefix),
        }
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

fn is_v4(address: u128) -> bool {
    address >> 32 == 0xffff
}

fn mask(prefix: u32) -> u128 {
    u128::MAX.checked_shl(128 - prefix).unwrap_or(0)
}

/// A text operand; OPA tells every operand of these functions as the first.
fn text(value: &Value) -> Result<&str, BuiltinError> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(operand::wrong(1, other, &["string"])),
    }
}

fn contains(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    Ok(does_contain(operand::at(operands, 1), operand::at(operands, 2))?.into())
}

fn does_contain(network: &Value, inner: &Value) -> Result<bool, BuiltinError> {
    let network = Network::parse(text(network)?)?;
    let inner = text(inner)?;
    if let Ok(address) = inner.parse() {
        return Ok(network.holds(bits(address)));
    }
    let inner = Network::parse(inner)
        .map_err(|_| failed(format!("not a valid textual representation of an IP address or CIDR: {inner}")))?;
    Ok(network.holds_network(inner))
}

fn is_valid(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    Ok(operand::string(operands, 1).is_ok_and(|text| Network::parse(text).is_ok()).into())
}

/// The addresses of a network.
fn expand(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let network = Network::parse(operand::string(operands, 1)?)?;
    let count = usize::try_from(network.last() - network.first()).unwrap_or(usize::MAX);
    size::check(count.saturating_mul(size::VALUE))?;
    let address = |bits: u128| {
        let address = Ipv6Addr::from_bits(bits);
        address.to_ipv4_mapped().map_or_else(|| address.to_string(), |address| address.to_string())
    };
    Ok((network.first()..=network.last()).map(|bits| Value::from(address(bits))).collect::<BTreeSet<_>>().into())
}

fn intersects(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let left = Network::parse(text(operand::at(operands, 1))?)?;
    let right = Network::parse(text(operand::at(operands, 2))?)?;
    Ok((left.holds(right.address) || right.holds(left.address)).into())
}

/// Which networks of the first operand contain which networks or addresses of the second: pairs of their keys.
fn contains_matches(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let mut pairs = BTreeSet::new();
    for (network, left) in keyed(operands, 1) {
        let network = network?;
        for (inner, right) in keyed(operands, 2) {
            if does_contain(network, inner?)? {
                pairs.insert(Value::from(vec![left.clone(), right]));
            }
        }
    }
    Ok(pairs.into())
}

type Keyed<'a> = (Result<&'a Value, BuiltinError>, Value);

fn keyed<'a>(operands: &'a [Value], position: usize) -> Vec<Keyed<'a>> {
    let network = |value: &'a Value| match value {
        text @ Value::String(_) => Ok(text),
        Value::Array(items) if !items.is_empty() => Ok(items.first().unwrap_or(value)),
        _ => Err(failed(format!("operand {position}: element must be string or non-empty array"))),
    };
    match operand::at(operands, position) {
        text @ Value::String(_) => vec![(Ok(text), text.clone())],
        Value::Array(items) => items.iter().enumerate().map(|(index, item)| (network(item), index.into())).collect(),
        Value::Set(items) => items.iter().map(|item| (network(item), item.clone())).collect(),
        Value::Object(fields) => fields.iter().map(|(key, item)| (network(item), key.clone())).collect(),
        _ => Vec::new(),
    }
}

/// A run of addresses, and the network it came from where it was not joined with another.
struct Run {
    first: u128,
    last: u128,
    network: Option<Network>,
}

/// The fewest networks that cover the same addresses.
fn merge(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let networks: Vec<Network> = match operand::at(operands, 1) {
        Value::Array(items) => items.iter().map(network_or_address).collect::<Result<_, _>>()?,
        Value::Set(items) => items.iter().map(network_or_address).collect::<Result<_, _>>()?,
        _ => return Err(failed("operand must be an array")),
    };
    let mut runs: Vec<Run> = networks
        .into_iter()
        .map(|network| Run { first: network.first(), last: network.last(), network: Some(network) })
        .collect();
    runs.sort_by_key(|run| (run.last, run.first));
    let mut covering = BTreeSet::new();
    let mut open: Option<Run> = None;
    for run in runs.into_iter().rev() {
        open = Some(match open {
            Some(later) if later.first.saturating_sub(1) <= run.last => {
                Run { first: later.first.min(run.first), last: later.last, network: None }
            }
            Some(later) => {
                cover(&later, &mut covering);
                run
            }
            None => run,
        });
    }
    if let Some(run) = open {
        cover(&run, &mut covering);
    }
    Ok(covering.into())
}

/// An element of `net.cidr_merge`; a bare IPv4 address stands for the network of its class.
fn network_or_address(value: &Value) -> Result<Network, BuiltinError> {
    let Value::String(text) = value else { return Err(failed("element must be string")) };
    let Ok(address) = text.parse::<IpAddr>() else { return Network::parse(text) };
    let address = bits(address);
    if !is_v4(address) {
        return Err(failed("IPv6 invalid: needs prefix length"));
    }
    let prefix = match address >> 24 & 0xff {
        0..0x80 => 8,
        0x80..0xc0 => 16,
        _ => 24,
    };
    Ok(Network { address, prefix: 96 + prefix })
}

fn cover(run: &Run, covering: &mut BTreeSet<Value>) {
    if let Some(network) = run.network {
        covering.insert(network.to_string().into());
        return;
    }
    let mut first = run.first;
    loop {
        let mut free = first.trailing_zeros().min(128);
        while free > 0 && first | !mask(128 - free) > run.last {
            free -= 1;
        }
        let network = Network { address: first, prefix: 128 - free };
        covering.insert(network.to_string().into());
        match network.last().checked_add(1) {
            Some(next) if next <= run.last => first = next,
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(name: &str, operands: &[&str]) -> Result<String, String> {
        let operands: Vec<Value> = operands.iter().map(|text| Value::from_json(text).unwrap()).collect();
        let builtin = BUILTINS.iter().find(|builtin| builtin.name == name).unwrap();
        match builtin.call(&operands, &BuiltinOptions::default()) {
            Ok(value) => Ok(value.to_json()),
            Err(error) => Err(error.to_string()),
        }
    }

    fn is(name: &str, left: &str, right: &str) -> bool {
        call(name, &[&format!("{left:?}"), &format!("{right:?}")]).unwrap() == "true"
    }

    #[test]
    fn a_network_contains_its_parts() {
        assert!(is("net.cidr_contains", "10.0.0.0/8", "10.1.0.0/24"));
        assert!(!is("net.cidr_contains", "10.0.0.0/8", "11.0.0.1"));
        assert!(is("net.cidr_contains", "::/80", "::/80"));
        assert!(is("net.cidr_overlap", "127.0.0.1/32", "127.0.0.1"));
        assert_eq!(
            call("net.cidr_contains", &["\"10.0.0.0/8\"", "\"x\""]),
            Err("not a valid textual representation of an IP address or CIDR: x".into())
        );
        assert_eq!(
            call("net.cidr_contains", &["\"10.0.0.0/33\"", "\"x\""]),
            Err("invalid CIDR address: 10.0.0.0/33".into())
        );
    }

    #[test]
    fn networks_intersect_where_one_holds_the_other() {
        assert!(is("net.cidr_intersects", "192.168.0.0/16", "192.168.1.0/24"));
        assert!(!is("net.cidr_intersects", "192.168.0.0/16", "10.0.0.0/8"));
    }

    #[test]
    fn matches_are_pairs_of_keys() {
        assert_eq!(
            call(
                "net.cidr_contains_matches",
                &[r#"["1.1.2.0/24","1.1.1.0/24"]"#, r#"{"a":["1.1.1.1"],"b":"1.1.2.1"}"#]
            ),
            Ok(r#"[[0,"b"],[1,"a"]]"#.into())
        );
        assert_eq!(
            call("net.cidr_contains_matches", &[r#"["1.1.2.0/24"]"#, "[[]]"]),
            Err("operand 2: element must be string or non-empty array".into())
        );
    }

    #[test]
    fn neighbours_are_merged() {
        assert_eq!(
            call("net.cidr_merge", &[r#"["192.0.2.112/31","192.0.2.116/31","192.0.2.118/31"]"#]),
            Ok(r#"["192.0.2.112/31","192.0.2.116/30"]"#.into())
        );
        assert_eq!(call("net.cidr_merge", &[r#"["192.0.128.0","192.0.129.0"]"#]), Ok(r#"["192.0.128.0/23"]"#.into()));
        assert_eq!(call("net.cidr_merge", &[r#"["192.0.128.5"]"#]), Ok(r#"["192.0.128.5/24"]"#.into()));
        assert_eq!(call("net.cidr_merge", &[r#"["0.0.0.0/1","128.0.0.0/1"]"#]), Ok(r#"["0.0.0.0/0"]"#.into()));
        assert_eq!(call("net.cidr_merge", &[r#"["::1"]"#]), Err("IPv6 invalid: needs prefix length".into()));
        assert_eq!(call("net.cidr_merge", &["[]"]), Ok("[]".into()));
    }
}
