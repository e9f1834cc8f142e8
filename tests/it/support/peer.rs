//! Other people's programs, where they are installed.

use std::path::PathBuf;

/// A program on `PATH`. Where it is absent the test skips, and says so; under `POLICY_REQUIRE_PEERS=1` it fails instead.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(program)).find(|path| path.is_file());
    if found.is_none() {
        assert!(std::env::var_os("POLICY_REQUIRE_PEERS").is_none(), "{program} is not installed");
        eprintln!("SKIPPED: {program} is not installed (tests/peers/install.sh)");
    }
    found
}
