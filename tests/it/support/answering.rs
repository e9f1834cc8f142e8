//! A server that answers as a test wants it to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A request as it arrived.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pub method: String,
    /// The path and query.
    pub target: String,
    pub headers: Vec<(String, String)>,
}

impl Asked {
    /// A header, by its lower-case name; empty when it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }
}

/// A status, header lines, and a body.
pub type Answer = (u16, Vec<String>, String);

/// A server on a loopback port, for as long as the process lives.
pub struct Answering {
    pub host: String,
    seen: Arc<Mutex<Vec<Asked>>>,
}

impl Answering {
    /// Answers each request by `script`, which is told how many of the same line came before.
    pub fn start(script: impl Fn(&Asked, usize) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let (seen, script) = (Arc::new(Mutex::new(Vec::<Asked>::new())), Arc::new(script));
        let shared = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (shared, script) = (Arc::clone(&shared), Arc::clone(&script));
                std::thread::spawn(move || serve(stream, &shared, &*script));
            }
        });
        Self { host, seen }
    }

    /// The method, path and query of each request so far.
    pub fn lines(&self) -> Vec<String> {
        self.seen.lock().unwrap().iter().map(Asked::line).collect()
    }

    /// Every request so far.
    pub fn seen(&self) -> Vec<Asked> {
        self.seen.lock().unwrap().clone()
    }
}

fn serve(stream: TcpStream, seen: &Mutex<Vec<Asked>>, script: &dyn Fn(&Asked, usize) -> Answer) {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    if reader.read_line(&mut first).unwrap_or(0) == 0 {
        return;
    }
    let mut words = first.split(' ').map(str::to_owned);
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut asked = Asked { method, target, headers: Vec::new() };
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line.trim().is_empty() {
            break;
        }
        let (name, value) = line.trim().split_once(':').unwrap_or_default();
        asked.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut body = vec![0; asked.header("content-length").parse().unwrap_or(0)];
    let _ = reader.read_exact(&mut body);
    let before = {
        let mut seen = seen.lock().unwrap();
        let before = seen.iter().filter(|other| other.line() == asked.line()).count();
        seen.push(asked.clone());
        before
    };
    let (status, headers, body) = script(&asked, before);
    let mut answer = format!("HTTP/1.1 {status} Status\r\nconnection: close\r\n");
    if !headers.iter().any(|header| header.to_ascii_lowercase().starts_with("content-length")) {
        answer.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    for header in headers {
        answer.push_str(&format!("{header}\r\n"));
    }
    answer.push_str("\r\n");
    if asked.method != "HEAD" {
        answer.push_str(&body);
    }
    let _ = reader.get_mut().write_all(answer.as_bytes());
}
