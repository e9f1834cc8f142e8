//! Token servers that give what is no token.

use super::super::TOKEN;
use super::super::reply::Reply;
use super::super::sane::Kind;
use super::{Fault, On};
use std::io::Write;

/// An answer instead of the token.
fn gives(name: &str, body: impl Into<Vec<u8>>) -> Fault {
    Fault::reply(format!("token: {name}"), On::Kind(Kind::Token), Reply::full(200, &[], body)).by_token()
}

fn refuses(status: u16) -> Fault {
    let reply = Reply::full(status, &[], r#"{"details":"no token for you"}"#);
    Fault::reply(format!("token: status {status}"), On::Kind(Kind::Token), reply).by_token()
}

/// An odd member beside a good token.
fn with(member: &str) -> Fault {
    gives(&format!("with {member}"), format!(r#"{{"token":"{TOKEN}",{member}}}"#)).most(40)
}

pub fn faults() -> Vec<Fault> {
    let mut all = vec![
        gives("nothing", "").every(1),
        gives("no JSON", "token").every(1),
        gives("a page", "<html><title>Sign in</title></html>").every(1),
        gives("a list", "[]").every(1),
        gives("null", "null").every(1),
        gives("an empty object", "{}").every(1),
        gives("an empty token", r#"{"token":""}"#).every(1),
        gives("a null token", r#"{"token":null}"#).every(1),
        gives("a number", r#"{"token":7}"#).every(1),
        gives("a list of tokens", r#"{"token":["a"]}"#).every(1),
        gives("a line break", r#"{"token":"a\r\nx-evil: b"}"#).every(1),
        gives("a NUL", r#"{"token":"a\u0000b"}"#).every(1),
        gives("half an object", r#"{"token":"a"#).every(1),
        gives("invalid UTF-8", b"{\"token\":\"\xff\xfe\"}".to_vec()).every(1),
        gives("deep nesting", format!("{{\"x\":{}", "[".repeat(100_000))).every(6),
        gives("10 MB", format!(r#"{{"token":"{}"}}"#, "t".repeat(10 << 20))).every(6),
        gives("70 KB", format!(r#"{{"token":"{}"}}"#, "t".repeat(70_000))).every(6),
        gives("a token of another registry", r#"{"token":"other"}"#).every(4),
        with("\"expires_in\":0").every(0),
        with("\"expires_in\":-1").every(0),
        with("\"expires_in\":1e300").every(0),
        with("\"expires_in\":0.001").every(0),
        with("\"expires_in\":null").every(0),
        with("\"issued_at\":\"yesterday\"").every(0),
        with("\"issued_at\":7").every(0),
        with("\"access_token\":\"\"").every(0),
        Fault::reply("token: silence", On::Kind(Kind::Token), Reply::Silence(Vec::new()))
            .by_token()
            .every(5)
            .timeout("1"),
        Fault::reply("token: hung up", On::Kind(Kind::Token), Reply::Bytes(Vec::new())).by_token().every(5),
        Fault::new("token: compressed", On::Kind(Kind::Token), |_, sane| {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(&sane.bytes()).unwrap();
            sane.with("content-encoding", "gzip").with_body(encoder.finish().unwrap())
        })
        .by_token()
        .every(1),
        Fault::new("token: in circles", On::Kind(Kind::Token), |request, _| {
            Reply::full(302, &[("location", &request.target)], "")
        })
        .by_token()
        .every(4)
        .most(12),
        Fault::new("token: once unavailable", On::Kind(Kind::Token), |request, sane| match request.before {
            0 => Reply::status(503),
            _ => sane,
        })
        .by_token()
        .every(0)
        .most(12),
        Fault::new("token: never enough", On::Main, |_, _| {
            Reply::error(401, "UNAUTHORIZED", "authentication required")
                .with("www-authenticate", "Bearer realm=\"http://127.0.0.1:1/\"")
        })
        .every(5),
    ];
    for (status, code) in
        [(400, 1), (401, 4), (403, 4), (404, 1), (405, 1), (429, 5), (500, 5), (503, 5), (204, 1), (201, 1)]
    {
        all.push(refuses(status).every(code));
    }
    all
}
