//! Refusals whose words are made to fool whoever reads them.

use super::super::reply::Reply;
use super::{Fault, On};

pub fn faults() -> Vec<Fault> {
    let texts = [
        ("escapes", "\u{1b}[2J\u{1b}[31mroot#\u{1b}]0;title\u{7}".to_owned()),
        ("C1 controls", "\u{9b}31m\u{90}\u{9d}52;c;eA==\u{9c}".to_owned()),
        ("a link", "\u{1b}]8;;http://evil.example\u{1b}\\click\u{1b}]8;;\u{1b}\\".to_owned()),
        ("line breaks", "no\nerror: all is well\nhint: run this\r\nOK.".to_owned()),
        ("carriage returns", "no\rerror: something else entirely".to_owned()),
        ("right to left", "\u{202e}txt.exe\u{202c}\u{2066}x\u{2069}\u{200f}".to_owned()),
        ("nothing to see", "a\u{200b}b\u{feff}c\u{2060}d\u{ad}".to_owned()),
        ("NULs", "a\0b\0c".to_owned()),
        ("backspaces", "secret\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}public\u{7f}".to_owned()),
        ("line separators", "a\u{2028}b\u{2029}c\u{85}d".to_owned()),
        ("a megabyte", "word ".repeat(200_000)),
        ("formats", "%s%n%x {} {0} {{}} $(reboot) `reboot` ${HOME}".to_owned()),
        ("tags", "x\u{e0041}\u{e007f}y".to_owned()),
    ];
    let mut all = Vec::new();
    for (name, text) in texts {
        let reply = Reply::error(403, &text, &text);
        all.push(Fault::reply(format!("an envelope with {name}"), On::Main, reply).every(4));
        let reply = Reply::full(404, &[("content-type", "text/plain")], text.clone());
        all.push(Fault::reply(format!("a text with {name}"), On::Main, reply).every(1));
    }
    let page = "<html><title>\u{1b}[31mred</title></html>";
    all.push(Fault::reply("a page with escapes", On::Main, Reply::full(404, &[], page)).every(1));
    let detail = r#"{"errors":[{"code":"X","message":"","detail":"\u001b[31m\n\u202e"}]}"#;
    all.push(Fault::reply("a detail with escapes", On::Main, Reply::full(404, &[], detail)).every(1));
    all
}
