//! What commands of a session switch.

use crate::cli::explain::Explain;
use std::time::Duration;

/// How many bytes a cell of a table has before it is cut.
const PRETTY_LIMIT: i64 = 80;

/// What OPA says where it was built without WebAssembly.
const NO_ENGINE: &str = "engine not found
WebAssembly runtime not supported in this build.
----------------------------------------------------------------------------------
Please download an OPA binary with Wasm enabled from
https://www.openpolicyagent.org/docs/latest/#running-opa
or build it yourself (with Wasm enabled).
----------------------------------------------------------------------------------";

/// What commands of a session switch.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) json: bool,
    pub(super) pretty_limit: i64,
    pub(super) explain: Explain,
    pub(super) metrics: bool,
    pub(super) instrument: bool,
    pub(super) profile: bool,
    pub(super) types: bool,
    pub(super) strict_builtin_errors: bool,
    pub(super) traceback: bool,
    pub(super) wasm: bool,
    /// Whether somebody asked for partial evaluation.
    pub(super) unknowns: Vec<String>,
    /// How long the text of a statement took to be read.
    pub(super) reading: Duration,
}

impl Settings {
    pub(super) fn new(json: bool) -> Self {
        Self {
            json,
            pretty_limit: PRETTY_LIMIT,
            explain: Explain::Off,
            metrics: false,
            instrument: false,
            profile: false,
            types: false,
            strict_builtin_errors: false,
            traceback: false,
            wasm: false,
            unknowns: Vec::new(),
            reading: Duration::ZERO,
        }
    }

    /// What `show debug` shows.
    pub(super) fn debug(&self) -> String {
        format!(
            "{{\n\t\"explain\": \"{}\",\n\t\"metrics\": {},\n\t\"instrument\": {},\n\t\"profile\": {},\n\t\
             \"strict-builtin-errors\": {},\n\t\"traceback\": {}\n}}\n",
            self.explain.as_str(),
            self.metrics,
            self.instrument,
            self.profile,
            self.strict_builtin_errors,
            self.traceback
        )
    }

    /// Switches an explanation on, or off where it is on.
    pub(super) fn toggle(&mut self, mode: Explain) {
        self.explain = if self.explain == mode { Explain::Off } else { mode };
    }

    /// The warning of explanations that the target has none of.
    pub(super) fn warning(&self) -> Option<String> {
        let mode = self.explain.as_str();
        (self.explain != Explain::Off && self.wasm)
            .then(|| format!("warning: trace mode \"{mode}\" is not supported with wasm target\n"))
    }

    /// What a query is answered with where it asks for what is not there.
    pub(super) fn missing(&self) -> Option<&'static str> {
        if !self.unknowns.is_empty() {
            return Some("there is no partial evaluation here (hint: 'unknown' alone goes back to evaluation)");
        }
        self.wasm.then_some(NO_ENGINE)
    }

    /// How many bytes a cell may have; none for any number.
    pub(super) fn limit(&self) -> Option<usize> {
        usize::try_from(self.pretty_limit).ok().filter(|limit| *limit > 0)
    }
}
