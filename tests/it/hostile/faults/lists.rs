//! Lists of tags that are none, never end, or are made to fool whoever reads them.

use super::super::reply::Reply;
use super::super::sane::Kind;
use super::{Command, Fault, On};

fn list(name: &str, code: u8, twist: impl Fn(&super::Request, Reply) -> Reply + Send + Sync + 'static) -> Fault {
    Fault::new(format!("tags: {name}"), On::Kind(Kind::Tags), move |request, sane| match &sane {
        Reply::Message(message) if message.status == 401 => sane,
        _ => twist(request, sane),
    })
    .but(Command::Tags, code)
    .most(1100)
}

fn body(name: &str, code: u8, body: impl Into<Vec<u8>>) -> Fault {
    let body = body.into();
    list(name, code, move |_, _| Reply::full(200, &[], body.clone()))
}

/// A list of `count` tags.
fn many(count: usize) -> String {
    let tags: Vec<String> = (0..count).map(|number| format!("\"{number}\"")).collect();
    format!(r#"{{"name":"acme/theirs","tags":[{}]}}"#, tags.join(","))
}

fn linked(name: &str, code: u8, link: &'static str) -> Fault {
    list(name, code, move |_, sane| sane.with("link", link))
}

pub fn faults() -> Vec<Fault> {
    vec![
        body("null", 0, r#"{"name":"acme/theirs","tags":null}"#),
        body("empty", 0, r#"{"name":"acme/theirs","tags":[]}"#),
        body("missing", 1, r#"{"name":"acme/theirs"}"#),
        body("a text", 1, r#"{"name":"acme/theirs","tags":"1"}"#),
        body("an object", 1, r#"{"name":"acme/theirs","tags":{"1":"2"}}"#),
        body("numbers", 1, r#"{"name":"acme/theirs","tags":[1,2]}"#),
        body("nulls", 1, r#"{"name":"acme/theirs","tags":[null]}"#),
        body("a number", 1, "7"),
        body("nothing", 1, ""),
        body("a page", 1, "<html><title>Sign in</title></html>"),
        body("half", 1, r#"{"name":"acme/theirs","tags":["1","#),
        body("invalid UTF-8", 1, b"{\"name\":\"a\",\"tags\":[\"\xff\"]}".to_vec()),
        body("deep", 1, format!("{{\"tags\":{}", "[".repeat(100_000))),
        body("a million", 0, many(1_000_000)),
        body("a million and one", 6, many(1_000_001)),
        body("a tag of a megabyte", 1, format!(r#"{{"name":"a","tags":["{}"]}}"#, "t".repeat(1 << 20))),
        body("a tag with escapes", 1, r#"{"name":"a","tags":["\u001b[31mred"]}"#),
        body("a tag with a line break", 1, r#"{"name":"a","tags":["1\n2"]}"#),
        body("a tag right to left", 1, r#"{"name":"a","tags":["\u202etxt"]}"#),
        body("an empty tag", 1, r#"{"name":"a","tags":[""]}"#),
        body("a tag that climbs", 1, r#"{"name":"a","tags":["../../x"]}"#),
        list("more bytes than anybody wants", 6, |_, _| {
            Reply::full(200, &[], format!(r#"{{"name":"a","tags":["{}"]}}"#, "t".repeat(65 << 20)))
        }),
        linked("on at another host", 5, "<http://127.0.0.2:1/v2/acme/theirs/tags/list?last=2>; rel=\"next\""),
        linked("on at another port", 5, "<http://127.0.0.1:1/v2/acme/theirs/tags/list?last=2>; rel=\"next\""),
        linked("on at a user's", 5, "<http://ann:pw@127.0.0.2/>; rel=next"),
        linked("on in a file", 5, "<file:///etc/passwd>; rel=next"),
        linked("on nowhere", 1, "<http://[>; rel=next"),
        linked("on over TLS", 5, "<https://127.0.0.1:1/x>; rel=next"),
        linked("in a circle", 1, "</v2/acme/theirs/tags/list?n=1000&last=2>; rel=next"),
        linked("a link to something else", 0, "</x>; rel=\"prev\", garbage, <"),
        list("without end", 6, |request, sane| {
            sane.with("link", &format!("</v2/acme/theirs/tags/list?last={}>; rel=next", request.before))
        }),
        list("a second page that is not there", 1, |request, sane| match request.target.contains("last=2") {
            false => sane.with("link", "</v2/acme/theirs/tags/list?last=2>; rel=next"),
            true => Reply::error(404, "NAME_UNKNOWN", "gone"),
        }),
        list("a second page that fails", 5, |request, sane| match request.target.contains("last=2") {
            false => sane.with("link", "</v2/acme/theirs/tags/list?last=2>; rel=next"),
            true => Reply::status(500),
        }),
        list("a second page", 0, |request, sane| match request.target.contains("last=2") {
            false => sane.with("link", "<list?last=2>; rel=next"),
            true => sane,
        }),
    ]
}
