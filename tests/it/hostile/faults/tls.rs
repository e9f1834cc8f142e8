//! TLS that fails: by its bytes, or by its certificates.

use super::super::super::support::{Authority, Identity};
use super::super::reply::Reply;
use super::super::server::Greeting;
use super::{Command, Fault, On};

pub fn faults() -> Vec<Fault> {
    let authority = Authority::new();
    let bytes = |name: &str, bytes: &[u8], closes: bool| {
        let mut fault = Fault::reply(name, On::All, Reply::Bytes(Vec::new())).every(5);
        fault.greeting = Greeting::Bytes(bytes.to_vec(), closes);
        fault.authority = Some(authority.pem());
        if closes { fault } else { fault.timeout("3") }
    };
    let alert = |description: u8| [21, 3, 3, 0, 2, 2, description];
    let shows = |name: &str, identity: &Identity, code: u8| {
        let mut fault = Fault::new(name, On::All, |_, sane| sane).every(code).most(20);
        fault.greeting = Greeting::Tls(identity.tls());
        fault.authority = Some(authority.pem());
        fault
    };
    let plain = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";
    let mut good = shows("TLS: as it should be", &authority.server(&["127.0.0.1"]), 0);
    // The other registry speaks plain HTTP.
    good.not_for(Command::Copy);
    vec![
        good,
        bytes("TLS: handshake failure", &alert(40), true),
        bytes("TLS: protocol version", &alert(70), true),
        bytes("TLS: internal error", &alert(80), true),
        bytes("TLS: unrecognised name", &alert(112), true),
        bytes("TLS: an unheard-of alert", &alert(213), true),
        bytes("TLS: a client certificate wanted", &alert(116), true),
        bytes("TLS: plain HTTP", plain, true),
        bytes("TLS: a banner", b"SSH-2.0-OpenSSH_9.2\r\n", true),
        bytes("TLS: noise", &[7; 4096], true),
        bytes("TLS: half a hello", &[22, 3, 3, 0, 90, 2, 0, 0, 86, 3, 3, 1, 2, 3], true),
        bytes("TLS: half a hello, then silence", &[22, 3, 3, 0, 90, 2, 0, 0, 86, 3, 3, 1, 2, 3], false),
        bytes("TLS: a record of 64 KB", &[&[22, 3, 3, 255, 255][..], &[0; 65_535]].concat(), true),
        bytes("TLS: hung up", b"", true),
        bytes("TLS: silence", b"", false),
        shows("TLS: another host", &authority.server(&["other.example"]), 5),
        shows("TLS: another address", &authority.server(&["127.0.0.2"]), 5),
        shows("TLS: another authority", &Authority::new().server(&["127.0.0.1"]), 5),
        shows("TLS: expired", &authority.expired(&["127.0.0.1"]), 5),
        shows("TLS: not valid yet", &authority.not_yet(&["127.0.0.1"]), 5),
        shows("TLS: a client's certificate", &authority.client("127.0.0.1"), 5),
    ]
}
