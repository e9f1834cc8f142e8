//! One file a command: its flags, and how its outcome reads.

pub mod auth;
pub mod build;
pub mod check;
pub mod copy;
pub mod eval;
pub mod images;
pub mod inspect;
pub mod login;
pub mod logout;
pub mod migrate;
mod moved;
pub mod parse;
pub mod pull;
pub mod push;
pub mod remote;
pub mod repl;
pub mod rm;
pub mod save;
pub mod serve;
pub mod tag;
pub mod templates;
pub mod test;
pub mod version;

use super::Context;
use crate::ops::{Chosen, Why};

/// Tells, on standard error, when another image than the one of that very name is meant.
pub(super) fn tell_choice(context: &Context, chosen: &Chosen) {
    let (asked, found) = (&chosen.asked, &chosen.entry.reference);
    match chosen.why {
        Why::Name | Why::Digest => {}
        Why::OtherRegistry => context.ui.note(&format!("{asked} is not in the local store; taking {found}")),
        Why::OnlyTag => context.ui.note(&format!("{asked} is not in the local store; taking {found}, its only tag")),
    }
}

/// Writes digests to the file `--digestfile` names, a line each.
fn write_digests(path: Option<&std::path::Path>, digests: &[String]) -> Result<(), crate::ops::OpsError> {
    let Some(path) = path else { return Ok(()) };
    crate::files::write(path, digests.join("\n").as_bytes(), crate::files::Access::Shared)
        .map_err(|cause| crate::ops::OpsError::Write { what: path.display().to_string(), cause })
}
