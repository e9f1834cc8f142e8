//! What each command does, free of arguments and terminals. A parameter is a power: what is not handed over cannot be
//! touched.

pub mod access;
mod attachment;
pub mod build;
mod bundles;
pub mod check;
mod clients;
pub mod copy;
pub mod documents;
pub mod entrypoints;
mod error;
pub mod eval;
pub mod images;
pub mod inspect;
mod jobs;
mod language;
pub mod login;
pub mod migrate;
mod names;
pub mod parse;
pub mod policies;
mod problems;
pub mod pull;
pub mod push;
pub mod remote;
pub mod remove;
pub mod repl;
pub mod save;
pub mod serve;
pub mod tag;
pub mod test;
mod transfer;

pub use error::{OpsError, chain};
pub use jobs::Jobs;
pub use language::Language;
pub use names::{Chosen, Names, Why};
pub use problems::{Clue, Excerpt, Line, Mark, Problem};
pub use remote::RemoteError;
pub use transfer::{Remote, Shown, Warn};
