//! Any bytes, in any version: no panic, and a tree can be written, as JSON and as text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use policy::rego::print;
use policy::rego::syntax::{Include, Layout, Options, RegoVersion, parse, write_json};

const VERSIONS: [RegoVersion; 4] = [RegoVersion::V1, RegoVersion::V0, RegoVersion::V2, RegoVersion::V0V1];

fuzz_target!(|data: &[u8]| {
    // The last byte picks the version, so that a module as it is can be a seed.
    let Some(version) = data.last().and_then(|byte| VERSIONS.get(usize::from(*byte) % VERSIONS.len())) else { return };
    if let Ok(module) = parse(data, "a.rego", &Options::new(*version)) {
        let include = Include { locations: true, comments: true };
        let _ = write_json(&module, include, Layout::Indented, &mut std::io::sink());
        let _ = print(&module);
    }
});
