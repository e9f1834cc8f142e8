//! Challenges that name a place to sign in that must not be gone to.

use super::super::reply::Reply;
use super::{Fault, On};

pub fn faults() -> Vec<Fault> {
    // What the registry calls its token server, and the code for it: a place that is not trusted is a matter of signing in.
    let table = [
        ("file:///etc/passwd", 4),
        ("ftp://127.0.0.1/token", 4),
        ("javascript:alert(1)", 4),
        ("data:application/json,{\"token\":\"a\"}", 4),
        ("unix:///run/docker.sock", 4),
        ("gopher://127.0.0.1/", 4),
        ("http://", 4),
        ("http:///token", 4),
        ("//", 4),
        ("/token", 4),
        ("token", 4),
        ("", 4),
        ("http://127.0.0.2:1/token", 4),
        ("http://169.254.169.254/latest/meta-data", 4),
        ("http://[fd00:ec2::254]/", 4),
        ("http://10.0.0.1/", 4),
        ("http://0.0.0.0:1/", 4),
        ("http://[::ffff:127.0.0.2]/", 4),
        ("http://localhost:1/token", 4),
        ("http://registry.evil.example/token", 4),
        ("https://registry.evil.example/token", 4),
        ("http://127.0.0.1.evil.example/token", 4),
        ("http://ann@127.0.0.1:1/token", 4),
        ("http://ann:pw@127.0.0.1:1/token", 4),
        ("http://@127.0.0.2:1/", 4),
        ("http://127.0.0.1:1@127.0.0.2:1/", 4),
        ("http://127.0.0.1:99999/", 4),
        ("http://[::1/", 4),
        ("http://127.0.0.1:1/token\u{7f}", 5),
        // The same host, whatever the port, is the registry's; nobody listens there.
        ("http://127.0.0.1:1/token", 5),
        ("http://2130706433:1/token", 5),
        ("http://0x7f.1:1/token", 5),
    ];
    table
        .into_iter()
        .map(|(realm, code)| {
            let challenge = format!("Bearer realm=\"{realm}\",service=\"s\"");
            let reply =
                Reply::error(401, "UNAUTHORIZED", "authentication required").with("www-authenticate", &challenge);
            Fault::reply(format!("realm {realm}"), On::Main, reply).every(code)
        })
        .collect()
}
