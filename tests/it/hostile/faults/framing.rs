//! Answers that are no HTTP, or HTTP whose parts disagree.

use super::super::reply::Reply;
use super::super::sane::Kind;
use super::{Command, Fault, On};

/// A sane answer with a header line that frames it. Signing in and starting an upload read no bodies: the head suffices.
fn line(name: &str, line: String) -> Fault {
    Fault::new(name, On::Main, move |_, sane| sane.with_line(&line))
}

/// What is sent instead of any answer.
fn text(name: &str, text: &str) -> Fault {
    Fault::reply(name, On::Main, Reply::raw(text))
}

pub fn faults() -> Vec<Fault> {
    let mut all = vec![
        line("length of a million too many", "content-length: 1000000".to_owned()).codes(0, 0, 5, 5, 5),
        line("length of 2^63", "content-length: 9223372036854775808".to_owned()).codes(0, 0, 5, 5, 5),
        line("length of 2^64", "content-length: 18446744073709551616".to_owned()).every(5),
        line("negative length", "content-length: -1".to_owned()).every(5),
        line("length with a plus", "content-length: +10".to_owned()).every(5),
        line("length in words", "content-length: many".to_owned()).every(5),
        line("length in hexadecimal", "content-length: 0x10".to_owned()).every(5),
        line("two lengths", "content-length: 10\r\ncontent-length: 11".to_owned()).every(5),
        line("two lengths in one line", "content-length: 10, 11".to_owned()).every(5),
        line("a header without a colon", "this is no header".to_owned()).every(5),
        line("a header with a NUL", "x: a\0b\r\ncontent-length: 0".to_owned()).every(5),
        line("a name with blanks", "x y: z\r\ncontent-length: 0".to_owned()).every(5),
        line("no name", ": z\r\ncontent-length: 0".to_owned()).every(5),
        line("chunks that are none", "transfer-encoding: chunked".to_owned()).codes(0, 0, 5, 5, 5),
        text("half a chunk", "HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n40\n{").codes(0, 1, 5, 5, 5),
        text("a chunk of 2^68 bytes", "HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\nfffffffffffffffff\n{")
            .codes(0, 1, 5, 5, 5),
        text("a chunk of negative size", "HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n-1\n{").codes(0, 1, 5, 5, 5),
        text("chunks without an end", "HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n2\n{}\n").codes(0, 1, 5, 5, 5),
        text("a banner of SSH", "SSH-2.0-OpenSSH_9.2\n").every(5),
        text("a banner of SMTP", "220 mail.example ESMTP\n").every(5),
        text("a page without a head", "<html><body>hello</body></html>").every(5),
        text("HTTP of version 3", "HTTP/3.0 200 OK\ncontent-length: 2\n\n{}").every(5),
        text("HTTP of version 1.9", "HTTP/1.9 200 OK\ncontent-length: 2\n\n{}").every(5),
        text("ICY", "ICY 200 OK\ncontent-length: 2\n\n{}").every(5),
        text("a status of two digits", "HTTP/1.1 20 OK\ncontent-length: 2\n\n{}").every(5),
        text("a status of four digits", "HTTP/1.1 2000 OK\ncontent-length: 2\n\n{}").every(5),
        text("a status in words", "HTTP/1.1 OK OK\ncontent-length: 2\n\n{}").every(5),
        text("an empty status line", "\n\n\n\n").every(5),
        Fault::reply("noise", On::Main, Reply::Bytes((0..4096u32).map(|n| (n * 197 % 251) as u8).collect())).every(5),
        Fault::reply("NULs", On::Main, Reply::Bytes(vec![0; 100_000])).every(5),
        text("a switch of protocols", "HTTP/1.1 101 Switching Protocols\nupgrade: h2c\nconnection: upgrade\n\n")
            .every(1),
        line("a header of 10 MB", format!("x: {}\r\ncontent-length: 0", "y".repeat(10 << 20))).every(6),
        line("a name of 10 MB", format!("{}: x\r\ncontent-length: 0", "y".repeat(10 << 20))).every(6),
        line("100,000 headers", format!("{}content-length: 0", "x: y\r\n".repeat(100_000))).every(6),
        line("101 headers", format!("{}content-length: 0", "x: y\r\n".repeat(101))).every(6),
        text("a status line of 10 MB", &format!("HTTP/1.1 200 {}\n\n", "OK ".repeat(3 << 20))).every(6),
    ];
    // What is odd and does no harm.
    all.extend([
        Fault::new("hints before the answer", On::Main, |_, sane| {
            let hints = b"HTTP/1.1 103 Early Hints\r\nlink: </x>; rel=preload\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n";
            Reply::Bytes([&hints[..], &sane.bytes()].concat())
        })
        .every(0)
        .retries("4")
        .most(9),
        Fault::new("an answer to the end of the connection", On::Main, |_, sane| {
            let Reply::Message(message) = &sane else { return sane };
            let text = String::from_utf8(Reply::Message(message.clone()).bytes()).unwrap();
            let text = text.replacen("HTTP/1.1", "HTTP/1.0", 1);
            Reply::Bytes(text.replace(&format!("content-length: {}\r\n", message.body.len()), "").into_bytes())
        })
        .every(0),
        Fault::new("the same length twice", On::Main, |_, sane| match &sane {
            Reply::Message(message) => {
                let length = format!("content-length: {}", message.body.len());
                sane.with_line(&format!("{length}\r\n{length}"))
            }
            _ => sane,
        })
        .every(0),
        Fault::new("more after the answer", On::Main, |_, sane| {
            Reply::Bytes([&sane.bytes()[..], b"and more"].concat())
        })
        .every(0),
        Fault::new("a foreign type of content", On::Kind(Kind::Tags), |_, sane| sane.with("content-type", "image/png"))
            .every(0),
    ]);
    if let Some(foreign) = all.last_mut() {
        foreign.only(Command::Tags);
    }
    all.extend(lying_lengths());
    all
}

/// Lengths that cut a body off, and bodies that are compressed although nobody asked for it.
fn lying_lengths() -> [Fault; 4] {
    let shorter = |kind: Kind, name: &str| {
        Fault::new(name, On::Kind(kind), |_, sane| {
            let Reply::Message(message) = &sane else { return sane };
            let length = message.body.len() / 2;
            sane.clone().without("docker-content-digest").with_line(&format!("content-length: {length}"))
        })
    };
    let zipped = |name: &str, encoding: &'static str| {
        Fault::new(name, On::Main, move |request, sane| match request.header("authorization") {
            Some(_) => sane.with("content-encoding", encoding),
            None => sane,
        })
    };
    [
        shorter(Kind::GetManifest, "half the length of a manifest").reading(3),
        {
            let mut fault = shorter(Kind::Tags, "half the length of a list").every(1);
            fault.only(Command::Tags);
            fault
        },
        zipped("compressed by gzip", "gzip").codes(0, 0, 1, 1, 1),
        zipped("compressed by something", "x-odd").codes(0, 0, 1, 1, 1),
    ]
}
