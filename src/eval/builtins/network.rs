//! Functions that would reach the network.

use crate::eval::Value;

use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};

pub(super) const BUILTINS: &[Builtin] =
    &[builtin("http.send", 1, send), builtin("net.lookup_ip_addr", 1, lookup_ip_addr)];

const REFUSED: &str = "the network is not allowed: needs --allow-net";

fn send(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    operand::object(operands, 1)?;
    Err(BuiltinError::Refused(REFUSED))
}

/// An address is its own answer; a name needs the network.
fn lookup_ip_addr(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let name = operand::string(operands, 1)?;
    let address: std::net::IpAddr = name.parse().map_err(|_| BuiltinError::Refused(REFUSED))?;
    Ok(std::collections::BTreeSet::from([Value::from(address.to_string())]).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_needs_no_network() {
        let options = BuiltinOptions::default();
        assert_eq!(lookup_ip_addr(&["10.0.0.0".into()], &options).unwrap().to_json(), r#"["10.0.0.0"]"#);
        assert_eq!(
            lookup_ip_addr(&["example.com".into()], &options).unwrap_err().to_string(),
            "the network is not allowed: needs --allow-net"
        );
    }

    #[test]
    fn a_request_is_refused() {
        let error = send(&[Value::new_object()], &BuiltinOptions::default()).unwrap_err();
        assert_eq!(error.to_string(), "the network is not allowed: needs --allow-net");
    }
}
