//! Documents of a schema that lie elsewhere.

use crate::eval::Value;
use crate::eval::network::{Network, Request};

use super::super::uri::Address;

/// The document at an address, or why there is none, as gojsonschema words it.
pub(super) fn load(address: &str, network: &Network) -> Result<Value, String> {
    let read = Address::read(address)?;
    let (host, port) = read.host_and_port();
    // A file is no host, and what lies in files is nobody's business here.
    if read.scheme == "file" || !network.hosts().have(host, port.parse().ok()) {
        return Err(format!("remote reference loading disabled: {address}"));
    }
    let request = Request { method: "GET".to_owned(), url: address.to_owned(), follows: true, ..Request::default() };
    let response = network.send(&request).map_err(|fault| fault.to_string())?;
    if response.code != 200 {
        return Err(format!("Could not read schema from HTTP, response status is {}", response.status));
    }
    Value::from_json(&response.body).map_err(|error| error.to_string())
}
