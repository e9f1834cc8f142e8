//! What holds of every text that is a module.

use policy::rego::print;
use policy::rego::syntax::{Include, Layout, Module, Options, RegoVersion, parse, write_json};

pub const VERSIONS: [RegoVersion; 4] = [RegoVersion::V1, RegoVersion::V0, RegoVersion::V2, RegoVersion::V0V1];

fn tree(module: &Module, include: Include) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    // Some numbers and keys have no JSON, as in OPA.
    write_json(module, include, Layout::Compact, &mut out).ok().map(|()| out)
}

/// Reads a text, and, if it is a module, writes it as JSON, and as text that reads back to the same tree.
pub fn check(text: &[u8], version: RegoVersion) {
    let options = Options::new(version);
    let Ok(module) = parse(text, "a.rego", &options) else { return };
    let _ = tree(&module, Include { locations: true, comments: true });
    let printed = print(&module);
    let again = parse(printed.as_bytes(), "a.rego", &options).unwrap_or_else(|errors| panic!("{errors:?}\n{printed}"));
    let bare = Include { locations: false, comments: false };
    assert_eq!(tree(&module, bare), tree(&again, bare), "{printed}");
}
