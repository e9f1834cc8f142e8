//! Connections that break, stall or say next to nothing.

use super::super::reply::Reply;
use super::super::sane::Kind;
use super::super::server::Greeting;
use super::{Fault, On};
use std::sync::LazyLock;
use std::time::Duration;

/// A header line of 8000 bytes.
static LINE: LazyLock<Vec<u8>> = LazyLock::new(|| [b"x: ", &[b'y'; 8000][..], b"\r\n"].concat());

const SLOW: Duration = Duration::from_millis(400);

pub fn faults() -> Vec<Fault> {
    let half = |sane: &Reply| match sane {
        Reply::Message(message) => sane.up_to(message.body.len() / 2),
        other => other.bytes(),
    };
    // The answer to a start of an upload has no body: where there is none, the head itself is cut.
    let part = move |sane: &Reply| match sane {
        Reply::Message(message) if message.body.is_empty() => {
            let bytes = sane.bytes();
            bytes[..bytes.len() / 2].to_vec()
        }
        other => half(other),
    };
    let mut all = vec![
        Fault::reply("hung up at once", On::Main, Reply::Bytes(Vec::new())).every(5).most(8),
        Fault::reply("reset at once", On::Main, Reply::Reset(Vec::new())).every(5).most(8),
        Fault::reply("hung up in the status line", On::Main, Reply::raw("HTTP/1.1 2")).every(5).most(8),
        Fault::reply("reset in the status line", On::Main, Reply::Reset(b"HTTP/1.1 2".to_vec())).every(5).most(8),
        Fault::reply("hung up in the head", On::Main, Reply::raw("HTTP/1.1 200 OK\nx: ")).every(5).most(8),
        Fault::new("hung up in the middle", On::Main, move |_, sane| Reply::Bytes(part(&sane)))
            .codes(0, 5, 5, 5, 5)
            .most(8),
        Fault::new("reset in the middle", On::Main, move |_, sane| Reply::Reset(part(&sane)))
            .codes(0, 5, 5, 5, 5)
            .most(8),
        Fault::reply("silence", On::Main, Reply::Silence(Vec::new())).every(5).most(8),
        Fault::reply("silence in the head", On::Main, Reply::Silence(b"HTTP/1.1 200 OK\r\nx: ".to_vec()))
            .every(5)
            .most(8),
        Fault::new("silence in the middle", On::Main, move |_, sane| Reply::Silence(part(&sane)))
            .codes(0, 5, 5, 5, 5)
            .most(8),
        Fault::new("a head that trickles", On::Main, |_, sane| Reply::Trickle(sane.bytes(), SLOW)).every(5).most(8),
        Fault::reply("no end of hints", On::Main, Reply::Endless(Vec::new(), b"HTTP/1.1 100 Continue\r\n\r\n"))
            .every(5)
            .most(8),
        Fault::reply("no end of a head", On::Main, Reply::Endless(b"HTTP/1.1 200 OK\r\n".to_vec(), &LINE))
            .every(6)
            .timeout("15")
            .most(8),
        Fault::new("hung up once", On::Main, |request, sane| match request.before {
            0 | 1 => Reply::Bytes(Vec::new()),
            _ => sane,
        })
        .every(0)
        .retries("4")
        .most(9),
        Fault::new("silence once", On::Main, |request, sane| match request.before {
            0 => Reply::Silence(Vec::new()),
            _ => sane,
        })
        .every(0)
        .most(9),
    ];
    let mut nobody = Fault::reply("nobody answers", On::All, Reply::Silence(Vec::new())).every(5);
    nobody.greeting = Greeting::Bytes(Vec::new(), false);
    let mut closed = Fault::reply("the door is shut at once", On::All, Reply::Bytes(Vec::new())).every(5);
    closed.greeting = Greeting::Bytes(Vec::new(), true);
    all.extend([nobody, closed]);
    // The same in the bytes of a layer.
    for (name, at) in [("before the first byte", 0), ("after one byte", 1), ("after 20,000 bytes", 20_000)] {
        all.extend([
            Fault::new(format!("a layer hung up {name}"), On::Kind(Kind::GetBlob), move |_, sane| {
                Reply::Bytes(sane.up_to(at))
            })
            .reading(5),
            Fault::new(format!("a layer reset {name}"), On::Kind(Kind::GetBlob), move |_, sane| {
                Reply::Reset(sane.up_to(at))
            })
            .reading(5),
            Fault::new(format!("a layer silent {name}"), On::Kind(Kind::GetBlob), move |_, sane| {
                Reply::Silence(sane.up_to(at))
            })
            .reading(5),
        ]);
    }
    all.extend([
        Fault::new("a layer cut once, and taken up", On::Kind(Kind::GetBlob), |request, sane| match request.before {
            0 | 1 => Reply::Bytes(sane.up_to(20_000)),
            _ => sane,
        })
        .reading(0)
        .retries("4"),
        Fault::new("a layer that trickles", On::Kind(Kind::GetBlob), |_, sane| {
            Reply::Trickle(sane.bytes(), Duration::from_millis(20))
        })
        .reading(5),
        Fault::new("a layer whose last byte is missing", On::Kind(Kind::GetBlob), |_, sane| {
            let bytes = sane.bytes();
            Reply::Silence(bytes[..bytes.len() - 1].to_vec())
        })
        .reading(5),
    ]);
    // Nobody waits long for what never comes; what passes gets the time for it.
    all.into_iter().map(|fault| if fault.passes() { fault.timeout("3") } else { fault.timeout("1") }).collect()
}
