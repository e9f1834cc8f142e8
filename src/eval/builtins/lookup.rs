//! Addresses of names.

use crate::eval::Value;
use crate::eval::network::{Fault, REFUSED};
use std::collections::BTreeSet;

use super::error::failed;
use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};

pub(super) const BUILTINS: &[Builtin] = &[builtin("net.lookup_ip_addr", 1, lookup_ip_addr)];

/// An address is its own answer; a name needs the network.
fn lookup_ip_addr(operands: &[Value], options: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let name = operand::string(operands, 1)?;
    let Some(network) = &options.network else {
        let address: std::net::IpAddr = name.parse().map_err(|_| BuiltinError::Refused(REFUSED))?;
        return Ok(BTreeSet::from([Value::from(address.to_string())]).into());
    };
    if !network.hosts().have(name, None) {
        return Err(failed(format!("disallowed host: {name}")));
    }
    match network.addresses(name) {
        Ok(found) => Ok(found.iter().map(|address| Value::from(address.to_string())).collect::<BTreeSet<_>>().into()),
        Err(Fault::Ended) => Err(BuiltinError::Ended("net.lookup_ip_addr: operation was canceled")),
        Err(fault) => Err(failed(fault.to_string())),
    }
}
