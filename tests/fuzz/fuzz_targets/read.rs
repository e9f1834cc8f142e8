//! Any bytes, in any version: no panic, and a tree is written as JSON, and as text of the same tree.
#![no_main]

mod written;

use libfuzzer_sys::fuzz_target;
use written::{VERSIONS, check};

fuzz_target!(|data: &[u8]| {
    // The last byte picks the version, so that a module as it is can be a seed.
    if let Some(version) = data.last().and_then(|byte| VERSIONS.get(usize::from(*byte) % VERSIONS.len())) {
        check(data, *version);
    }
});
