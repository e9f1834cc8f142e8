//! Blobs with other bytes than their names promise, or in other places.

use super::super::images::Images;
use super::super::reply::Reply;
use super::super::sane::Kind;
use super::{Fault, On};
use policy::oci::Digest;
use std::sync::LazyLock;

/// A chunk of 8000 bytes.
static MORE: LazyLock<Vec<u8>> = LazyLock::new(|| [b"1f40\r\n", &[b'm'; 8000][..], b"\r\n"].concat());

/// What is sent for the layer to whoever has signed in. The configuration is much smaller.
fn layer(name: &str, twist: impl Fn(&super::Request, Reply) -> Reply + Send + Sync + 'static) -> Fault {
    Fault::new(format!("blob: {name}"), On::Kind(Kind::GetBlob), move |request, sane| match &sane {
        Reply::Message(message) if message.status == 401 => sane,
        Reply::Message(message) if message.body.len() < 2000 && request.header("range").is_none() => sane,
        _ => twist(request, sane),
    })
    .most(8)
}

fn body(sane: &Reply) -> Vec<u8> {
    match sane {
        Reply::Message(message) => message.body.clone(),
        other => other.bytes(),
    }
}

pub fn faults(images: &Images) -> Vec<Fault> {
    let size = images.layer.len();
    let mut all: Vec<Fault> = [0, 1, 9, 100, size / 2, size - 8, size - 1]
        .into_iter()
        .map(|place| {
            layer(&format!("a bit flipped at {place}"), move |_, sane| {
                let mut bytes = body(&sane);
                bytes[place] ^= 4;
                sane.with_body(bytes)
            })
            .reading(3)
        })
        .collect();
    let config = |name: &str, twist: fn(Vec<u8>) -> Vec<u8>, code: u8| {
        let digest = Digest::of(&images.config).to_string();
        Fault::new(format!("blob: {name}"), On::All, move |request, sane| match &sane {
            Reply::Message(message) if message.status == 200 && request.target.ends_with(&digest) => {
                let bytes = twist(message.body.clone());
                sane.with_body(bytes)
            }
            _ => sane,
        })
        .reading(code)
        .most(30)
    };
    all.extend([
        config("another configuration", |bytes| bytes.iter().map(|byte| byte ^ 1).collect(), 3),
        config("a longer configuration", |bytes| [&bytes[..], b" "].concat(), 3),
        config("a shorter configuration", |bytes| bytes[1..].to_vec(), 3),
        layer("nothing", |_, sane| sane.with_body("")).reading(3),
        layer("one byte more", |_, sane| {
            let bytes = body(&sane);
            sane.with_body([&bytes[..], b"x"].concat())
        })
        .reading(3),
        layer("a megabyte more", |_, sane| {
            let bytes = body(&sane);
            sane.with_body([&bytes[..], &vec![0; 1 << 20]].concat())
        })
        .reading(3),
        layer("one byte less", |_, sane| {
            let bytes = body(&sane);
            sane.with_body(&bytes[..bytes.len() - 1])
        })
        .reading(3),
        layer("other content of its size", move |_, sane| sane.with_body(vec![b'x'; size])).reading(3),
        layer("more without end", |_, _| {
            Reply::Endless(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec(), &MORE)
        })
        .reading(3),
        layer("compressed once more", |_, sane| sane.with("content-encoding", "gzip")).reading(1),
        layer("another type", |_, sane| sane.with("content-type", "text/html")).reading(0),
        layer("a header with another digest", |_, sane| sane.with("docker-content-digest", Digest::of(b"x").as_str()))
            .reading(0),
        layer("a length too large", |_, sane| sane.with_line("content-length: 99999999")).reading(3),
        layer("a length of 2^63", |_, sane| sane.with_line("content-length: 9223372036854775808")).reading(3),
        layer("a part nobody asked for", |_, sane| sane.map(|message| message.status = 206)).reading(1),
    ]);
    // The rest of a blob, after half of it.
    let resumed = |name: &str, rest: fn(&[u8]) -> Reply| {
        let whole = images.layer.clone();
        layer(name, move |request, sane| match request.header("range") {
            None => Reply::Bytes(sane.up_to(20_000)),
            Some(_) => rest(&whole),
        })
        .retries("2")
    };
    all.extend([
        resumed("another part", |whole| {
            Reply::full(
                206,
                &[("content-range", &format!("bytes 10-{}/{}", whole.len() - 1, whole.len()))],
                &whole[10..],
            )
        })
        .reading(1),
        resumed("a part without a place", |whole| Reply::full(206, &[], &whole[20_000..])).reading(1),
        resumed("a part of a place in words", |whole| {
            Reply::full(206, &[("content-range", "bytes some-more/all")], &whole[20_000..])
        })
        .reading(1),
        resumed("a part of something larger", |whole| {
            Reply::full(206, &[("content-range", "bytes 20000-999998/999999")], &whole[20_000..])
        })
        .reading(3),
        resumed("several parts", |whole| {
            Reply::full(206, &[("content-type", "multipart/byteranges; boundary=x")], &whole[20_000..])
        })
        .reading(1),
        resumed("no such part", |_| Reply::full(416, &[("content-range", "bytes */20000")], "")).reading(3),
        resumed("the whole again", |whole| Reply::full(200, &[], whole)).reading(0),
        resumed("another whole", |whole| Reply::full(200, &[], vec![b'y'; whole.len()])).reading(3),
        resumed("a shorter whole", |whole| Reply::full(200, &[], &whole[..20_500])).reading(3),
        resumed("a refusal", |_| Reply::error(403, "DENIED", "no")).reading(4),
        resumed("nothing there any more", |_| Reply::error(404, "BLOB_UNKNOWN", "gone")).reading(1),
    ]);
    for (status, code) in
        [(401, 4), (403, 4), (404, 1), (405, 1), (410, 1), (429, 5), (500, 5), (503, 5), (204, 1), (302, 1)]
    {
        all.push(layer(&format!("status {status}"), move |_, _| Reply::status(status)).reading(code));
    }
    for (place, code) in [
        ("/circle", 5),
        ("file:///etc/passwd", 5),
        ("ftp://127.0.0.1/x", 5),
        ("http://ann:pw@127.0.0.1/x", 5),
        ("http://127.0.0.1:1/x", 5),
        ("https://127.0.0.1:1/x", 5),
        ("//127.0.0.1:1/x", 5),
        ("http://[", 1),
        ("http://nowhere.invalid/x", 5),
        ("javascript:0", 5),
        ("data:,x", 5),
    ] {
        all.push(
            Fault::new(format!("blob: elsewhere, at {place}"), On::All, move |request, sane| {
                let leads = matches!(&sane, Reply::Message(message) if message.status != 401)
                    && (request.path() == "/circle" || request.kind() == Kind::GetBlob);
                if leads { Reply::full(307, &[("location", place)], "") } else { sane }
            })
            .reading(code)
            .most(30),
        );
    }
    all
}
