//! What policies reach beyond the process: requests over HTTP, and addresses of names. Nothing is reached that the user has
//! not allowed.

mod certificates;
mod connection;
mod exchange;
mod hosts;
mod names;
mod redirect;
mod response;
mod words;

pub use hosts::AllowedHosts;

pub(super) use certificates::{Certificates, file};
pub(super) use exchange::Request;
pub(super) use response::Response;

use super::value::Value;
use super::watch::Halt;
use connection::Wire;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What an error says where nothing may be reached.
pub(super) const REFUSED: &str = "the network is not allowed: needs --allow-net";

/// How often it is looked whether the evaluation is to end, while something is waited for.
const EVERY: Duration = Duration::from_millis(20);

/// The network, as far as policies may reach it.
#[derive(Debug, Clone)]
pub struct Network {
    hosts: AllowedHosts,
    /// The variables that requests name, and those of proxies.
    environment: Arc<BTreeMap<String, String>>,
    wire: Arc<Wire>,
    ends: Ends,
    kept: Arc<Mutex<Kept>>,
}

/// What came of requests in an evaluation.
type Kept = BTreeMap<Value, Result<Value, Fault>>;

/// When an evaluation ends.
#[derive(Debug, Clone, Default)]
struct Ends {
    deadline: Option<Instant>,
    halt: Arc<Halt>,
}

/// Why something was not reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// There is no answer, as Go words it.
    Unanswered {
        /// The method as Go writes it in errors, such as `Get`.
        operation: String,
        /// The address without its password.
        url: String,
        cause: String,
        /// Whether the time for the request was over.
        timed_out: bool,
    },
    /// The answer broke off or is refused, or the request cannot be sent.
    Broken(String),
    /// The evaluation is to end.
    Ended,
}

impl fmt::Display for Fault {
    /// Tells the fault as Go does.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unanswered { operation, url, cause, .. } => write!(formatter, "{operation} {url:?}: {cause}"),
            Self::Broken(cause) => formatter.write_str(cause),
            Self::Ended => formatter.write_str("context deadline exceeded"),
        }
    }
}

impl Network {
    /// A network of which these hosts may be reached. `environment` has the variables that requests name for certificates,
    /// and the proxies.
    #[must_use]
    pub fn new(hosts: AllowedHosts, environment: BTreeMap<String, String>) -> Self {
        let environment = Arc::new(environment);
        Self { hosts, environment, wire: Arc::default(), ends: Ends::default(), kept: Arc::default() }
    }

    /// The same for an evaluation that ends then, and knows of no request yet.
    pub(super) fn until(&self, deadline: Option<Instant>, halt: &Arc<Halt>) -> Self {
        Self { ends: Ends { deadline, halt: halt.clone() }, kept: Arc::default(), ..self.clone() }
    }

    /// What came of a request in this evaluation.
    pub(super) fn known(&self, request: &Value) -> Option<Result<Value, Fault>> {
        self.kept.lock().ok()?.get(request).cloned()
    }

    /// Remembers what came of a request while the evaluation goes on.
    pub(super) fn keep(&self, request: Value, came: Result<Value, Fault>) {
        if let Ok(mut kept) = self.kept.lock() {
            let _ = kept.insert(request, came);
        }
    }

    /// Waits so long.
    pub(super) fn pause(&self, duration: Duration) -> Result<(), Fault> {
        self.wait(async {
            tokio::time::sleep(duration).await;
            Ok(())
        })
    }

    /// Which hosts may be reached.
    pub(super) const fn hosts(&self) -> &AllowedHosts {
        &self.hosts
    }

    /// A variable that a request names; empty where it is not set.
    pub(super) fn variable(&self, name: &str) -> &str {
        self.environment.get(name).map_or("", String::as_str)
    }

    /// Waits for what is to be reached, as long as the evaluation goes on.
    fn wait<T>(&self, work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
        let runtime = self.wire.runtime().map_err(Fault::Broken)?;
        runtime.block_on(async {
            tokio::select! {
                done = work => done,
                () = self.ends.come() => Err(Fault::Ended),
            }
        })
    }
}

impl Ends {
    async fn come(&self) {
        while !(self.halt.is_given() || self.deadline.is_some_and(|deadline| Instant::now() >= deadline)) {
            tokio::time::sleep(EVERY).await;
        }
    }
}
