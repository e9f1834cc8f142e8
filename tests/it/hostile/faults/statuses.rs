//! Answers that refuse: every status, in every kind of words.

use super::super::reply::Reply;
use super::{Fault, On};

const STATUSES: [u16; 32] = [
    400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418, 422, 426, 428, 429,
    431, 451, 499, 500, 501, 502, 503, 504, 599,
];

/// Statuses that mean nothing as an answer to what was asked.
const ODD: [u16; 9] = [203, 204, 205, 206, 300, 304, 305, 306, 399];

fn code(status: u16) -> u8 {
    match status {
        401 | 403 => 4,
        429 | 500.. => 5,
        _ => 1,
    }
}

/// The words a refusal may come in.
fn worded(status: u16, words: &str) -> Reply {
    match words {
        "envelope" => Reply::error(status, "DENIED", "the reason given"),
        "page" => {
            let page = "<!DOCTYPE html><html><head><title>Bad thing</title></head><body>no</body></html>";
            Reply::full(status, &[("content-type", "text/html")], page)
        }
        "nothing" => Reply::status(status),
        "much" => Reply::full(status, &[("content-type", "text/plain")], "blah ".repeat(400_000)),
        "bytes" => Reply::full(status, &[("content-type", "application/json")], [0, 159, 146, 150, 255, 27]),
        "other" => {
            Reply::full(status, &[("content-type", "application/json")], r#"{"errors":{"code":[7]},"message":3}"#)
        }
        _ => Reply::full(status, &[("content-type", "image/png")], r#"{"errors":[]}"#),
    }
}

pub fn faults() -> Vec<Fault> {
    let mut all = Vec::new();
    for status in STATUSES {
        all.push(Fault::reply(format!("status {status}"), On::Main, worded(status, "envelope")).every(code(status)));
    }
    for status in [401, 404, 429, 500] {
        for words in ["page", "nothing", "much", "bytes", "other", "picture"] {
            let name = format!("status {status} with {words}");
            all.push(Fault::reply(name, On::Main, worded(status, words)).every(code(status)));
        }
    }
    for status in ODD {
        all.push(Fault::reply(format!("odd status {status}"), On::Main, Reply::status(status)).every(1));
    }
    for status in [301, 302, 303, 307, 308] {
        // An upload is never redirected, wherever to.
        let fault = Fault::reply(format!("status {status} to nowhere"), On::Main, Reply::status(status));
        all.push(fault.every(1));
        let circle = Fault::new(format!("status {status} in a circle"), On::Main, move |request, _| {
            Reply::full(status, &[("location", &request.target)], "")
        });
        all.push(circle.every(5).most(14));
        let chain = Fault::new(format!("status {status} for 5000 hops"), On::All, move |request, _| {
            let hop = request.target.split("hop=").nth(1).and_then(|hop| hop.parse::<u32>().ok()).unwrap_or(0);
            Reply::full(status, &[("location", &format!("{}?hop={}", request.path(), hop + 1))], "")
        });
        all.push(chain.every(5).most(20));
    }
    // What passes.
    for status in [429, 500, 502, 503, 504, 408] {
        let passing =
            Fault::new(format!("status {status} once"), On::Main, move |request, sane| match request.before {
                0 => Reply::status(status),
                _ => sane,
            });
        all.push(passing.every(0).most(8));
    }
    for challenge in
        ["", "Basic realm=\"x\"", "Negotiate", "Digest realm=\"x\", nonce=\"y\"", "=,\"", "Bearer", "Basic, Basic"]
    {
        let reply = Reply::full(401, &[("www-authenticate", challenge)], "");
        all.push(Fault::reply(format!("401 for ever by {challenge:?}"), On::Main, reply).every(4));
    }
    let many = "Newauth realm=\"apps\", ".repeat(500);
    let reply = Reply::full(401, &[("www-authenticate", &many)], "");
    all.push(Fault::reply("401 with 500 challenges", On::Main, reply).every(4));
    all
}
