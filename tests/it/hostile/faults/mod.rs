//! The table of faults: what a registry does wrong, and which exit code each command must give for it.
//!
//! The codes follow from the program's table alone: 1 failed, 3 wrong bytes, size or digest, 4 not allowed, 5 not
//! reachable, 6 a limit exceeded; 0 where the fault is one to be tolerated.

mod blobs;
mod connections;
mod framing;
mod indexes;
mod lists;
mod manifests;
mod realms;
mod statuses;
mod tls;
mod tokens;
mod uploads;
mod waits;
mod words;

use super::cell::main_request;
use super::images::Images;
use super::reply::Reply;
use super::sane::{Access, Kind, Request};
use super::server::{Greeting, Twist};
use std::sync::Arc;

/// What is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    Login,
    Push,
    Pull,
    Tags,
    Copy,
}

impl Command {
    pub const ALL: [Self; 5] = [Self::Login, Self::Push, Self::Pull, Self::Tags, Self::Copy];
}

/// Which requests a fault hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// The one each command lives by.
    Main,
    /// All of a kind.
    Kind(Kind),
    /// All.
    All,
}

/// What becomes of a sane answer.
type Bend = dyn Fn(&Request, Reply) -> Reply + Send + Sync;

/// One row of the table.
pub struct Fault {
    pub name: String,
    pub on: On,
    pub access: Access,
    pub greeting: Greeting,
    /// A certificate to trust, PEM.
    pub authority: Option<String>,
    /// How long a command waits for the registry, in seconds.
    pub timeout: &'static str,
    /// How often a command may ask again.
    pub retries: &'static str,
    /// The most requests that may be met by the fault.
    pub most: usize,
    /// The sane registry is not asked by whoever has signed in: nothing comes of the request.
    instead: bool,
    twist: Arc<Bend>,
    codes: [Option<u8>; 5],
}

impl Fault {
    /// A fault that comes instead of the sane answer.
    pub fn new(
        name: impl Into<String>,
        on: On,
        twist: impl Fn(&Request, Reply) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            on,
            access: Access::Password,
            greeting: Greeting::None,
            authority: None,
            timeout: "10",
            retries: "1",
            most: 5,
            instead: false,
            twist: Arc::new(twist),
            codes: [None; 5],
        }
    }

    /// A fault that is always the same answer.
    pub fn reply(name: impl Into<String>, on: On, reply: Reply) -> Self {
        Self::new(name, on, move |_, _| reply.clone())
    }

    /// The exit codes of login, push, pull, tags and copy.
    pub fn codes(mut self, login: u8, push: u8, pull: u8, tags: u8, copy: u8) -> Self {
        self.codes = [login, push, pull, tags, copy].map(Some);
        self
    }

    /// One exit code for all commands.
    pub fn every(self, code: u8) -> Self {
        self.codes(code, code, code, code, code)
    }

    /// The exit code of what reads images: pull and copy.
    pub fn reading(mut self, code: u8) -> Self {
        self.codes = [None, None, Some(code), None, Some(code)];
        self
    }

    /// The exit code of what writes images: push and copy.
    pub fn writing(mut self, code: u8) -> Self {
        self.codes = [None, Some(code), None, None, Some(code)];
        self
    }

    /// The exit code of one command.
    pub fn but(mut self, command: Command, code: u8) -> Self {
        self.codes[command as usize] = Some(code);
        self
    }

    /// Takes a command out.
    pub fn not_for(&mut self, command: Command) {
        self.codes[command as usize] = None;
    }

    /// Takes all commands but one out.
    pub fn only(&mut self, command: Command) {
        for other in Command::ALL.into_iter().filter(|other| *other != command) {
            self.codes[other as usize] = None;
        }
    }

    /// Nothing comes of the requests that are hit.
    pub fn instead(mut self) -> Self {
        self.instead = true;
        self
    }

    pub fn by_token(mut self) -> Self {
        self.access = Access::Token;
        self
    }

    pub fn timeout(mut self, seconds: &'static str) -> Self {
        self.timeout = seconds;
        self
    }

    /// Whether some command gets over it.
    pub fn passes(&self) -> bool {
        self.codes.contains(&Some(0))
    }

    pub fn retries(mut self, retries: &'static str) -> Self {
        self.retries = retries;
        self
    }

    pub fn most(mut self, most: usize) -> Self {
        self.most = most;
        self
    }

    /// The exit code a command must end with; `None`: it does not meet the fault.
    pub fn code(&self, command: Command) -> Option<u8> {
        let exists = match command {
            Command::Tags => super::HAS_TAGS,
            Command::Copy => super::HAS_COPY,
            _ => true,
        };
        self.codes[command as usize].filter(|_| exists)
    }

    /// Whether every command meets the fault.
    pub fn is_for_all(&self) -> bool {
        self.codes.iter().all(Option::is_some)
    }

    /// Whether the fault concerns what is sent to a registry, not what comes from it.
    pub fn writes(&self) -> bool {
        matches!(self.on, On::Kind(Kind::StartUpload | Kind::SendBlob | Kind::PutManifest | Kind::HeadBlob))
    }

    pub fn hits(&self, command: Command, request: &Request) -> bool {
        hits(self.on, command, request)
    }

    pub fn aimed_at(&self, command: Command) -> Twist {
        let (on, instead, twist) = (self.on, self.instead, Arc::clone(&self.twist));
        Arc::new(move |request, sane| match hits(on, command, request) {
            true if instead && request.header("authorization").is_some() => twist(request, Reply::status(200)),
            true => twist(request, sane()),
            false => sane(),
        })
    }
}

fn hits(on: On, command: Command, request: &Request) -> bool {
    match on {
        On::Main => request.kind() == main_request(command),
        On::Kind(kind) => request.kind() == kind,
        On::All => true,
    }
}

/// The whole table, the longest waits first.
pub fn all(images: &Images) -> Vec<Fault> {
    [
        waits::faults(),
        connections::faults(),
        uploads::faults(),
        framing::faults(),
        statuses::faults(),
        words::faults(),
        tls::faults(),
        tokens::faults(),
        realms::faults(),
        manifests::faults(images),
        indexes::faults(images),
        blobs::faults(images),
        lists::faults(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
